//! What staff are shown of shares and receipts: the field names that API, command line and exports have in common.

use crate::domain::language::Language;
use crate::domain::machine::Signs;
use crate::domain::notify::Notify;
use crate::domain::policy::{Delivery, Strength};
use crate::domain::receipt::{Action, Outcome, Proved};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShareView {
    /// Its id.
    pub id: String,
    /// `open`, `expired` or `stopped`.
    pub status: ShareStatus,
    /// Subject.
    pub subject: String,
    /// Address of the owner.
    pub owner: String,
    /// The language of its mails until a recipient speaks another: `en` or `de`.
    #[serde(default)]
    #[schema(value_type = String)]
    pub language: Language,
    /// When it was made, RFC 3339 in UTC.
    pub created: String,
    /// When it ends, RFC 3339 in UTC.
    pub expires: String,
    /// In which form its documents leave: with anything covered in any of them, never as they are.
    #[schema(value_type = String)]
    pub delivery: Delivery,
    /// How strongly pages are marked.
    #[schema(value_type = String)]
    pub mark: Strength,
    /// Whether viewed pages may be printed.
    pub print: bool,
    /// Whether the text of viewed pages stands beside their pictures, for screen readers.
    pub text: bool,
    /// When its owner is told of reads: `now`, `daily` or `off`.
    #[schema(value_type = String)]
    #[serde(default)]
    pub notify: Notify,
    /// When recipients who have read nothing of what is shared now are reminded, RFC 3339 in UTC; absent where they are not, or were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminds: Option<String>,
    /// Where what recipients send in is put, `store:path`; absent where they may send nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbox: Option<String>,
    /// What they have sent in, oldest first; absent in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uploads: Vec<UploadView>,
    /// Areas covered on pages of its documents.
    pub redactions: usize,
    /// What it names.
    pub documents: Vec<ItemView>,
    /// Its recipients and their links.
    pub links: Vec<LinkView>,
    /// Receipts so far.
    pub reads: u64,
    /// Mails that were tried in vain and are tried again; absent in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delayed: Vec<DelayedView>,
    /// Mails that could not be delivered.
    pub undelivered: Vec<UndeliveredView>,
}

/// Whether a share is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareStatus {
    /// Its time is over.
    Expired,
    /// It can be used.
    Open,
    /// Staff stopped it.
    Stopped,
}

/// What a share names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemView {
    /// `store:path`.
    pub document: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// Whether it is held to the version it had when it was shared.
    pub pinned: bool,
    /// What keeps it from being read now, such as `missing` or `changed`; only when the store was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A recipient and the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// Whose link it is.
    pub email: String,
    /// The link; absent in lists and once its key is retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `waiting`, `undelivered`, `invited`, `opened`, `read` or `stopped`.
    pub status: String,
    /// Receipts of this recipient.
    pub reads: u64,
    /// The last of them, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read: Option<String>,
    /// How often the link was fetched, by whomever, mail scanners included; told once an hour and never a read.
    pub fetched: u64,
    /// How often anything else was counted at the link, by its word: `listed` for lists looked at, `sign-…` for what speaks for a machine, and the
    /// reasons of refusals; told once an hour.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counted: BTreeMap<String, u64>,
    /// When this recipient was reminded, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<String>,
    /// When whoever holds the link said that it is not meant for them, RFC 3339 in UTC: nothing is mailed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unwanted: Option<String>,
    /// When whoever holds the link did not agree to the text, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<String>,
    /// Until when more time was asked for, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_time: Option<String>,
}

/// A document that a recipient sends in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadView {
    /// Its id.
    pub id: String,
    /// Who sends it.
    pub email: String,
    /// `store:path` once it is there, else the name it is to have.
    pub document: String,
    /// Its bytes.
    pub size: u64,
    /// `open`, `checking`, `waiting`, `received`, `infected` or `kind`, which is not taken.
    pub status: String,
    /// Why it is `waiting`: what its store or the disk said when it was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When it came to be so, RFC 3339 in UTC.
    pub at: String,
}

/// A mail that was tried in vain, and is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DelayedView {
    /// To whom.
    pub email: String,
    /// What it is, in the words of `undelivered`.
    pub mail: String,
    /// Tries so far.
    pub tries: u32,
    /// When it is tried next, RFC 3339 in UTC.
    pub next: String,
    /// Why the last try was in vain.
    pub why: String,
}

/// A mail that could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UndeliveredView {
    /// To whom, when it was a recipient.
    pub email: String,
    /// `invitation`, `code`, `notice`, `reminder`, `stopped`, `ended`, `changed`, `undelivered`, `agreed`, `copy`, `declined`, `extended`,
    /// `more_time`, `unwanted` or `given_up`.
    pub mail: String,
    /// When it was given up or came back, RFC 3339 in UTC.
    pub at: String,
    /// Why.
    pub why: String,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptView {
    /// Its id.
    pub id: String,
    /// The share.
    pub share: String,
    /// Whose link it was asked for with; `erased` once forgotten. Whether the mailbox was proved is said by `proved`.
    pub email: String,
    /// `store:path`.
    pub document: String,
    /// Which version of it.
    pub version: String,
    /// The SHA-256 of its bytes, where it was taken when the share was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What the recipient did.
    #[schema(value_type = String)]
    pub action: Action,
    /// With what kind of code the session was opened: `mailed`, which proves the mailbox, or `read_out` by staff to somebody whom they knew, which
    /// proves none; absent where it was not put down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub proved: Option<Proved>,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// When the last byte was handed over so far, RFC 3339 in UTC; absent while a transfer runs.
    pub ended: Option<String>,
    /// Bytes handed over: of a download different bytes of the document, of a preview or marked copy all bytes of pictures and text.
    pub bytes: u64,
    /// Bytes of the document. How much of it a preview or marked copy showed is said by its pages.
    pub size: u64,
    /// How far it got.
    #[schema(value_type = String)]
    pub outcome: Outcome,
    /// How often it was asked for within the receipt's window.
    pub opens: u64,
    /// Pages shown, of a preview or marked copy, in their order; at most 500.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<PageView>,
    /// How many pages the document has; absent while none was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_pages: Option<u32>,
    /// The documents of an archive, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartView>,
    /// What an archive could not go on at; the last time, if there were several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<BrokenView>,
    /// What speaks for a machine's having asked for it: `delivery`, `gateway`, `prefetch`, `quick` or `sweep`. Signs, no proof; nothing is hidden for them.
    #[serde(default, skip_serializing_if = "Signs::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub signs: Signs,
}

impl ReceiptView {
    /// Pages shown, as people write them.
    pub fn shown(&self) -> String {
        runs(&self.pages)
    }

    /// How many documents of an archive were given whole.
    pub fn whole_parts(&self) -> usize {
        self.parts.iter().filter(|part| part.given == Given::All).count()
    }
}

/// One document of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartView {
    /// `store:path`.
    pub document: String,
    /// Which version of it.
    pub version: String,
    /// The SHA-256 of its bytes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How much of it was handed over so far: `all`, `part` or `nothing`.
    pub given: Given,
}

/// How much of a document was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// All of it.
    All,
    /// Nothing of it.
    Nothing,
    /// A part of it.
    Part,
}

/// What an archive could not go on at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrokenView {
    /// `store:path`.
    pub document: String,
    /// Why.
    pub why: String,
}

/// A page that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageView {
    /// Which document inside the receipt's, such as `2` for the second attachment of a mail; absent for the document itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Its number, from 1.
    pub page: u32,
    /// When it was first handed over, RFC 3339 in UTC.
    pub first: String,
    /// When it was last handed over, RFC 3339 in UTC.
    pub last: String,
    /// How often.
    pub times: u32,
}

/// Pages as people write them: `1-3, 7`, and those of a document inside with its part before them, `2: 1`.
fn runs(pages: &[PageView]) -> String {
    let mut runs: Vec<(Option<&str>, u32, u32)> = Vec::new();
    for page in pages {
        let part = page.part.as_deref();
        match runs.last_mut() {
            Some((of, _, last)) if *of == part && last.checked_add(1) == Some(page.page) => *last = page.page,
            _ => runs.push((part, page.page, page.page)),
        }
    }
    let shown = runs.into_iter().map(|(part, first, last)| {
        let part = part.map(|part| format!("{part}: ")).unwrap_or_default();
        if first == last { format!("{part}{first}") } else { format!("{part}{first}-{last}") }
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// An area covered on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedactionView {
    /// Its id.
    pub id: String,
    /// The share.
    pub share: String,
    /// `store:path`.
    pub document: String,
    /// Which document inside it; absent for the document itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The page, from 1.
    pub page: u32,
    /// `LEFT,TOP,WIDTH,HEIGHT` in per cent of the page.
    pub area: String,
    /// The version it was marked on.
    pub version: String,
    /// When it was marked, RFC 3339 in UTC.
    pub added: String,
    /// Whether the document is another version by now, or gone: nothing of it is shown then.
    pub changed: bool,
}

/// A version of the disclaimer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisclaimerVersionView {
    /// What the organisation calls it.
    pub version: String,
    /// Whether it is the one that holds now.
    pub current: bool,
    /// The text in each language, the one to fall back on first.
    pub wordings: Vec<WordingView>,
}

/// The text of a version in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WordingView {
    /// As BCP 47 says it; empty where it was never said.
    pub language: String,
    /// SHA-256 of version, title and text, in hexadecimal: what agreements record.
    pub digest: String,
    /// Heading.
    pub title: String,
    /// The text.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_written_in_runs() {
        let page = |part: Option<&str>, page| {
            let (part, moment) = (part.map(str::to_owned), String::new());
            PageView { part, page, first: moment.clone(), last: moment, times: 1 }
        };
        let pages =
            [page(None, 1), page(None, 2), page(None, 3), page(None, 7), page(Some("2"), 8), page(Some("2"), 9), page(Some("3"), 10)];
        assert_eq!(runs(&pages), "1-3, 7, 2: 8-9, 3: 10");
        assert_eq!(runs(&[]), "");
    }
}
