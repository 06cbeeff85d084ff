//! Step two, `/d/{share}/code`: the code that was mailed is typed in, or asked for again.

use crate::crypto::form::form_token;
use crate::crypto::random::{CookieSecret, TokenHash};
use crate::domain::ids::ShareId;
use crate::gate::budget::MayMail;
use crate::gate::challenge::{CodeAnswer, CodeView};
use crate::gate::device::Asker;
use crate::gate::refusal::Refusal;
use crate::gate::signs::after;
use crate::limit::rate::Action;
use crate::web::cookies::{self, Purpose};
use crate::web::form::{Form, check_token, receive};
use crate::web::pages::{CodePage, CodeProblem, RefusalKind, Resend};
use crate::web::recipient::see_other;
use crate::web::{Web, refuse, request};
use axum::extract::{Path, Request};
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use std::time::Duration;

/// Shows the page.
pub async fn show(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let [browser, device] = [Purpose::Challenge, Purpose::Device].map(|purpose| cookies::read(request.headers(), purpose, share));
    let asker = Asker { client: request::client(&request), browser: browser.as_ref(), device: device.as_ref() };
    if let Err(refusal) = web.gate().limit_challenge(Action::Open, share, asker) {
        return refuse::refusal(&web, &refusal);
    }
    match browser {
        Some(browser) => page(&web, share, &browser, None),
        None => refuse::refusal(&web, &Refusal::NoSession),
    }
}

/// Checks a typed code.
pub async fn give(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let (client, origin) = (request::client(&request), request::origin(&request));
    let [browser, device, session] =
        [Purpose::Challenge, Purpose::Device, Purpose::Session].map(|purpose| cookies::read(request.headers(), purpose, share));
    let asker = Asker { client, browser: browser.as_ref(), device: device.as_ref() };
    if let Err(refusal) = web.gate().limit_challenge(Action::Code, share, asker) {
        return refuse::refusal(&web, &refusal);
    }
    let (browser, form, age) = match from_page(&web, share, browser, request).await {
        Ok(sent) => sent,
        Err(kind) => return refuse::plain(&web, kind),
    };
    let began = web.gate().now();
    match web
        .gate()
        .give_code(share, &browser, device, form.field("code").unwrap_or_default(), after(origin, age))
        .await
    {
        Ok((_, Some(new))) => {
            let cookies = vec![
                cookies::set(Purpose::Session, share, &new.session),
                cookies::set(Purpose::Device, share, &new.device),
                cookies::clear(Purpose::Challenge, share),
            ];
            see_other(&format!("/d/{share}/"), cookies)
        }
        Ok((answer, None)) => {
            let response = page(&web, share, &browser, Some(answer));
            web.gate().even_out(began).await;
            response
        }
        // The right code sent twice by an impatient finger: the first one has opened the session.
        Err(Refusal::NoSession) if session.is_some_and(|session| web.gate().session(share, Some(&session)).is_ok()) => {
            see_other(&format!("/d/{share}/"), Vec::new())
        }
        Err(refusal) => refused(&web, share, &browser, &refusal),
    }
}

/// Sends the code again.
pub async fn again(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let [browser, device] = [Purpose::Challenge, Purpose::Device].map(|purpose| cookies::read(request.headers(), purpose, share));
    let asker = Asker { client: request::client(&request), browser: browser.as_ref(), device: device.as_ref() };
    if let Err(refusal) = web.gate().limit_challenge(Action::Agree, share, asker) {
        return refuse::refusal(&web, &refusal);
    }
    let browser = match from_page(&web, share, browser, request).await {
        Ok((browser, ..)) => browser,
        Err(kind) => return refuse::plain(&web, kind),
    };
    match web.gate().send_again(share, &browser).await {
        Ok(()) => see_other(&format!("/d/{share}/code"), Vec::new()),
        Err(refusal) => refused(&web, share, &browser, &refusal),
    }
}

/// Takes in a form of this page: sent by the browser that holds the challenge, with the token that the page gave it so long ago.
async fn from_page(
    web: &Web,
    share: ShareId,
    browser: Option<CookieSecret>,
    request: Request,
) -> Result<(CookieSecret, Form, Duration), RefusalKind> {
    let form = receive(request).await?;
    let browser = browser.ok_or(RefusalKind::NoSession)?;
    let age = check_token(web, &form, &binding(&share, &browser.hash()))?;
    Ok((browser, form, age))
}

/// What the forms of this page belong to.
fn binding<'a>(share: &'a ShareId, browser: &'a TokenHash) -> [&'a [u8]; 3] {
    [b"code", share.as_bytes(), browser.as_bytes()]
}

/// The page of a refusal; where the text changed meanwhile it leads back to it.
fn refused(web: &Web, share: ShareId, browser: &CookieSecret, refusal: &Refusal) -> Response {
    match (refusal, web.gate().way_back(share, browser)) {
        (Refusal::TextChanged(_), Some(link_page)) => refuse::text_changed(web, link_page),
        _ => refuse::refusal(web, refusal),
    }
}

fn page(web: &Web, share: ShareId, browser: &CookieSecret, answer: Option<CodeAnswer>) -> Response {
    let view = match web.gate().code_view(share, Some(browser)) {
        Ok(view) => view,
        Err(refusal) => return refused(web, share, browser, &refusal),
    };
    let answer = answer.or(view.problem);
    let status = match answer {
        None | Some(CodeAnswer::Right) => StatusCode::OK,
        Some(CodeAnswer::Slow(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::FORBIDDEN,
    };
    let page = code_page(web, &view, share, browser, answer);
    let mut response = (status, Html(page.render(&refuse::frame(web)))).into_response();
    if let Some(CodeAnswer::Slow(until)) = answer {
        response.headers_mut().insert(RETRY_AFTER, until.since(web.gate().now()).as_secs().max(1).into());
    }
    response
}

fn code_page(web: &Web, view: &CodeView, share: ShareId, browser: &CookieSecret, answer: Option<CodeAnswer>) -> CodePage {
    let gate = web.gate();
    let hash = browser.hash();
    CodePage {
        action: format!("/d/{share}/code"),
        resend_action: format!("/d/{share}/code/again"),
        masked_address: gate.masked_address(&view.recipient),
        minutes: gate.settings().code_life.as_secs() / 60,
        code_length: usize::from(view.digits),
        owner_name: gate.owner_name(share).unwrap_or_default(),
        form_token: form_token(gate.keys(), &binding(&share, &hash), gate.now()),
        sent: view.sent,
        told: view.read,
        delayed: view.delayed,
        problem: answer.and_then(|answer| problem(web, answer)),
        resend: match view.may_mail {
            MayMail::After(at) => Resend::After { at: web.when(at), seconds: at.since(gate.now()).as_secs() + 1 },
            MayMail::NotToday(at) => Resend::NotToday { at: web.when(at) },
            MayMail::Now => Resend::Now,
            MayMail::OtherBrowsers(at) => Resend::OtherBrowsers { at: web.when(at) },
        },
    }
}

fn problem(web: &Web, answer: CodeAnswer) -> Option<CodeProblem> {
    match answer {
        CodeAnswer::Expired => Some(CodeProblem::Expired),
        CodeAnswer::Malformed => Some(CodeProblem::Malformed),
        CodeAnswer::Right | CodeAnswer::Unsent => None,
        CodeAnswer::Slow(until) => Some(CodeProblem::Slow { until: web.when(until) }),
        CodeAnswer::Void => Some(CodeProblem::Void),
        CodeAnswer::Wrong(left) => Some(CodeProblem::Wrong { left }),
    }
}
