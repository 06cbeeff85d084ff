//! Step one, `/s/{link}`: who shares what, the disclaimer, and agreeing to it. Opening it changes nothing, however often.

use crate::gate::consent::Entry;
use crate::gate::device::Asker;
use crate::gate::refusal::Refusal;
use crate::gate::signs::after;
use crate::limit::rate::Action;
use crate::web::cookies::{self, Purpose};
use crate::web::form::{check_token, receive};
use crate::web::pages::{LinkPage, WhatIsShared};
use crate::web::recipient::said::offer_after_end;
use crate::web::recipient::see_other;
use crate::web::{Web, refuse, request};
use axum::extract::{Path, Request};
use axum::response::{Html, IntoResponse, Response};

/// Shows the link's page.
pub async fn show(web: Web, Path(link): Path<String>, request: Request) -> Response {
    match enter(&web, &link, Action::Open, &request) {
        Ok(entry) => {
            web.gate().note_opening(&entry, &request::origin(&request), request::client(&request));
            Html(page(&web, &link, &entry).render(&refuse::frame(&web))).into_response()
        }
        Err(Refusal::Expired(share)) => refuse::ended(&web, share, offer_after_end(&web, &link)),
        Err(refusal) => refuse::refusal(&web, &refusal),
    }
}

/// Takes the agreement and sends the code.
pub async fn agree(web: Web, Path(link): Path<String>, request: Request) -> Response {
    let entry = match enter(&web, &link, Action::Agree, &request) {
        Ok(entry) => entry,
        Err(refusal) => return refuse::refusal(&web, &refusal),
    };
    let (origin, share) = (request::origin(&request), entry.share.id);
    let [browser, device] = [Purpose::Challenge, Purpose::Device].map(|purpose| cookies::read(request.headers(), purpose, share));
    let form = match receive(request).await {
        Ok(form) => form,
        Err(kind) => return refuse::plain(&web, kind),
    };
    let origin = match check_token(&web, &form, &binding(&entry)) {
        Ok(age) => after(origin, age),
        Err(kind) => return refuse::plain(&web, kind),
    };
    let digest = form.field("digest").unwrap_or_default();
    match web.gate().agree(&entry, digest, browser, device.as_ref(), web.spoken().asked, origin).await {
        Ok(cookie) => see_other(&format!("/d/{share}/code"), vec![cookies::set(Purpose::Challenge, share, &cookie)]),
        Err(Refusal::TextChanged(_)) => refuse::text_changed(&web, format!("/s/{link}")),
        Err(refusal) => refuse::refusal(&web, &refusal),
    }
}

/// Checks the link before anything else; how often a network may be wrong is counted apart from how often it may be right.
pub(super) fn enter(web: &Web, link: &str, action: Action, request: &Request) -> Result<Entry, Refusal> {
    let client = request::client(request);
    match web.gate().enter(link) {
        Err(Refusal::UnknownLink) => {
            web.gate().limit(Action::Miss, client)?;
            Err(Refusal::UnknownLink)
        }
        Err(closed) => {
            web.gate().limit(action, client)?;
            Err(closed)
        }
        Ok(entry) => {
            let device = cookies::read(request.headers(), Purpose::Device, entry.share.id);
            let asker = Asker { client, browser: None, device: device.as_ref() };
            web.gate().limit_entry(action, &entry, asker)?;
            Ok(entry)
        }
    }
}

pub(super) fn binding(entry: &Entry) -> [&[u8]; 3] {
    [b"agree", entry.link.share.as_bytes(), entry.link.recipient.as_bytes()]
}

fn page(web: &Web, link: &str, entry: &Entry) -> LinkPage {
    let gate = web.gate();
    let texts = gate.link_texts(entry);
    LinkPage {
        owner_name: gate.owner_name(entry.share.id).unwrap_or_default(),
        subject: texts.subject,
        what: WhatIsShared { documents: texts.documents, folders: texts.folders },
        gives: texts.delivery.into(),
        masked_address: gate.masked_address(&entry.recipient),
        expires: web.moment(entry.share.expires),
        unwanted: entry.recipient.said.unwanted.map(|at| web.moment(at)),
        declined: entry.declined().map(|at| web.moment(at)),
        disclaimer: entry.disclaimer.as_ref().map(|text| text.in_language(web.words().language()).into()),
        form_token: crate::crypto::form::form_token(gate.keys(), &binding(entry), gate.now()),
        action: format!("/s/{link}"),
    }
}
