//! The state as records for a state file, and back. Indexes and timers are derived again, so that they cannot disagree with what they index.

use crate::crypto::sealed::Private;
use crate::domain::disclaimer::Disclaimer;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{GuestId, StaffId};
use crate::ledger::state::{Challenge, Mail, Passing, Receipt, Redaction, Sent, Session, Share, Staff, State, Timer, Upload};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One record of a state file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "snake_case")]
#[allow(missing_docs, reason = "a field is named like the id or value it holds")]
pub enum Record {
    /// A live challenge.
    Challenge(Arc<Challenge>),
    /// The disclaimer that holds.
    Disclaimer(Arc<Disclaimer>),
    /// A disclaimer that held before.
    Former(Arc<Disclaimer>),
    /// An outside address.
    Guest { guest: GuestId, address: Private<EmailAddress> },
    /// A mail of the outbox.
    Mail(Arc<Mail>),
    /// An open receipt.
    Receipt(Arc<Receipt>),
    /// An area covered on a page.
    Redaction(Arc<Redaction>),
    /// A mail that may still come back.
    Sent(Arc<Sent>),
    /// A session.
    Session(Arc<Session>),
    /// A share with its recipients.
    Share(Arc<Share>),
    /// A member of staff.
    Staff { staff: StaffId, record: Arc<Staff> },
    /// A document that a recipient sends in.
    Upload(Arc<Upload>),
}

/// All records of a state, in a fixed order.
pub fn records(state: &State) -> impl Iterator<Item = Record> {
    let challenges = state.challenges.values().map(|c| Record::Challenge(Arc::clone(c)));
    let disclaimer = state.disclaimer.iter().map(|d| Record::Disclaimer(Arc::clone(d)));
    let former = state.former.values().map(|d| Record::Former(Arc::clone(d)));
    let guests = state
        .guests
        .iter()
        .map(|(guest, address)| Record::Guest { guest: *guest, address: address.clone() });
    let mails = state.mails.values().map(|m| Record::Mail(Arc::clone(m)));
    let receipts = state.receipts.values().map(|r| Record::Receipt(Arc::clone(r)));
    let redactions = state.redactions.values().map(|r| Record::Redaction(Arc::clone(r)));
    let sent = state.sent_mails.values().map(|s| Record::Sent(Arc::clone(s)));
    let sessions = state.sessions.values().map(|s| Record::Session(Arc::clone(s)));
    let shares = state.shares.values().map(|s| Record::Share(Arc::clone(s)));
    let staff = state
        .staff
        .iter()
        .map(|(staff, record)| Record::Staff { staff: *staff, record: Arc::clone(record) });
    let uploads = state.uploads.values().map(|u| Record::Upload(Arc::clone(u)));
    disclaimer
        .chain(former)
        .chain(staff)
        .chain(guests)
        .chain(shares)
        .chain(redactions)
        .chain(challenges)
        .chain(sessions)
        .chain(receipts)
        .chain(mails)
        .chain(sent)
        .chain(uploads)
}

/// Puts one record into a state that is being read.
pub fn restore(state: &mut State, record: Record) {
    match record {
        Record::Challenge(challenge) => {
            state.passing.insert((challenge.forgotten(), Passing::Challenge(challenge.id)));
            if let Some(browser) = challenge.browser {
                state.browsers.insert(browser, challenge.id);
            }
            state.challenges.insert(challenge.id, challenge);
        }
        Record::Disclaimer(disclaimer) => state.disclaimer = Some(disclaimer),
        Record::Former(disclaimer) => {
            state.former.insert(disclaimer.version.clone(), disclaimer);
        }
        Record::Guest { guest, address } => {
            if let Some(known) = address.get() {
                state.guest_ids.insert(known.key().to_owned(), guest);
            }
            state.guests.insert(guest, address);
        }
        Record::Mail(mail) => {
            state.timers.insert((mail.due, Timer::Mail(mail.id)));
            state.mails.insert(mail.id, mail);
        }
        Record::Receipt(receipt) => {
            state.timers.insert((receipt.ends, Timer::Receipt(receipt.id)));
            state.receipt_ids.extend(receipt.key().map(|key| (key, receipt.id)));
            state.receipts.insert(receipt.id, receipt);
        }
        Record::Redaction(redaction) => {
            state.redactions.insert((redaction.share, redaction.id), redaction);
        }
        Record::Sent(sent) => {
            state.passing.insert((sent.until, Passing::Mail(sent.mail)));
            state.sent_mails.insert(sent.mail, sent);
        }
        Record::Session(session) => {
            state.passing.insert((session.expires, Passing::Session(session.id)));
            state.tokens.insert(session.token, session.id);
            state.sessions.insert(session.id, session);
        }
        Record::Share(share) => {
            if share.stopped.is_none() && !share.end_told {
                state.timers.insert((share.expires, Timer::Share(share.id)));
            }
            if let Some(moment) = share.remind_at {
                state.timers.insert((moment, Timer::Reminder(share.id)));
            }
            for recipient in share.recipients.values() {
                if let Some(visit) = recipient.said.visit.as_ref().filter(|visit| !visit.queued) {
                    state.timers.insert((visit.began, Timer::Visit(share.id, recipient.id)));
                }
            }
            state.shares.insert(share.id, share);
        }
        Record::Staff { staff, record } => {
            state.staff.insert(staff, record);
        }
        Record::Upload(upload) => state.add_upload(upload),
    }
}
