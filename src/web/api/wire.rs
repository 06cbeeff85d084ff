//! What the API takes in, and how its texts become the types of the domain.

use crate::config::duration;
use crate::config::notices::reminder;
use crate::domain::bounds::{REMINDER_LEAST, REMINDER_MOST};
use crate::domain::document::{DocumentName, DocumentPath, StoreName};
use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::domain::language::Language;
use crate::domain::notify::Notify;
use crate::domain::policy::{Delivery, Strength};
use crate::domain::time::{Timestamp, parse_expiry};
use crate::gate::Gate;
use crate::gate::issue::NewShare;
use crate::web::api::problem::Problem;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// A share to be made.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateShare {
    /// Documents and folders, `store:path`; the store may be left out when there is one.
    pub documents: Vec<String>,
    /// Addresses of the recipients.
    pub to: Vec<String>,
    /// A span like `30d`, a date, or an RFC 3339 time; the configured default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// `download`, `watermarked` or `preview`; the configured default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub delivery: Option<Delivery>,
    /// `light`, `medium` or `strong`: how strongly pages are marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub mark: Option<Strength>,
    /// Whether viewed pages may be printed, mark included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub print: Option<bool>,
    /// Whether the text of viewed pages stands beside their pictures, for screen readers; it can be copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<bool>,
    /// Whether recipients may send documents in, into an inbox of the share in a writable store.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub upload: bool,
    /// `now`, `daily` or `off`: when the owner is told of reads; the configured default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub notify: Option<Notify>,
    /// A span like `2d` before the end at which recipients who have read nothing of what is shared now are reminded, or `off`; the configured default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<String>,
    /// Pin all, or follow all; left out, documents are pinned and folders follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<bool>,
    /// Keep sealed copies of what is pinned, which recipients get whatever becomes of the store; the configured default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<bool>,
    /// Address of the member of staff who is to own it; the first of them when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Message in light formatting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Name of a stored message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// `en` or `de`: the language of its mails until a recipient speaks another; the configured one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub language: Option<Language>,
}

/// A change of a share; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateShare {
    /// A span like `30d` from now, a date, or an RFC 3339 time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// `download`, `watermarked` or `preview`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub delivery: Option<Delivery>,
    /// `light`, `medium` or `strong`: how strongly pages are marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub mark: Option<Strength>,
    /// Whether viewed pages may be printed, mark included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub print: Option<bool>,
    /// Whether the text of viewed pages stands beside their pictures, for screen readers; it can be copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<bool>,
    /// Whether recipients may send documents in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<bool>,
    /// `now`, `daily` or `off`: when the owner is told of reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub notify: Option<Notify>,
    /// A span like `2d` before the end at which recipients who have read nothing of what is shared now are reminded, or `off`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<String>,
}

/// One recipient, or all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneRecipient {
    /// Address of the one recipient; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// The recipient of a code that is read out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadCode {
    /// Address of the recipient.
    pub to: String,
}

/// How many mails were queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Queued {
    /// Mails.
    pub queued: usize,
}

/// Which receipts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReceiptQuery {
    /// Of this share: its id, or the beginning of it.
    pub share: Option<String>,
    /// Of this address.
    pub guest: Option<String>,
}

impl CreateShare {
    /// Parses every text, or says which one is wrong.
    pub fn parse(self, gate: &Gate) -> Result<NewShare, Problem> {
        Ok(NewShare {
            names: self.documents.iter().map(|text| document(gate, text)).collect::<Result<_, _>>()?,
            to: self.to.iter().map(|text| address(text)).collect::<Result<_, _>>()?,
            expires: self.expires.map(|text| expiry(gate, &text)).transpose()?,
            delivery: self.delivery,
            mark: self.mark,
            print: self.print,
            text: self.text,
            upload: self.upload,
            notify: self.notify,
            remind: self.remind.map(|text| remind(&text)).transpose()?,
            pin: self.pin,
            keep: self.keep,
            owner: self.owner.map(|text| address(&text)).transpose()?,
            subject: self.subject,
            message: self.message,
            template: self.template,
            language: self.language,
        })
    }
}

/// Reads an address.
pub fn address(text: &str) -> Result<EmailAddress, Problem> {
    EmailAddress::parse(text).map_err(|why| Problem::unprocessable(format!("'{text}' is no e-mail address: {why}")))
}

/// Reads when something is to end.
pub fn expiry(gate: &Gate, text: &str) -> Result<Timestamp, Problem> {
    parse_expiry(text, gate.now(), &gate.settings().zone).map_err(|why| Problem::unprocessable(why.to_string()))
}

/// Reads how long before a share's end recipients are reminded; `off` is nothing.
pub fn remind(text: &str) -> Result<Option<Duration>, Problem> {
    let wrong = || {
        let (least, most) = (duration::show(REMINDER_LEAST), duration::show(REMINDER_MOST));
        Problem::unprocessable(format!("remind '{text}' is neither off nor a span like 2d, from {least} to {most}"))
    };
    reminder(text).ok_or_else(wrong)
}

/// Finds a share by its id or the beginning of it.
pub fn share(gate: &Gate, text: &str) -> Result<ShareId, Problem> {
    gate.find_share(text)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("there is no share {text}, or more than one begins so")))
}

/// Reads the name of a document or folder. `store:` is the store's root; a slash at the end is allowed.
pub fn document(gate: &Gate, text: &str) -> Result<DocumentName, Problem> {
    let stores: Vec<&StoreName> = gate.documents().names().collect();
    let named = text
        .split_once(':')
        .and_then(|(store, path)| stores.iter().find(|known| known.as_str() == store).map(|known| (*known, path)));
    let (store, path) = match (named, stores.as_slice()) {
        (Some(named), _) => named,
        (None, [only]) => (*only, text),
        (None, _) => {
            let known: Vec<_> = stores.iter().map(|store| store.as_str()).collect();
            return Err(Problem::unprocessable(format!(
                "'{text}' does not begin with a store; write one of {}: and the path",
                known.join(":, ")
            )));
        }
    };
    let path = path.strip_suffix('/').unwrap_or(path);
    let path: DocumentPath = path.parse().map_err(|why| Problem::unprocessable(format!("'{text}' cannot be shared: {why}")))?;
    Ok(DocumentName { store: store.clone(), path })
}
