//! Who has read what of a share, and who has not: for each recipient and each document that the share names.

use crate::domain::document::DocumentName;
use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::domain::scope::{Item, ItemKind};
use crate::gate::Gate;
use crate::gate::gathered::{Gathered, Reached};
use crate::gate::receipts::Filter;
use crate::gate::shares::{ERASED, in_order};
use crate::gate::views::Given;
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
    /// Of a document only a version was that the share holds on to no more; the new one is unseen.
    NewVersion,
    /// Something was, but not all.
    Some,
}

/// A recipient, and what they have read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReaderView {
    /// Whose link it is.
    pub email: String,
    /// `never`, `some`, `new_version` or `all`.
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
    /// `all`, `part` or `nothing`; of what is pinned, of the version that the share holds on to now. Parts of several receipts are not put together.
    pub given: Given,
    /// Documents given in full.
    pub read: u64,
    /// Of how many; absent of a folder that follows its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// Documents given only in a version that the share holds on to no more: the new version is unseen.
    #[serde(default, skip_serializing_if = "is_none")]
    pub outdated: u64,
    /// When anything of it was given last, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
const fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Gate {
    /// All recipients of a share with what they have read, in the order in which they were named; nothing when there is no such share.
    /// Goes through all of its receipts, however many there are. Blocks on the disk.
    pub fn readers(&self, share: ShareId) -> Result<Option<Vec<ReaderView>>, ReadError> {
        let mut gathered = Gathered::default();
        self.walk_back(&Filter { share: Some(share), guest: None }, &mut |met| {
            gathered.take(&met);
            true
        })?;
        let state = self.ledger.state();
        Ok(state.shares.get(&share).map(|share| self.reader_views(share, &gathered)))
    }

    pub(super) fn reader_views(&self, share: &Share, gathered: &Gathered) -> Vec<ReaderView> {
        let state = self.ledger.state();
        let items = share.items.get().map_or(&[][..], |items| items.as_slice());
        let view = |recipient: &Recipient| {
            let given = gathered.of(recipient.id, items);
            let documents: Vec<ReadView> = items.iter().map(|item| read(item, &given)).collect();
            let reading = match () {
                () if given.values().all(|one| one.now == Given::Nothing && !one.before) => Reading::Never,
                () if documents.iter().all(|document| document.given == Given::All) => Reading::All,
                () if documents.iter().any(|document| document.outdated > 0) => Reading::NewVersion,
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

fn read(item: &Item, given: &BTreeMap<DocumentName, Reached<'_>>) -> ReadView {
    let of_name = |name: &DocumentName| given.get(name).copied().unwrap_or(Reached::NOTHING);
    let view = |given: Given, each: &[Reached<'_>], of: Option<u64>| ReadView {
        document: item.name.to_string(),
        given,
        read: whole(each),
        of,
        outdated: each.iter().filter(|one| one.now == Given::Nothing && one.before).count() as u64,
        // Of one form, they sort as what they say.
        last: each.iter().filter_map(|one| one.last).max().map(str::to_owned),
    };
    match &item.kind {
        ItemKind::Document | ItemKind::PinnedDocument(_) => {
            let one = of_name(&item.name);
            view(one.now, &[one], Some(1))
        }
        ItemKind::PinnedFolder(pins) => {
            let name = |path| Some(DocumentName { store: item.name.store.clone(), path: item.name.path.append(path).ok()? });
            let each: Vec<Reached<'_>> = pins.iter().filter_map(|pin| name(&pin.path)).map(|name| of_name(&name)).collect();
            let is_all = any(&each) && whole(&each) == each.len() as u64;
            view(if is_all { Given::All } else { part(&each) }, &each, Some(each.len() as u64))
        }
        ItemKind::Folder => {
            let beneath = |name: &DocumentName| name.store == item.name.store && name.path.beneath(&item.name.path).is_some();
            let each: Vec<Reached<'_>> = given.iter().filter(|(name, _)| beneath(name)).map(|(_, one)| *one).collect();
            view(part(&each), &each, None)
        }
    }
}

fn any(each: &[Reached<'_>]) -> bool {
    each.iter().any(|one| one.now != Given::Nothing)
}

fn part(each: &[Reached<'_>]) -> Given {
    if any(each) { Given::Part } else { Given::Nothing }
}

fn whole(each: &[Reached<'_>]) -> u64 {
    each.iter().filter(|one| one.now == Given::All).count() as u64
}
