//! The events: everything that ever changes, in the form in which it stands in the ledger.
//!
//! `k` names the kind. A field of type [`Private`] stands sealed. Every default is resolved before an event is made, so that reading it again
//! years later needs no configuration.

mod held;

use crate::crypto::code::CodeSecret;
use crate::crypto::random::TokenHash;
use crate::crypto::sealed::Private;
use crate::domain::disclaimer::Disclaimer;
use crate::domain::document::DocumentName;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{ChallengeId, GuestId, MailId, ReceiptId, RecipientId, RedactionId, SessionId, ShareId, StaffId, UploadId};
use crate::domain::language::Language;
use crate::domain::notify::Notify;
use crate::domain::part::PartPath;
use crate::domain::policy::{Delivery, Policy, Strength};
use crate::domain::range::RangeSet;
use crate::domain::receipt::{Action, Outcome, Proved};
use crate::domain::redaction::Area;
use crate::domain::scope::Item;
use crate::domain::shown::Shown;
use crate::domain::time::Timestamp;
use crate::domain::upload::{Scan, Unfinished, Unwanted};
use crate::domain::version::{ContentHash, FileVersion};
pub use held::{Actor, ArchivePart, MailKind, Origin, SessionEnd};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One change of state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "k", deny_unknown_fields)]
#[allow(missing_docs, reason = "a field is named like the id or value it holds; what the types hold is told there")]
pub enum Event {
    /// More codes were wrong within an hour than people mistype; until that ends, unknown browsers wait a moment with each try.
    #[serde(rename = "alarm.raised")]
    AlarmRaised { failures: u64 },
    /// A browser was told to wait; when that time is over it has one try, whatever others typed meanwhile.
    #[serde(rename = "code.held")]
    CodeHeld { challenge: ChallengeId, until: Timestamp },
    /// Staff read a code, to tell it to a recipient by another way than mail.
    #[serde(rename = "code.read")]
    CodeRead { challenge: ChallengeId, share: ShareId, recipient: RecipientId, by: Actor },
    /// A code mail was queued for a challenge.
    #[serde(rename = "code.sent")]
    CodeSent { challenge: ChallengeId },
    /// A wrong code was typed. `own` is the challenge of the browser that sent it, where what it was compared with is another.
    #[serde(rename = "code.failed")]
    CodeFailed {
        challenge: ChallengeId,
        device: Option<TokenHash>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        own: Option<ChallengeId>,
    },
    /// A one-time code was made for one recipient and one browser; `device` is the browser that asked, where it once gave a right code.
    #[serde(rename = "challenge.made")]
    ChallengeMade {
        challenge: ChallengeId,
        share: ShareId,
        recipient: RecipientId,
        browser: Option<TokenHash>,
        secret: Private<CodeSecret>,
        moment: Timestamp,
        expires: Timestamp,
        digits: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<TokenHash>,
    },
    /// Somebody who holds the link does not agree to the disclaimer.
    #[serde(rename = "consent.declined")]
    ConsentDeclined {
        share: ShareId,
        recipient: RecipientId,
        version: String,
        digest: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        language: String,
        origin: Private<Origin>,
    },
    /// Somebody who holds the link agreed to the disclaimer; it binds the recipient once this challenge's code was right. With `session` it is
    /// the recipient who agreed, to a text that came while the session was open.
    #[serde(rename = "consent.given")]
    ConsentGiven {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        challenge: Option<ChallengeId>,
        share: ShareId,
        recipient: RecipientId,
        version: String,
        digest: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        language: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
        origin: Private<Origin>,
    },
    /// So many requests of one kind came for a link within an hour that is over; opening a link changes nothing else.
    #[serde(rename = "link.counted")]
    LinkCounted { share: ShareId, recipient: RecipientId, what: String, hour: Timestamp, count: u64 },
    /// So many requests came with no true link within an hour that is over.
    #[serde(rename = "strangers.counted")]
    StrangersCounted { forged: u64, unknown: u64, hour: Timestamp },
    /// The disclaimer that holds from now on.
    #[serde(rename = "disclaimer.published")]
    DisclaimerPublished { disclaimer: Arc<Disclaimer> },
    /// A document is another than the one that a share holds on to; said once. With `content` the store calls it the same version, but its bytes
    /// are others: the share gives it no more until it is pinned anew.
    #[serde(rename = "document.changed")]
    DocumentChanged { share: ShareId, document: Private<DocumentName>, content: bool },
    /// An outside address is known from now on.
    #[serde(rename = "guest.seen")]
    GuestSeen { guest: GuestId, address: Private<EmailAddress> },
    /// A mail that was handed over came back: it could not be delivered after all. `recipient` is to whom, where it was one.
    #[serde(rename = "mail.bounced")]
    MailBounced {
        mail: MailId,
        share: ShareId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipient: Option<RecipientId>,
        why: String,
    },
    /// A mail could not be delivered yet.
    #[serde(rename = "mail.delayed")]
    MailDelayed { mail: MailId, due: Timestamp, why: String },
    /// A mail is no use any more and was taken out of the outbox.
    #[serde(rename = "mail.dropped")]
    MailDropped { mail: MailId, why: String },
    /// A mail will not be delivered.
    #[serde(rename = "mail.failed")]
    MailFailed { mail: MailId, why: String },
    /// A mail is to be sent.
    #[serde(rename = "mail.queued")]
    MailQueued { mail: MailId, share: ShareId, kind: MailKind, due: Timestamp, deliver_by: Timestamp },
    /// A mail was handed over; a notice says how many lines it told, and until when the next ones are gathered. Where mails that come back are
    /// read, `bounces_until` says until when this one may.
    #[serde(rename = "mail.sent")]
    MailSent {
        mail: MailId,
        lines: usize,
        quiet_until: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bounces_until: Option<Timestamp>,
    },
    /// A notice of reads was handed over, and counts against how many there may be in a day.
    #[serde(rename = "notice.told")]
    NoticeTold { share: ShareId },
    /// When a share's owner is told of reads, and how many seconds before its end those who have not read are reminded.
    #[serde(rename = "notices.set")]
    NoticesSet {
        share: ShareId,
        by: Actor,
        notify: Notify,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remind: Option<u64>,
    },
    /// An archive could not go on at this document; its receipt stays as far as it came.
    #[serde(rename = "receipt.broken")]
    ReceiptBroken { receipt: ReceiptId, share: ShareId, guest: GuestId, document: Private<DocumentName>, why: String },
    /// A receipt is closed; nothing is added to it any more.
    #[serde(rename = "receipt.ended")]
    ReceiptEnded {
        receipt: ReceiptId,
        share: ShareId,
        guest: GuestId,
        ended: Timestamp,
        bytes: u64,
        opens: u64,
        outcome: Outcome,
        ranges: RangeSet,
        #[serde(default, skip_serializing_if = "Shown::is_empty")]
        shown: Shown,
    },
    /// What more of a receipt's pages was shown: each page named stands with all that is known of it.
    #[serde(rename = "receipt.pages")]
    ReceiptPages { receipt: ReceiptId, opens: u64, bytes: u64, outcome: Outcome, shown: Shown },
    /// Which documents an archive holds, and where in it; put down together with its receipt.
    #[serde(rename = "receipt.parts")]
    ReceiptParts { receipt: ReceiptId, share: ShareId, guest: GuestId, parts: Private<Arc<Vec<ArchivePart>>> },
    /// How far a receipt's transfers have come.
    #[serde(rename = "receipt.progress")]
    ReceiptProgress { receipt: ReceiptId, opens: u64, ranges: RangeSet, outcome: Outcome },
    /// A recipient gets a document; no byte of it leaves before this is on the disk. `proved` says how the session was opened, as far as that was
    /// put down.
    #[serde(rename = "receipt.started")]
    ReceiptStarted {
        receipt: ReceiptId,
        share: ShareId,
        recipient: RecipientId,
        guest: GuestId,
        session: SessionId,
        document: Private<DocumentName>,
        version: FileVersion,
        action: Action,
        ends: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proved: Option<Proved>,
        origin: Private<Origin>,
    },
    /// An address was added to a share and has a link.
    #[serde(rename = "recipient.added")]
    RecipientAdded { share: ShareId, recipient: RecipientId, guest: GuestId, key: u8 },
    /// A recipient asked for a code on a page in this language: mails to them come in it from now on.
    #[serde(rename = "recipient.language")]
    RecipientLanguage { share: ShareId, recipient: RecipientId, language: Language },
    /// What wrong codes and mails had used up for a recipient is given back by staff.
    #[serde(rename = "recipient.lifted")]
    RecipientLifted { share: ShareId, recipient: RecipientId, by: Actor },
    /// One recipient's access was stopped.
    #[serde(rename = "recipient.revoked")]
    RecipientRevoked { share: ShareId, recipient: RecipientId, by: Actor },
    /// Somebody who holds the link, or with `session` the recipient, says that the share is not meant for them: no more mail to that address.
    #[serde(rename = "recipient.unwanted")]
    RecipientUnwanted {
        share: ShareId,
        recipient: RecipientId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
        origin: Private<Origin>,
    },
    /// Somebody who holds the link went on after all: mail may go there again.
    #[serde(rename = "recipient.wanted")]
    RecipientWanted { share: ShareId, recipient: RecipientId },
    /// An area of a page is covered wherever the share shows it, and the share gives no originals while one is. `layout` says what decided where
    /// on the page things stand; on another version or layout the area means nothing, and the document is not shown.
    #[serde(rename = "redaction.added")]
    RedactionAdded {
        redaction: RedactionId,
        share: ShareId,
        document: Private<DocumentName>,
        part: PartPath,
        page: u32,
        area: Area,
        version: FileVersion,
        layout: String,
        by: Actor,
    },
    /// An area is covered no longer.
    #[serde(rename = "redaction.removed")]
    RedactionRemoved { redaction: RedactionId, share: ShareId, by: Actor },
    /// The server began to serve.
    #[serde(rename = "server.started")]
    ServerStarted { version: String, torn_bytes: u64 },
    /// The server stopped in good order.
    #[serde(rename = "server.stopped")]
    ServerStopped {},
    /// A session ended before its time.
    #[serde(rename = "session.closed")]
    SessionClosed { session: SessionId, why: SessionEnd },
    /// The right code opened a session; `proved` says what kind of code.
    #[serde(rename = "session.opened")]
    SessionOpened {
        session: SessionId,
        share: ShareId,
        recipient: RecipientId,
        challenge: ChallengeId,
        invited: Option<ChallengeId>,
        token: TokenHash,
        device: TokenHash,
        device_until: Timestamp,
        expires: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proved: Option<Proved>,
        origin: Private<Origin>,
    },
    /// A session was in use; put down now and then. With `at` it was then, and nothing was asked of it since.
    #[serde(rename = "session.used")]
    SessionUsed {
        session: SessionId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// Documents are shared.
    #[serde(rename = "share.created")]
    ShareCreated {
        share: ShareId,
        owner: StaffId,
        by: Actor,
        items: Private<Arc<Vec<Item>>>,
        subject: Private<String>,
        message: Private<String>,
        #[serde(default)]
        language: Language,
        policy: Policy,
        expires: Timestamp,
    },
    /// A share's time has run out; said once, for the mail and the history. That it has ended is always computed.
    #[serde(rename = "share.ended")]
    ShareEnded { share: ShareId },
    /// A share holds on to the versions that its pinned documents have now; `newer` where they are not all the same bytes as before.
    #[serde(rename = "share.pinned")]
    SharePinned {
        share: ShareId,
        by: Actor,
        items: Private<Arc<Vec<Item>>>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        newer: bool,
    },
    /// Those who had read nothing of a share, or nothing since it held on to newer versions, were reminded that it ends.
    #[serde(rename = "share.reminded")]
    ShareReminded { share: ShareId },
    /// A share was stopped for everybody.
    #[serde(rename = "share.revoked")]
    ShareRevoked { share: ShareId, by: Actor },
    /// A share's end or policy was changed; what is not named stays.
    #[serde(rename = "share.updated")]
    ShareUpdated {
        share: ShareId,
        by: Actor,
        expires: Option<Timestamp>,
        delivery: Option<Delivery>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<Strength>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        print: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upload: Option<bool>,
    },
    /// A member of staff is no longer in the configuration.
    #[serde(rename = "staff.removed")]
    StaffRemoved { staff: StaffId },
    /// A member of staff as the configuration says it; `rank` is the place in the list, the first being the default owner.
    #[serde(rename = "staff.set")]
    StaffSet { staff: StaffId, name: Private<String>, address: Private<EmailAddress>, rank: u32 },
    /// Somebody who holds the link, or with `session` the recipient, asks for the share to be open until then.
    #[serde(rename = "time.asked")]
    TimeAsked {
        share: ShareId,
        recipient: RecipientId,
        until: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
        origin: Private<Origin>,
    },
    /// All bytes of an upload are there, and of a kind that is taken; now it is scanned and put into its store.
    #[serde(rename = "upload.completed")]
    UploadCompleted { upload: UploadId, share: ShareId, sha256: ContentHash, media_type: String },
    /// An unfinished upload ended.
    #[serde(rename = "upload.gone")]
    UploadGone { upload: UploadId, share: ShareId, why: Unfinished },
    /// A document that a recipient sent in is in its store.
    #[serde(rename = "upload.received")]
    UploadReceived { upload: UploadId, share: ShareId, document: Private<DocumentName>, version: FileVersion, scan: Scan },
    /// A document that was sent in whole is not taken, and its bytes are gone.
    #[serde(rename = "upload.refused")]
    UploadRefused { upload: UploadId, share: ShareId, why: Unwanted },
    /// A recipient begins to send a document in; from now on all its bytes count against what may be sent.
    #[serde(rename = "upload.started")]
    UploadStarted {
        upload: UploadId,
        share: ShareId,
        recipient: RecipientId,
        guest: GuestId,
        session: SessionId,
        name: Private<String>,
        inbox: Private<DocumentName>,
        size: u64,
        ends: Timestamp,
        origin: Private<Origin>,
    },
    /// What a recipient opens from now on is gathered for a mail to them.
    #[serde(rename = "visit.began")]
    VisitBegan { share: ShareId, recipient: RecipientId },
}
