//! The state: all that decisions need, in memory, as persistent maps, so that a copy of the whole costs nothing and readers never wait.
//!
//! It is changed only by `apply`. Maps are ordered, so that the same events always make the same state, byte for byte.

mod challenges;
mod mails;
mod receipt_key;
mod redactions;
mod said;
mod uploads;

use crate::crypto::random::TokenHash;
use crate::crypto::sealed::Private;
use crate::domain::disclaimer::Disclaimer;
use crate::domain::document::{DocumentName, StoreName};
use crate::domain::email::EmailAddress;
use crate::domain::ids::{ChallengeId, GuestId, MailId, ReceiptId, RecipientId, RedactionId, SessionId, ShareId, StaffId, UploadId};
use crate::domain::language::Language;
use crate::domain::machine::Signs;
use crate::domain::notify::Notify;
use crate::domain::policy::Policy;
use crate::domain::range::RangeSet;
use crate::domain::receipt::{Action, Outcome, Proved};
use crate::domain::scope::Item;
use crate::domain::shown::Shown;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use crate::ledger::event::Actor;
pub use challenges::Challenge;
use imbl::{OrdMap, OrdSet};
pub use mails::{Changed, Mail, Read, Sent, Undelivered};
pub use receipt_key::ReceiptKey;
pub use redactions::Redaction;
pub use said::{Agreement, Declined, MoreTime, Said, Visit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
pub use uploads::{Stage, Upload};

/// Everything, as of one line of the journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The challenge of an asking browser, by its cookie's hash.
    pub browsers: OrdMap<TokenHash, ChallengeId>,
    /// Live challenges.
    pub challenges: OrdMap<ChallengeId, Arc<Challenge>>,
    /// The disclaimer that holds.
    pub disclaimer: Option<Arc<Disclaimer>>,
    /// Disclaimers that held before, by version.
    pub former: OrdMap<String, Arc<Disclaimer>>,
    /// Which guest has an address, by [`EmailAddress::key`].
    pub guest_ids: OrdMap<String, GuestId>,
    /// Outside addresses.
    pub guests: OrdMap<GuestId, Private<EmailAddress>>,
    /// The outbox.
    pub mails: OrdMap<MailId, Arc<Mail>>,
    /// What is forgotten when; derived from the rest.
    pub passing: OrdSet<(Timestamp, Passing)>,
    /// Open receipts by session, action, document and version: more than one when a transfer outlasts the window of its receipt.
    pub receipt_ids: OrdSet<(ReceiptKey, ReceiptId)>,
    /// Open receipts.
    pub receipts: OrdMap<ReceiptId, Arc<Receipt>>,
    /// Areas covered on pages, by share.
    pub redactions: OrdMap<(ShareId, RedactionId), Arc<Redaction>>,
    /// Mails that were handed over and may still come back.
    pub sent_mails: OrdMap<MailId, Arc<Sent>>,
    /// Bytes of uploads in each store, and on their way to it; derived from the rest.
    pub sent: OrdMap<StoreName, u64>,
    /// Sessions that have not ended.
    pub sessions: OrdMap<SessionId, Arc<Session>>,
    /// Shares, ended ones included.
    pub shares: OrdMap<ShareId, Arc<Share>>,
    /// Staff.
    pub staff: OrdMap<StaffId, Arc<Staff>>,
    /// What is to happen when; derived from the rest.
    pub timers: OrdSet<(Timestamp, Timer)>,
    /// Which session a cookie's hash names.
    pub tokens: OrdMap<TokenHash, SessionId>,
    /// What recipients send in, by share.
    pub uploads: OrdMap<(ShareId, UploadId), Arc<Upload>>,
}

/// Something that is forgotten without a word once its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passing {
    /// A challenge.
    Challenge(ChallengeId),
    /// A mail that was handed over.
    Mail(MailId),
    /// A session.
    Session(SessionId),
}

/// Something that becomes due and is then told by an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The mail is to be tried.
    Mail(MailId),
    /// What a recipient opened is to be mailed to them once their visit is over.
    Visit(ShareId, RecipientId),
    /// The receipt's window closes.
    Receipt(ReceiptId),
    /// Those who have not read are reminded.
    Reminder(ShareId),
    /// The share's end is told.
    Share(ShareId),
    /// The upload is not waited for any longer.
    Upload(ShareId, UploadId),
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Staff {
    /// Name.
    pub name: Private<String>,
    /// Address.
    pub address: Private<EmailAddress>,
    /// Place in the configuration's list; `None` once removed from it.
    pub rank: Option<u32>,
}

/// A share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Its id.
    pub id: ShareId,
    /// Whose it is.
    pub owner: StaffId,
    /// Who made it.
    pub by: Actor,
    /// When it was made.
    pub created: Timestamp,
    /// What it names.
    pub items: Private<Arc<Vec<Item>>>,
    /// Subject.
    pub subject: Private<String>,
    /// Message, in light formatting.
    pub message: Private<String>,
    /// The language of its mails, as staff set it.
    #[serde(default)]
    pub language: Language,
    /// What recipients may do, as staff set it; [`Share::delivery`] says what they really get.
    pub policy: Policy,
    /// Areas covered on pages of its documents.
    #[serde(default)]
    pub redacted: usize,
    /// When it ends.
    pub expires: Timestamp,
    /// When it was stopped by staff.
    pub stopped: Option<Timestamp>,
    /// Whether its end was told.
    pub end_told: bool,
    /// Its recipients.
    pub recipients: BTreeMap<RecipientId, Arc<Recipient>>,
    /// Reads that no notice has told yet.
    pub unreported: Vec<Read>,
    /// Reads beyond the longest notice.
    pub unreported_more: u64,
    /// The notice that waits in the outbox.
    pub notice: Option<MailId>,
    /// Until when further reads are gathered into one mail.
    pub quiet_until: Timestamp,
    /// When its owner is told of reads.
    #[serde(default, skip_serializing_if = "Notify::is_usual")]
    pub notify: Notify,
    /// When notices were handed over, lately.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Timestamp>,
    /// How many seconds before its end those who have not read are reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<u64>,
    /// When that is, as long as it is to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Timestamp>,
    /// Mails that failed for good, newest last.
    pub undelivered: Vec<Undelivered>,
    /// Documents that are others than those that are pinned, as far as somebody met them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Changed>,
}

/// A recipient of a share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipient {
    /// Its id.
    pub id: RecipientId,
    /// The person.
    pub guest: GuestId,
    /// Its place in the order in which the recipients were named.
    pub place: usize,
    /// The key its link is signed with.
    pub key: u8,
    /// The language of the page on which a code was last asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// When access was stopped for this recipient alone.
    pub stopped: Option<Timestamp>,
    /// Live challenges, oldest first.
    pub challenges: Vec<ChallengeId>,
    /// When code mails were queued, within a day.
    pub code_mails: Vec<Timestamp>,
    /// When wrong codes were typed by browsers without a device cookie, within a day.
    pub failures: Vec<Timestamp>,
    /// Browsers that once gave the right code.
    pub devices: Vec<Device>,
    /// When staff read a code for this recipient, within a day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes_read: Vec<Timestamp>,
    /// When staff last gave back what was used up; codes mailed before then hold no place any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted: Option<Timestamp>,
    /// Open sessions, oldest first.
    pub sessions: Vec<SessionId>,
    /// The last agreement that a right code has bound to this person.
    pub agreed: Option<Agreement>,
    /// When the invitation was handed over.
    pub invited: Option<Timestamp>,
    /// When the reminder was queued; there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<Timestamp>,
    /// Receipts so far.
    pub reads: u64,
    /// The last one.
    pub last_read: Option<Timestamp>,
    /// Whether all of them are older than what the share holds on to now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen: bool,
    /// How often the link was fetched, as far as told; never a read.
    pub fetched: u64,
    /// How often anything else was counted at the link: lists looked at, refusals, signs of machines.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counted: BTreeMap<String, u64>,
    /// What else this person, or whoever holds the link, has said.
    #[serde(default, skip_serializing_if = "Said::is_nothing")]
    pub said: Said,
}

/// A browser that once gave the right code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Hash of its cookie.
    pub token: TokenHash,
    /// Until when it is remembered.
    pub until: Timestamp,
    /// Its own wrong codes, within a day.
    pub failures: Vec<Timestamp>,
    /// Code mails that it asked for, within a day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_mails: Vec<Timestamp>,
}

/// A session of a recipient in a browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The share.
    pub share: ShareId,
    /// The recipient.
    pub recipient: RecipientId,
    /// Hash of its cookie.
    pub token: TokenHash,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it ends at the latest.
    pub expires: Timestamp,
    /// Last use, as far as written.
    pub used: Timestamp,
    /// With what kind of code it was opened, as far as that was put down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved: Option<Proved>,
    /// What spoke for a machine when it was opened.
    #[serde(default, skip_serializing_if = "Signs::is_empty")]
    pub signs: Signs,
}

/// An open receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// The share.
    pub share: ShareId,
    /// The recipient.
    pub recipient: RecipientId,
    /// The person.
    pub guest: GuestId,
    /// The session.
    pub session: SessionId,
    /// The document.
    pub document: Private<DocumentName>,
    /// Its version.
    pub version: FileVersion,
    /// What the recipient did.
    pub action: Action,
    /// When it began.
    pub started: Timestamp,
    /// When its window closes.
    pub ends: Timestamp,
    /// Last progress.
    pub last: Timestamp,
    /// How often it was asked for.
    pub opens: u64,
    /// Bytes of the document handed over.
    pub ranges: RangeSet,
    /// Bytes of pictures handed over.
    #[serde(default)]
    pub sent: u64,
    /// Pages shown.
    #[serde(default)]
    pub shown: Shown,
    /// How far it is.
    pub outcome: Outcome,
    /// The document at which an archive ended early the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Private<DocumentName>>,
}

impl Recipient {
    /// A recipient who has done nothing yet.
    pub fn new(id: RecipientId, guest: GuestId, place: usize, key: u8) -> Self {
        Self {
            id,
            guest,
            place,
            key,
            language: None,
            stopped: None,
            challenges: Vec::new(),
            code_mails: Vec::new(),
            failures: Vec::new(),
            devices: Vec::new(),
            codes_read: Vec::new(),
            lifted: None,
            sessions: Vec::new(),
            agreed: None,
            invited: None,
            reminded: None,
            reads: 0,
            last_read: None,
            unseen: false,
            fetched: 0,
            counted: BTreeMap::new(),
            said: Said::NOTHING,
        }
    }

    /// Whether nothing was read, or nothing since the share held on to newer versions.
    pub const fn is_unread(&self) -> bool {
        self.reads == 0 || self.unseen
    }
}

impl Receipt {
    /// By which it is found while it is open, unless what it covers is forgotten.
    pub fn key(&self) -> Option<ReceiptKey> {
        Some(ReceiptKey::new(self.session, self.action, self.document.get()?, &self.version))
    }
}

impl State {
    /// Staff who are in the configuration, the default owner first.
    pub fn current_staff(&self) -> Vec<(StaffId, Arc<Staff>)> {
        let mut staff: Vec<_> = self.staff.iter().filter(|(_, s)| s.rank.is_some()).map(|(id, s)| (*id, Arc::clone(s))).collect();
        staff.sort_by_key(|(_, s)| s.rank);
        staff
    }

    /// The recipient of a share.
    pub fn recipient(&self, share: ShareId, recipient: RecipientId) -> Option<(&Arc<Share>, &Arc<Recipient>)> {
        let share = self.shares.get(&share)?;
        Some((share, share.recipients.get(&recipient)?))
    }

    /// The receipt of a session, action, document and version whose window has not closed.
    pub fn open_receipt(&self, key: ReceiptKey, now: Timestamp) -> Option<&Arc<Receipt>> {
        let first = (key, ReceiptId::from_bytes([0; 16]));
        let same = self.receipt_ids.range(first..).take_while(|(other, _)| *other == key);
        same.filter_map(|(_, id)| self.receipts.get(id)).find(|receipt| receipt.ends > now)
    }

    /// The address of a recipient, unless forgotten.
    pub fn address(&self, guest: GuestId) -> Option<&EmailAddress> {
        self.guests.get(&guest)?.get()
    }
}
