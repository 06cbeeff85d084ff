//! The report of a share: who was given what, in which version, when and how far, what speaks for machines, what was changed; all from the ledger,
//! with the line that it reaches to.

use crate::crypto::sealed::Private;
use crate::domain::bounds::REPORTED_CHANGES;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{RecipientId, SessionId, ShareId};
use crate::domain::machine::Signs;
use crate::domain::scope::{Item, ItemKind};
use crate::domain::time::Timestamp;
use crate::domain::version::Pinned;
use crate::gate::Gate;
use crate::gate::gathered::Gathered;
use crate::gate::readers::ReaderView;
use crate::gate::receipts::{Filter, LISTED_RECEIPTS, Met};
use crate::gate::shares::ERASED;
use crate::gate::views::{ReceiptView, ShareView};
use crate::ledger::event::{Actor, Event, Origin};
use crate::ledger::read::ReadError;
use crate::ledger::state::{Share, State};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Who said something that needs no code.
const HOLDER: &str = "link";

/// The report of a share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// When it was made, RFC 3339 in UTC.
    pub made: String,
    /// The organisation.
    pub organisation: String,
    /// Its time zone, by its IANA name.
    pub zone: String,
    /// Who owns the share.
    pub owner_name: String,
    /// How far the ledger had come: all that is told stands at or before this line.
    pub ledger: HeadView,
    /// The share, without links.
    pub share: ShareView,
    /// What it names; of a folder that is pinned each document in it.
    pub documents: Vec<HeldView>,
    /// Its recipients, and what each has read.
    pub readers: Vec<ReaderView>,
    /// Its receipts, oldest first.
    pub receipts: Vec<ReceiptView>,
    /// What was done with it, and what happened to its documents, oldest first.
    pub changes: Vec<ChangeView>,
    /// Whether there are more receipts or changes than a report tells, the newest; all are in the ledger. What each has read is told from all.
    pub shortened: bool,
}

/// How far a ledger had come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeadView {
    /// The ledger's random name.
    pub ledger: String,
    /// Its last line's number.
    pub line: u64,
    /// That line's hash, which holds all lines before it.
    pub head: String,
}

/// A document or folder of a share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldView {
    /// `store:path`.
    pub document: String,
    /// The version that the share holds on to; absent where it follows what the store has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The SHA-256 of that version's bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Whether somebody met it changed.
    pub changed: bool,
}

/// Something that was done with a share or happened to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeView {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What: `made`, `added`, `changed`, `notices`, `pinned`, `covered`, `uncovered`, `document`, `agreed`, `declined`, `code-read`, `entered`,
    /// `unwanted`, `wanted`, `time-asked`, `lifted`, `bounced`, `reminded`, `stopped-one`, `stopped` or `ended`.
    pub what: String,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Which document it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// Who asked for it: `server`, `recipient` in a session, `link` for whoever held the link, or `operator` with the user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What it was set to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<String, String>,
    /// What speaks for a machine's having done it.
    #[serde(default, skip_serializing_if = "Signs::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub signs: Signs,
}

impl Gate {
    /// The report of a share; nothing when there is no such share. Blocks on the disk.
    pub fn report(&self, id: ShareId) -> Result<Option<ReportView>, ReadError> {
        let (mut changes, mut receipts, mut gathered, mut more) = (Vec::new(), Vec::new(), Gathered::default(), false);
        let state = self.ledger.state();
        self.walk_back(&Filter { share: Some(id), guest: None }, &mut |met| {
            gathered.take(&met);
            match met {
                Met::Receipt(told) if receipts.len() < LISTED_RECEIPTS => receipts.push(told.view),
                Met::Receipt(_) => more = true,
                Met::Other(at, event) => {
                    let change = change_view(&state, id, at, event);
                    more |= change.is_some() && changes.len() >= REPORTED_CHANGES;
                    changes.extend(change.filter(|_| changes.len() < REPORTED_CHANGES));
                }
            }
            true
        })?;
        // After what was read, so that nothing told is behind it.
        let state = self.ledger.state();
        let Some(share) = state.shares.get(&id) else { return Ok(None) };
        let (line, head) = state.head();
        let mut view = self.share_view(&state, share, true);
        view.links.iter_mut().for_each(|link| link.url = None);
        let readers = self.reader_views(share, &gathered);
        changes.reverse();
        receipts.reverse();
        Ok(Some(ReportView {
            made: self.clock.now().to_string(),
            organisation: self.settings.organisation.clone(),
            zone: self.settings.zone.iana_name().unwrap_or("UTC").to_owned(),
            owner_name: self.owner_name(id).unwrap_or_default(),
            ledger: HeadView { ledger: self.ledger.name().to_string(), line, head: HEXLOWER.encode(&head) },
            share: view,
            documents: held(share),
            readers,
            receipts,
            changes,
            shortened: more,
        }))
    }
}

fn held(share: &Share) -> Vec<HeldView> {
    let is_changed = |name: &str| {
        share
            .changed
            .iter()
            .any(|changed| changed.document.get().is_some_and(|other| other.to_string() == name))
    };
    let view = |document: String, pinned: Option<&Pinned>| HeldView {
        changed: is_changed(&document),
        document,
        version: pinned.map(|pinned| pinned.version.to_string()),
        sha256: pinned.and_then(|pinned| pinned.sha256).map(|hash| hash.to_string()),
    };
    let of = |item: &Item| match &item.kind {
        ItemKind::Document | ItemKind::Folder => vec![view(item.name.to_string(), None)],
        ItemKind::PinnedDocument(pinned) => vec![view(item.name.to_string(), Some(pinned))],
        ItemKind::PinnedFolder(pins) => {
            let below = |path: &_| {
                item.name
                    .path
                    .append(path)
                    .map_or_else(|_| String::new(), |path| format!("{}:{path}", item.name.store))
            };
            pins.iter().map(|pin| view(below(&pin.path), Some(&pin.version))).collect()
        }
    };
    share.items.get().map_or(&[][..], |items| items).iter().flat_map(of).collect()
}

/// What an event tells of a share's own history. Whoever adds an event to that history (`ledger/house.rs`) says here how it is told.
fn change_view(state: &State, share: ShareId, at: Timestamp, event: &Event) -> Option<ChangeView> {
    let told = |what: &str| ChangeView { at: at.to_string(), what: what.to_owned(), ..ChangeView::default() };
    let done = |what: &str, who: &Actor| ChangeView { by: Some(actor(*who)), ..told(what) };
    Some(match event {
        Event::ShareCreated { by, expires, .. } => ChangeView { detail: [pair("expires", expires)].into(), ..done("made", by) },
        Event::ShareUpdated { by, .. } => ChangeView { detail: updated(event), ..done("changed", by) },
        Event::NoticesSet { by, notify, remind, .. } => {
            let remind = remind.map(|seconds| pair("remind", &format!("{seconds}s")));
            let detail = [pair("notify", &notify.word())].into_iter().chain(remind).collect();
            ChangeView { detail, ..done("notices", by) }
        }
        Event::SharePinned { by, .. } => done("pinned", by),
        Event::RedactionAdded { document, by, page, .. } => {
            ChangeView { document: document.get().map(ToString::to_string), detail: [pair("page", page)].into(), ..done("covered", by) }
        }
        Event::RedactionRemoved { by, .. } => done("uncovered", by),
        Event::DocumentChanged { document, .. } => ChangeView { document: document.get().map(ToString::to_string), ..told("document") },
        Event::ShareReminded { .. } => told("reminded"),
        Event::ShareRevoked { by, .. } => done("stopped", by),
        Event::ShareEnded { .. } => told("ended"),
        event => {
            let (recipient, change) = of_recipient(event)?;
            let whose = recipient.and_then(|id| state.recipient(share, id)).map(|(_, recipient)| recipient.guest);
            let email = whose.map(|guest| state.address(guest).map_or(ERASED, EmailAddress::expose).to_owned());
            ChangeView { at: at.to_string(), email, ..change }
        }
    })
}

/// What an event tells of one recipient, and of which.
fn of_recipient(event: &Event) -> Option<(Option<RecipientId>, ChangeView)> {
    let told = |what: &str| ChangeView { what: what.to_owned(), ..ChangeView::default() };
    let done = |what: &str, who: &Actor| ChangeView { by: Some(actor(*who)), ..told(what) };
    let from = |origin: &Private<Origin>| origin.get().map(|origin| origin.signs.clone()).unwrap_or_default();
    let said = |what: &str, session: Option<SessionId>, origin| {
        let by = if session.is_some() { "recipient" } else { HOLDER };
        ChangeView { by: Some(by.to_owned()), signs: from(origin), ..told(what) }
    };
    let text = |version: &String, digest: &String| [pair("version", version), pair("sha256", digest)].into();
    let (recipient, change) = match event {
        Event::RecipientAdded { recipient, .. } => (recipient, told("added")),
        Event::ConsentDeclined { recipient, version, digest, origin, .. } => {
            (recipient, ChangeView { detail: text(version, digest), ..said("declined", None, origin) })
        }
        Event::ConsentGiven { recipient, version, digest, origin, .. } => {
            (recipient, ChangeView { detail: text(version, digest), signs: from(origin), ..told("agreed") })
        }
        Event::CodeRead { recipient, by, .. } => (recipient, done("code-read", by)),
        Event::SessionOpened { recipient, proved, origin, .. } => {
            let detail = proved.iter().map(|proved| pair("proved", &proved.word())).collect();
            (recipient, ChangeView { detail, signs: from(origin), ..told("entered") })
        }
        Event::RecipientUnwanted { recipient, session, origin, .. } => (recipient, said("unwanted", *session, origin)),
        Event::RecipientWanted { recipient, .. } => (recipient, ChangeView { by: Some(HOLDER.to_owned()), ..told("wanted") }),
        Event::TimeAsked { recipient, until, session, origin, .. } => {
            (recipient, ChangeView { detail: [pair("until", until)].into(), ..said("time-asked", *session, origin) })
        }
        Event::RecipientLifted { recipient, by, .. } => (recipient, done("lifted", by)),
        Event::RecipientRevoked { recipient, by, .. } => (recipient, done("stopped-one", by)),
        Event::MailBounced { recipient, why, .. } => {
            return Some((*recipient, ChangeView { detail: [pair("why", why)].into(), ..told("bounced") }));
        }
        _ => return None,
    };
    Some((Some(*recipient), change))
}

fn actor(by: Actor) -> String {
    match by {
        Actor::Operator(user) => format!("operator {user}"),
        Actor::Recipient => "recipient".to_owned(),
        Actor::Server => "server".to_owned(),
    }
}

fn pair(name: &str, value: &impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

/// What a change of a share set, by the names that the API has for it.
fn updated(event: &Event) -> BTreeMap<String, String> {
    let named = ["expires", "delivery", "mark", "print", "text", "upload"];
    let fields = serde_json::to_value(event).unwrap_or_default();
    let told = |name: &str| match &fields[name] {
        serde_json::Value::Null => None,
        serde_json::Value::Number(moment) => Some(Timestamp::from_millis(moment.as_i64().unwrap_or_default()).to_string()),
        serde_json::Value::String(word) => Some(word.clone()),
        other => Some(other.to_string()),
    };
    named.iter().filter_map(|name| Some(((*name).to_owned(), told(name)?))).collect()
}
