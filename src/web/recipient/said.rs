//! What can be said beside agreeing: not meant for me, I do not agree, I need more time; on the link's page, and behind the code.

use crate::crypto::form::form_token;
use crate::crypto::random::CookieSecret;
use crate::domain::bounds::MORE_TIME_DAYS;
use crate::domain::ids::ShareId;
use crate::domain::time::Timestamp;
use crate::gate::Origin;
use crate::gate::consent::Entry;
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::gate::said::{Asking, TimeOffer};
use crate::limit::rate::Action;
use crate::web::cookies::{self, Purpose};
use crate::web::form::{Form, check_token, receive};
use crate::web::pages::MoreTimeView;
use crate::web::recipient::leave::session_token;
use crate::web::recipient::link::{binding, enter};
use crate::web::recipient::{leave, see_other};
use crate::web::{Web, refuse, request};
use crate::words::figures;
use axum::extract::{Path, Request};
use axum::response::Response;

/// `/s/{link}/not-meant`: told to the owner, and no more mail goes there.
pub async fn not_meant(web: Web, Path(link): Path<String>, request: Request) -> Response {
    let (entry, _, origin) = match from_link(&web, &link, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    done(&web, web.gate().not_meant(&entry, origin).await, &format!("/s/{link}"))
}

/// `/s/{link}/decline`: told to the owner; nothing else changes.
pub async fn decline(web: Web, Path(link): Path<String>, request: Request) -> Response {
    let (entry, form, origin) = match from_link(&web, &link, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    match web.gate().decline(&entry, form.field("digest").unwrap_or_default(), origin).await {
        Err(Refusal::TextChanged(_)) => refuse::text_changed(&web, format!("/s/{link}")),
        declined => done(&web, declined, &format!("/s/{link}")),
    }
}

/// `/s/{link}/more-time`, on the page of a share that has ended.
pub async fn more_time(web: Web, Path(link): Path<String>, request: Request) -> Response {
    let (entry, form, origin) = match from_link(&web, &link, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    done(&web, web.gate().ask_for_time(Asking::Link(entry.link), days(&form), origin).await, &format!("/s/{link}"))
}

/// `/d/{share}/more-time`, on the page of a share that ends soon.
pub async fn more_time_in_session(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let (share, cookie, form, origin) = match from_session(&web, &share, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let asked = web.gate().ask_for_time(Asking::Session(share, (&cookie).into()), days(&form), origin).await;
    done(&web, asked, &format!("/d/{share}/"))
}

/// `/d/{share}/not-meant`: ends the recipient's own access.
pub async fn give_up(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let (share, cookie, _, origin) = match from_session(&web, &share, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    done(&web, web.gate().give_up(share, Some(&cookie), origin).await, &format!("/d/{share}/"))
}

/// What the page of a share that has ended offers to whoever holds the link.
pub(super) fn offer_after_end(web: &Web, link: &str) -> Option<MoreTimeView> {
    let entry = web.gate().ended_entry(link)?;
    let offer = web.gate().time_offer(&entry.share, &entry.recipient)?;
    let token = form_token(web.gate().keys(), &binding(&entry), web.gate().now());
    Some(MoreTimeView { open: true, ..view(web, entry.share.id, offer, format!("/s/{link}/more-time"), token) })
}

/// What the pages of a share that ends soon offer.
pub(super) fn offer(web: &Web, admitted: &Admitted) -> Option<MoreTimeView> {
    let (share, recipient) = (admitted.share(), admitted.recipient());
    let offer = web.gate().time_offer(share, recipient)?;
    Some(view(web, share.id, offer, format!("/d/{}/more-time", share.id), session_token(web, admitted)))
}

fn view(web: &Web, share: ShareId, offer: TimeOffer, action: String, form_token: String) -> MoreTimeView {
    let gate = web.gate();
    let day = |at: Timestamp| figures::day(web.words(), &at.in_zone(&gate.settings().zone));
    MoreTimeView {
        action,
        form_token,
        owner_name: gate.owner_name(share).unwrap_or_default(),
        choices: offer.choices.into_iter().map(|(days, until)| (days, day(until))).collect(),
        asked: offer.asked.map(|asked| (web.moment(asked.at), day(asked.until))),
        open: false,
    }
}

/// Takes in a form of the link's page, or of the page that says that the share has ended.
async fn from_link(web: &Web, link: &str, request: Request) -> Result<(Entry, Form, Origin), Response> {
    let entry = match enter(web, link, Action::Say, &request) {
        Err(Refusal::Expired(share)) if request.uri().path().ends_with("/more-time") => {
            web.gate().ended_entry(link).ok_or(Refusal::Expired(share))
        }
        entered => entered,
    }
    .map_err(|refusal| refuse::refusal(web, &refusal))?;
    let origin = request::origin(&request);
    let form = receive(request).await.map_err(|kind| refuse::plain(web, kind))?;
    check_token(web, &form, &binding(&entry)).map_err(|kind| refuse::plain(web, kind))?;
    Ok((entry, form, origin))
}

/// Takes in a form of a page behind the code.
async fn from_session(web: &Web, share: &str, request: Request) -> Result<(ShareId, CookieSecret, Form, Origin), Response> {
    let no_session = || refuse::refusal(web, &Refusal::NoSession);
    let share: ShareId = share.parse().map_err(|_| no_session())?;
    let (cookie, origin) = (cookies::read(request.headers(), Purpose::Session, share), request::origin(&request));
    let limited = web.gate().limit(Action::Say, request::client(&request));
    limited.map_err(|refusal| refuse::refusal(web, &refusal))?;
    let form = receive(request).await.map_err(|kind| refuse::plain(web, kind))?;
    let cookie = cookie.ok_or_else(no_session)?;
    check_token(web, &form, &leave::binding(&share, &cookie.hash())).map_err(|kind| refuse::plain(web, kind))?;
    Ok((share, cookie, form, origin))
}

/// Back to the page, which says what was done.
fn done(web: &Web, said: Result<(), Refusal>, page: &str) -> Response {
    match said {
        Ok(()) => see_other(page, Vec::new()),
        Err(refusal) => refuse::refusal(web, &refusal),
    }
}

/// The days that were chosen; a week where the field says nothing that can be asked for.
fn days(form: &Form) -> u16 {
    let chosen = form.field("days").and_then(|days| days.parse().ok());
    chosen.filter(|days| MORE_TIME_DAYS.contains(days)).unwrap_or(MORE_TIME_DAYS[0])
}
