//! `/d/{share}/stay`: the warning before a session ends, which does not count as a use of it, and staying, which does.

use crate::domain::ids::ShareId;
use crate::domain::time::Timestamp;
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::web::cookies::{self, Purpose};
use crate::web::form::{check_token, receive};
use crate::web::pages::{SessionView, StayPage};
use crate::web::recipient::leave::{binding, session_token};
use crate::web::recipient::see_other;
use crate::web::{Web, refuse};
use axum::extract::{Path, Request};
use axum::response::{Html, IntoResponse, Response};

/// Shows the warning. A browser that comes here by itself keeps nobody signed in.
pub async fn show(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    match web.gate().look_at_session(share, cookie.as_ref()) {
        Ok((admitted, ends)) => {
            let page = StayPage { session: session_view(&web, &admitted, ends), leave_action: format!("/d/{share}/leave") };
            Html(page.render(&refuse::frame(&web))).into_response()
        }
        Err(refusal) => refuse::refusal(&web, &refusal),
    }
}

/// Stays signed in.
pub async fn stay(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let form = match receive(request).await {
        Ok(form) => form,
        Err(kind) => return refuse::plain(&web, kind),
    };
    let Some(cookie) = cookie else { return refuse::refusal(&web, &Refusal::NoSession) };
    if let Err(kind) = check_token(&web, &form, &binding(&share, &cookie.hash())) {
        return refuse::plain(&web, kind);
    }
    match web.gate().session(share, Some(&cookie)) {
        Ok(_) => see_other(&format!("/d/{share}/"), Vec::new()),
        Err(refusal) => refuse::refusal(&web, &refusal),
    }
}

/// What a page tells of a session that ends then unless it is used.
pub(super) fn session_view(web: &Web, admitted: &Admitted, ends: Timestamp) -> SessionView {
    let (gate, share) = (web.gate(), admitted.share().id);
    let seconds = |at: Timestamp| at.since(gate.now()).as_secs();
    SessionView {
        ends: web.when(ends),
        ends_at_last: web.when(admitted.ends()),
        seconds: seconds(ends),
        most: seconds(admitted.ends()),
        stay: format!("/d/{share}/stay"),
        form_token: session_token(web, admitted),
    }
}
