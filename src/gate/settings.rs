//! What the gate needs of the configuration, every value checked.

use crate::config::{Archives, Notices, Privacy, Uploads, Watermark};
use crate::domain::branding::Branding;
use crate::domain::language::Language;
use crate::domain::policy::{Delivery, Strength};
use crate::gate::bounces::Bounces;
use crate::gate::budget::CodeMails;
use crate::mail::Sender;
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Duration;

/// When the code is mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeDelivery {
    /// When the recipient has agreed and asks for it.
    OnRequest,
    /// Together with the invitation.
    WithInvite,
}

/// When the bytes of a pinned document are compared with the hash that was taken of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// Before each delivery: it is read twice.
    Always,
    /// While all of it goes out.
    Streaming,
}

/// The gate's settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The scheme and authority that links begin with, without a slash at the end.
    pub public_url: String,
    /// The host of it, for Message-IDs.
    pub domain: String,
    /// The organisation's name.
    pub organisation: String,
    /// Whom recipients may ask.
    pub contact: String,
    /// The language of mails to staff, of shares that are given none, and of pages where a browser asks for none that is spoken here.
    pub language: Language,
    /// The organisation's time zone.
    pub zone: TimeZone,
    /// The sender of all mails.
    pub sender: Sender,
    /// Where mails come back to that could not be delivered, if they are read.
    pub bounces: Option<Bounces>,
    /// What stands beside the organisation's name.
    pub branding: Arc<Branding>,
    /// Digits of a code: 6 or 8.
    pub code_digits: u8,
    /// How long a code is valid when it was asked for.
    pub code_life: Duration,
    /// When the code is mailed.
    pub code_delivery: CodeDelivery,
    /// How many code mails may go out.
    pub code_mails: CodeMails,
    /// So many wrong codes of everybody together within an hour raise the alarm.
    pub alarm_failures: usize,
    /// How long the answer to a code that opens nothing takes at least.
    pub wrong_answer: Duration,
    /// How long a session may be idle.
    pub session_idle: Duration,
    /// How long a session lasts at most.
    pub session_life: Duration,
    /// How long a share runs when nothing else is said.
    pub default_expiry: Duration,
    /// How long a share may run.
    pub max_expiry: Duration,
    /// In which form a share gives its documents when nothing else is said.
    pub default_delivery: Delivery,
    /// How strongly pages are marked when nothing else is said.
    pub default_mark: Strength,
    /// Whether viewed pages may be printed when nothing else is said.
    pub default_print: bool,
    /// Whether the text of viewed pages stands beside them when nothing else is said.
    pub default_text: bool,
    /// Whether documents are pinned when nothing else is said; folders follow then.
    pub default_pin: bool,
    /// When pinned documents are compared with their hashes.
    pub verify: Verify,
    /// Whether a sealed copy of what is pinned is kept when nothing else is said.
    pub default_keep: bool,
    /// Folders as one ZIP.
    pub archives: Archives,
    /// The subject of a share that is given none; may have placeholders.
    pub default_subject: String,
    /// Whether recipients must agree to the disclaimer.
    pub disclaimer_required: bool,
    /// When owners are told of reads.
    pub notices: Notices,
    /// How long before the end of a share that says nothing of it those who have not read are reminded.
    pub default_remind: Option<Duration>,
    /// Whether recipients who are signed in are asked as well when its text changes.
    pub agree_anew: bool,
    /// Whether recipients are mailed the text that they agreed to.
    pub mail_agreement: bool,
    /// What recipients are told about what is recorded of them.
    pub privacy: Privacy,
    /// How long reads after a notice are gathered into the next one.
    pub notice_window: Duration,
    /// What recipients may send in, where their share lets them.
    pub uploads: Uploads,
    /// What is written over pages.
    pub watermark: Watermark,
    /// Stored messages for shares, by name.
    pub templates: Vec<Template>,
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// The subject it gives a share that has none of its own.
    pub subject: String,
    /// The message, with placeholders.
    pub message: String,
}
