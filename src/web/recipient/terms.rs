//! `/d/{share}/terms`: a text that changed while somebody was signed in, and agreeing to it.

use crate::domain::ids::ShareId;
use crate::gate::refusal::Refusal;
use crate::web::cookies::{self, Purpose};
use crate::web::form::{check_token, receive};
use crate::web::pages::AnewPage;
use crate::web::recipient::leave::{binding, session_token};
use crate::web::recipient::see_other;
use crate::web::{Web, refuse, request};
use axum::extract::{Path, Request};
use axum::response::{Html, IntoResponse, Response};

/// Shows the text; who has agreed to it goes on to the documents.
pub async fn show(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let asked = match web.gate().text_to_agree_to(share, cookie.as_ref()) {
        Ok(asked) => asked,
        Err(refusal) => return refuse::refusal(&web, &refusal),
    };
    let Some(disclaimer) = asked.disclaimer else { return see_other(&format!("/d/{share}/"), Vec::new()) };
    let token = session_token(&web, &asked.admitted);
    let page = AnewPage {
        disclaimer: disclaimer.in_language(web.words().language()).into(),
        action: format!("/d/{share}/terms"),
        form_token: token.clone(),
        leave_action: format!("/d/{share}/leave"),
        leave_token: token,
    };
    Html(page.render(&refuse::frame(&web))).into_response()
}

/// Takes the agreement.
pub async fn agree(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let (cookie, origin) = (cookies::read(request.headers(), Purpose::Session, share), request::origin(&request));
    let form = match receive(request).await {
        Ok(form) => form,
        Err(kind) => return refuse::plain(&web, kind),
    };
    let Some(cookie) = cookie else { return refuse::refusal(&web, &Refusal::NoSession) };
    if let Err(kind) = check_token(&web, &form, &binding(&share, &cookie.hash())) {
        return refuse::plain(&web, kind);
    }
    let digest = form.field("digest").unwrap_or_default();
    match web.gate().agree_in_session(share, Some(&cookie), digest, origin).await {
        Ok(()) => see_other(&format!("/d/{share}/"), Vec::new()),
        Err(Refusal::TextChanged(_)) => refuse::text_changed(&web, format!("/d/{share}/terms")),
        Err(refusal) => refuse::refusal(&web, &refusal),
    }
}
