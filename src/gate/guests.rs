//! People outside, across all shares: what they have, what wrong codes and mails have used up for them, giving that back, and ending all access.

use crate::crypto::random;
use crate::domain::bounds::STOPPED_AT_ONCE;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{GuestId, MailId, RecipientId, ShareId};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::open_to;
use crate::gate::budget::{Asking, MayMail, may_mail, slow_until};
use crate::gate::issue::IssueError;
use crate::gate::manage::stop_recipients;
use crate::ledger::event::{Actor, Event};
use crate::ledger::state::{Recipient, Share, State};
use crate::ledger::tx::{Class, Tx};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A person outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuestView {
    /// The address.
    pub email: String,
    /// Shares that are open to it now.
    pub open: usize,
    /// All of its shares, ended ones included.
    pub shares: usize,
    /// Receipts so far.
    pub reads: u64,
    /// Until when wrong codes make it wait, at the share where that is longest; RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_until: Option<String>,
    /// When a code can be mailed again, at the share where that is latest, if not now; RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_from: Option<String>,
    /// Share by share, newest first; absent in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<AccessView>,
}

/// What a person outside has of one share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessView {
    /// The share.
    pub share: String,
    /// Its subject.
    pub subject: String,
    /// `open`, `expired` or `stopped`.
    pub status: String,
    /// Receipts.
    pub reads: u64,
    /// Wrong codes of unknown browsers within a day.
    pub wrong_codes: usize,
    /// Code mails within a day that unknown browsers asked for.
    pub code_mails: usize,
    /// Browsers that once gave a right code and are remembered; nothing of this holds them up.
    pub known_browsers: usize,
    /// Until when wrong codes make it wait, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_until: Option<String>,
    /// When a code can be mailed again, if not now; RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_from: Option<String>,
}

/// What was done for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuestDone {
    /// At so many shares.
    pub shares: usize,
}

/// A guest's place in one share.
type Place<'a> = (&'a Arc<Share>, &'a Arc<Recipient>);

impl Gate {
    /// All people outside who were ever invited and are not forgotten, by address.
    pub fn guests(&self) -> Vec<GuestView> {
        let state = self.ledger.state();
        let mut places: BTreeMap<GuestId, Vec<Place<'_>>> = BTreeMap::new();
        for share in state.shares.values() {
            share.recipients.values().for_each(|one| places.entry(one.guest).or_default().push((share, one)));
        }
        let mut all: Vec<GuestView> = places.iter().filter_map(|(guest, places)| self.guest_view(&state, *guest, places)).collect();
        all.iter_mut().for_each(|guest| guest.access.clear());
        all.sort_by(|a, b| a.email.cmp(&b.email));
        all
    }

    /// One of them, share by share.
    pub fn guest(&self, address: &EmailAddress) -> Option<GuestView> {
        let state = self.ledger.state();
        let guest = *state.guest_ids.get(address.key())?;
        self.guest_view(&state, guest, &places(&state, guest))
    }

    /// Gives an address back what wrong codes and mails have used up, at every share that is open to it: its waits end, and codes can be mailed.
    pub async fn lift(&self, address: &EmailAddress, by: Actor) -> Result<GuestDone, IssueError> {
        let guest = self.guest_id(address)?;
        let transaction = move |t: &mut Tx<'_>| {
            let now = t.now();
            let open = places(t.state(), guest).into_iter().filter(|(share, one)| open_to(share, one, now).is_ok());
            let used = open.filter(|(_, one)| has_used(one)).map(|(share, one)| (share.id, one.id));
            let used: Vec<(ShareId, RecipientId)> = used.take(STOPPED_AT_ONCE * 10).collect();
            used.iter()
                .for_each(|(share, recipient)| t.emit(Event::RecipientLifted { share: *share, recipient: *recipient, by }));
            Ok::<_, IssueError>(used.len())
        };
        Ok(GuestDone { shares: self.ledger.tx(Class::First, transaction).await? })
    }

    /// Ends the access of an address to every share that is open to it; downloads under way are cut, and it is told for each share.
    pub async fn revoke_guest(&self, address: &EmailAddress, by: Actor) -> Result<GuestDone, IssueError> {
        let guest = self.guest_id(address)?;
        let mut done = GuestDone { shares: 0 };
        loop {
            let mails: Vec<MailId> = (0..STOPPED_AT_ONCE).map(|_| MailId::from_bytes(random::bytes())).collect();
            let transaction = move |t: &mut Tx<'_>| {
                let now = t.now();
                let open = places(t.state(), guest).into_iter().filter(|(share, one)| open_to(share, one, now).is_ok());
                let some: Vec<(Arc<Share>, RecipientId)> = open.map(|(share, one)| (Arc::clone(share), one.id)).take(mails.len()).collect();
                for ((share, recipient), mail) in some.iter().zip(&mails) {
                    stop_recipients(t, share, &[*recipient], std::slice::from_ref(mail), by);
                }
                Ok::<_, IssueError>(some.len())
            };
            match self.ledger.tx(Class::First, transaction).await? {
                0 => return Ok(done),
                some => done.shares += some,
            }
        }
    }

    fn guest_id(&self, address: &EmailAddress) -> Result<GuestId, IssueError> {
        let known = self.ledger.state().guest_ids.get(address.key()).copied();
        known.ok_or_else(|| IssueError::Unknown("guest", address.expose().to_owned()))
    }

    fn guest_view(&self, state: &State, guest: GuestId, places: &[Place<'_>]) -> Option<GuestView> {
        let address = state.address(guest)?;
        let now = self.clock.now();
        let mut sorted: Vec<&Place<'_>> = places.iter().collect();
        sorted.sort_by_key(|(share, _)| (std::cmp::Reverse(share.created), share.id));
        let access: Vec<AccessView> = sorted.iter().map(|(share, one)| self.access_view(state, share, one, now)).collect();
        Some(GuestView {
            email: address.expose().to_owned(),
            open: access.iter().filter(|one| one.status == "open").count(),
            shares: access.len(),
            reads: access.iter().map(|one| one.reads).sum(),
            slow_until: access.iter().filter_map(|one| one.slow_until.clone()).max(),
            mail_from: access.iter().filter_map(|one| one.mail_from.clone()).max(),
            access,
        })
    }

    fn access_view(&self, state: &State, share: &Share, recipient: &Recipient, now: Timestamp) -> AccessView {
        let is_open = open_to(share, recipient, now).is_ok();
        let mail_from = match may_mail(state, Asking { share, recipient, challenge: None, device: None }, self.mailing(), now) {
            MayMail::Now => None,
            MayMail::After(at) | MayMail::NotToday(at) | MayMail::OtherBrowsers(at) => Some(at),
        };
        let status = match () {
            () if is_open => "open",
            () if share.stopped.is_some() || recipient.stopped.is_some() => "stopped",
            () => "expired",
        };
        AccessView {
            share: share.id.to_string(),
            subject: self.subject_for_staff(state, share),
            status: status.to_owned(),
            reads: recipient.reads,
            wrong_codes: budget_within_a_day(&recipient.failures, now),
            code_mails: budget_within_a_day(&recipient.code_mails, now),
            known_browsers: recipient.devices.iter().filter(|known| known.until > now).count(),
            slow_until: slow_until(&recipient.failures, now).filter(|_| is_open).map(|at| at.to_string()),
            mail_from: mail_from.filter(|_| is_open).map(|at| at.to_string()),
        }
    }
}

fn budget_within_a_day(moments: &[Timestamp], now: Timestamp) -> usize {
    moments.iter().filter(|at| now.since(**at) < crate::domain::bounds::FAILURE_WINDOW).count()
}

/// Whether there is anything to give back.
fn has_used(recipient: &Recipient) -> bool {
    let any = |lists: [&Vec<Timestamp>; 2]| lists.into_iter().any(|list| !list.is_empty());
    any([&recipient.failures, &recipient.code_mails])
        || !recipient.codes_read.is_empty()
        || recipient.devices.iter().any(|known| any([&known.failures, &known.code_mails]))
}

/// Where a guest is a recipient.
fn places(state: &State, guest: GuestId) -> Vec<Place<'_>> {
    let all = state.shares.values();
    all.flat_map(|share| share.recipients.values().filter(|one| one.guest == guest).map(move |one| (share, one)))
        .collect()
}
