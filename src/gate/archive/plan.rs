//! An archive before it is written: the manifest that comes first in it, the names in it, and where everything stands.

use crate::crypto::form::entity_tag;
use crate::crypto::keys::KeyRing;
use crate::crypto::primitives::sha256;
use crate::crypto::sealed::{Private, Subject};
use crate::crypto::ticket::DIGEST_BYTES;
use crate::domain::archive::layout::{Layout, Member};
use crate::domain::archive::names::Names;
use crate::domain::document::{DocumentName, DocumentPath};
use crate::domain::ids::ShareId;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use crate::gate::archive::contents::{Contents, Found, Withheld};
use crate::gate::listing::Trouble;
use crate::ledger::event::ArchivePart;
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use flate2::Crc;
use serde_json::json;
use std::sync::Arc;

/// The first entry: one line of JSON for the archive, one for each document, folder and thing withheld.
pub const MANIFEST: &str = "MANIFEST.jsonl";

/// An archive before it is written.
#[derive(Debug)]
pub struct Plan {
    share: ShareId,
    made: Timestamp,
    base: DocumentPath,
    place: DocumentName,
    layout: Layout,
    manifest: Bytes,
    digest: [u8; DIGEST_BYTES],
    /// By member: the manifest comes first, the documents follow, and after them the empty folders.
    documents: Vec<Found>,
    withheld: Vec<Withheld>,
    hidden: usize,
    renamed: usize,
    bytes: u64,
}

impl Plan {
    pub(super) fn new(keys: &KeyRing, share: ShareId, contents: Contents, made: Timestamp) -> Self {
        let Contents { base, place, documents, empty_folders, withheld, hidden } = contents;
        let mut names = Names::default();
        names.reserve(MANIFEST);
        let root = base.clone();
        let below = |label: &DocumentPath| label.beneath(&root).unwrap_or_else(|| label.clone());
        let (mut members, mut lines, mut renamed, mut bytes) = (Vec::new(), Vec::new(), 0, 0_u64);
        for found in &documents {
            let path = below(&found.label);
            let member = member_of(found, names.of(&path));
            let path = path.to_string();
            renamed += usize::from(path != member.name);
            bytes = bytes.saturating_add(member.size);
            let pinned = found.pinned.as_ref();
            lines.push(json!({
                "name": member.name, "path": path, "size": member.size, "changed": member.changed.to_string(),
                "version": BASE64URL_NOPAD.encode(&entity_tag(keys, share, &found.version)),
                "sha256": pinned.and_then(|pinned| pinned.sha256).map(|hash| hash.to_string()),
                "crc32": member.crc32.map(|crc| format!("{crc:08x}")),
            }));
            members.push(member);
        }
        for folder in &empty_folders {
            let (path, name) = (below(folder), format!("{}/", names.of(&below(folder))));
            lines.push(json!({ "name": name, "path": format!("{path}/") }));
            members.push(Member { name, size: 0, crc32: Some(0), changed: made });
        }
        lines.extend(
            withheld
                .iter()
                .map(|withheld| json!({ "withheld": below(&withheld.label).to_string(), "why": word(withheld.why) })),
        );
        let head = json!({
            "archive": 1, "share": share.to_string(), "made": made.to_string(), "documents": documents.len(), "bytes": bytes,
            "withheld": withheld.len(), "not_nameable": hidden,
        });
        let manifest: String = std::iter::once(&head).chain(&lines).map(|line| format!("{line}\n")).collect();
        let crc32 = Some(crc_of(manifest.as_bytes()));
        members.insert(0, Member { name: MANIFEST.to_owned(), size: manifest.len() as u64, crc32, changed: made });
        let [digest, _] = split(sha256(&[manifest.as_bytes()]));
        Self {
            share,
            made,
            base,
            place,
            layout: Layout::new(members),
            manifest: manifest.into(),
            digest,
            documents,
            withheld,
            hidden,
            renamed,
            bytes,
        }
    }

    /// The share.
    pub const fn share(&self) -> ShareId {
        self.share
    }

    /// The folder it is of; empty when it is of all that the share names.
    pub fn folder_name(&self) -> String {
        self.base.file_name()
    }

    /// When it was made up.
    pub const fn made(&self) -> Timestamp {
        self.made
    }

    /// What its manifest comes to; with it everything else in it stands fixed.
    pub const fn digest(&self) -> [u8; DIGEST_BYTES] {
        self.digest
    }

    /// Documents in it.
    pub fn count(&self) -> usize {
        self.documents.len()
    }

    /// Documents and empty folders in it.
    pub fn entries(&self) -> usize {
        self.layout.members().len() - 1
    }

    /// Bytes of its documents.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of the whole archive.
    pub const fn total(&self) -> u64 {
        self.layout.total()
    }

    /// Whether it is the same bytes each time, so that a broken download can go on.
    pub fn is_fixed(&self) -> bool {
        self.layout.is_fixed()
    }

    /// What is not in it.
    pub fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }

    /// How many names cannot be handed out.
    pub const fn hidden(&self) -> usize {
        self.hidden
    }

    /// How many documents are called otherwise in it than in the share.
    pub const fn renamed(&self) -> usize {
        self.renamed
    }

    /// About how many bytes of memory it takes.
    pub(super) fn weight(&self) -> usize {
        let fixed = size_of::<Member>() + size_of::<Found>() + 2 * size_of::<u64>();
        // Each path stands in the manifest, and about as long in the members, the documents and their versions.
        2 * self.manifest.len() + self.layout.members().len() * fixed + self.withheld.len() * size_of::<Withheld>()
    }

    pub(in crate::gate) const fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(in crate::gate) fn manifest(&self) -> Bytes {
        self.manifest.clone()
    }

    /// The document of a member; none for the manifest and folders.
    pub(in crate::gate) fn document(&self, member: usize) -> Option<&Found> {
        self.documents.get(member.checked_sub(1)?)
    }

    /// What a receipt names it by: the folder in the store that all of it lies in.
    pub(in crate::gate) const fn place(&self) -> &DocumentName {
        &self.place
    }

    /// What a receipt takes for its version: the same for the same ticket.
    pub(in crate::gate) fn version(&self) -> FileVersion {
        let entity = Some(Arc::from(format!("\"{}\"", BASE64URL_NOPAD.encode(&self.digest))));
        FileVersion { entity, ..FileVersion::plain(self.total(), self.made.millis().saturating_mul(1_000_000)) }
    }

    /// Which documents it holds, and where in it.
    pub(in crate::gate) fn parts(&self) -> Private<Arc<Vec<ArchivePart>>> {
        let part = |(at, found): (usize, &Found)| {
            let extent = self.layout.extent(at + 1);
            let sha256 = found.pinned.as_ref().and_then(|pinned| pinned.sha256);
            ArchivePart { document: found.name.clone(), version: found.version.clone(), sha256, start: extent.start, end: extent.end }
        };
        Private::new(Subject::Share(self.share), Arc::new(self.documents.iter().enumerate().map(part).collect()))
    }
}

fn member_of(found: &Found, name: String) -> Member {
    let size = found.version.size;
    let known = found.pinned.as_ref().and_then(|pinned| pinned.crc32);
    let changed = Timestamp::from_millis(found.version.mtime_ns.div_euclid(1_000_000));
    // Of no bytes it is 0.
    Member { name, size, crc32: known.or_else(|| (size == 0).then_some(0)), changed }
}

/// The CRC-32 of bytes at hand.
fn crc_of(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

const fn word(why: Trouble) -> &'static str {
    match why {
        Trouble::Changed => "changed since it was shared",
        Trouble::Missing => "no longer in its place",
        Trouble::Unavailable => "cannot be reached",
    }
}

fn split(hash: [u8; 32]) -> [[u8; DIGEST_BYTES]; 2] {
    let half = |from: usize| std::array::from_fn(|at| hash[from + at]);
    [half(0), half(DIGEST_BYTES)]
}
