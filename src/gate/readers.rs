//! Who has read what of a share, and who has not: for each recipient and each document that the share names.

use crate::domain::document::DocumentName;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{RecipientId, ShareId};
use crate::domain::receipt::{Action, Outcome};
use crate::domain::scope::{Item, ItemKind};
use crate::gate::Gate;
use crate::gate::receipts::Filter;
use crate::gate::shares::{ERASED, in_order};
use crate::gate::views::{Given, ReceiptView};
use crate::ledger::read::ReadError;
use crate::ledger::state::{Agreement, Recipient, Share};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How far a recipient has come with a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Every document was handed over in full. Never said of a folder that follows its content: nobody knows what will be in it.
    All,
    /// Nothing was.
    Never,
    /// Something was, but not all.
    Some,
}

/// A recipient, and what they have read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReaderView {
    /// Whose mailbox was proved, or is to be.
    pub email: String,
    /// `never`, `some` or `all`.
    pub reading: Reading,
    /// Whether access was stopped for this recipient.
    pub stopped: bool,
    /// Whether a right code was ever given.
    pub entered: bool,
    /// When the invitation was handed over, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited: Option<String>,
    /// When they were reminded, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<String>,
    /// The last agreement that a right code has bound to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<AgreedView>,
    /// How often the link was fetched, by whomever, as far as put down; never a read.
    pub fetched: u64,
    /// What else was counted at the link.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counted: BTreeMap<String, u64>,
    /// Their last receipt began, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read: Option<String>,
    /// Each document or folder that the share names.
    pub documents: Vec<ReadView>,
}

/// An agreement to a disclaimer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgreedView {
    /// Version of the text.
    pub version: String,
    /// SHA-256 of version, title and text.
    pub digest: String,
    /// When it was given, RFC 3339 in UTC.
    pub at: String,
}

/// How much of a document or folder a recipient was given, in whatever form the share gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadView {
    /// `store:path`.
    pub document: String,
    /// `all`, `part` or `nothing`. Parts of several receipts are not put together.
    pub given: Given,
    /// Documents given in full.
    pub read: u64,
    /// Of how many; absent of a folder that follows its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
}

/// What one recipient was given, by document.
type ByDocument = BTreeMap<String, Given>;

impl Gate {
    /// All recipients of a share with what they have read, in the order in which they were named; nothing when there is no such share.
    /// Blocks on the disk.
    pub fn readers(&self, share: ShareId) -> Result<Option<Vec<ReaderView>>, ReadError> {
        let receipts = self.receipts_and_changes(&Filter { share: Some(share), guest: None }, &mut |_, _| {})?;
        let state = self.ledger.state();
        Ok(state.shares.get(&share).map(|share| self.reader_views(share, &receipts)))
    }

    pub(super) fn reader_views(&self, share: &Share, receipts: &[(RecipientId, ReceiptView)]) -> Vec<ReaderView> {
        let state = self.ledger.state();
        let items = share.items.get().map_or(&[][..], |items| items.as_slice());
        let view = |recipient: &Recipient| {
            let given = given(receipts.iter().filter(|(whose, _)| *whose == recipient.id).map(|(_, receipt)| receipt));
            let documents: Vec<ReadView> = items.iter().map(|item| read(item, &given)).collect();
            let reading = match () {
                () if given.values().all(|given| *given == Given::Nothing) => Reading::Never,
                () if documents.iter().all(|document| document.given == Given::All) => Reading::All,
                () => Reading::Some,
            };
            ReaderView {
                email: state.address(recipient.guest).map_or(ERASED, EmailAddress::expose).to_owned(),
                reading,
                stopped: recipient.stopped.is_some(),
                entered: !recipient.devices.is_empty() || recipient.reads > 0,
                invited: recipient.invited.map(|at| at.to_string()),
                reminded: recipient.reminded.map(|at| at.to_string()),
                agreed: recipient.agreed.as_ref().map(AgreedView::from),
                fetched: recipient.fetched,
                counted: recipient.counted.clone(),
                last_read: recipient.last_read.map(|at| at.to_string()),
                documents,
            }
        };
        in_order(share).into_iter().map(view).collect()
    }
}

impl From<&Agreement> for AgreedView {
    fn from(agreed: &Agreement) -> Self {
        Self { version: agreed.version.clone(), digest: agreed.digest.clone(), at: agreed.at.to_string() }
    }
}

/// What receipts gave of each document: the most that one of them gave.
fn given<'a>(receipts: impl Iterator<Item = &'a ReceiptView>) -> ByDocument {
    let mut all = ByDocument::new();
    let mut note = |document: &str, given: Given| {
        let known = all.entry(document.to_owned()).or_insert(Given::Nothing);
        if given == Given::All || *known == Given::Nothing {
            *known = given;
        }
    };
    for receipt in receipts {
        match receipt.action {
            Action::Archive => receipt.parts.iter().for_each(|part| note(&part.document, part.given)),
            _ if receipt.outcome == Outcome::Complete => note(&receipt.document, Given::All),
            _ if receipt.bytes > 0 => note(&receipt.document, Given::Part),
            _ => note(&receipt.document, Given::Nothing),
        }
    }
    all
}

fn read(item: &Item, given: &ByDocument) -> ReadView {
    let of_name = |name: &DocumentName| given.get(&name.to_string()).copied().unwrap_or(Given::Nothing);
    let document = item.name.to_string();
    let view = |given: Given, read: u64, of: Option<u64>| ReadView { document: document.clone(), given, read, of };
    match &item.kind {
        ItemKind::Document | ItemKind::PinnedDocument(_) => {
            let given = of_name(&item.name);
            view(given, u64::from(given == Given::All), Some(1))
        }
        ItemKind::PinnedFolder(pins) => {
            let name = |pin: &crate::domain::scope::Pin| {
                item.name
                    .path
                    .append(&pin.path)
                    .ok()
                    .map(|path| DocumentName { store: item.name.store.clone(), path })
            };
            let each: Vec<Given> = pins.iter().filter_map(name).map(|name| of_name(&name)).collect();
            let (read, of) = (whole(each.iter().copied()), each.len() as u64);
            let any = each.iter().any(|given| *given != Given::Nothing);
            view(if read == of && any { Given::All } else { part(any) }, read, Some(of))
        }
        ItemKind::Folder => {
            let beneath = |text: &&String| {
                let name = text.parse::<DocumentName>().ok().filter(|name| name.store == item.name.store);
                name.is_some_and(|name| name.path.beneath(&item.name.path).is_some())
            };
            let each: Vec<Given> = given.iter().filter(|(text, _)| beneath(text)).map(|(_, given)| *given).collect();
            view(part(each.iter().any(|given| *given != Given::Nothing)), whole(each.iter().copied()), None)
        }
    }
}

const fn part(any: bool) -> Given {
    if any { Given::Part } else { Given::Nothing }
}

fn whole(given: impl Iterator<Item = Given>) -> u64 {
    given.filter(|given| *given == Given::All).count() as u64
}
