//! A document server that is only read: documents by their addresses, and folders where it lists them.

pub mod autoindex;

use super::web::head::{dated, folder, leads_to_folder, moment};
use super::web::{Client, Fault, download, pieces};
use crate::config::store::{Http, Listing as Style};
use crate::documents::folder::sort;
use crate::documents::read::OpenDocument;
use crate::documents::{Entry, Kind, Listing, Problem, Refusal, Stat, Store, StoreError};
use crate::domain::bounds::{LISTED_ENTRIES, LISTING_BYTES, SCANNED_ENTRIES};
use crate::domain::document::DocumentPath;
use crate::domain::version::FileVersion;
use autoindex::{Entries, Member};
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// A store of kind `http`.
#[derive(Debug, Clone)]
pub(in crate::documents) struct HttpStore {
    client: Arc<Client>,
    style: Style,
    fence: DocumentPath,
}

impl HttpStore {
    /// The store at the configured address; nothing is asked of it yet.
    pub(in crate::documents) fn new(http: &Http, timeout: Duration, calls: usize) -> Self {
        let client = Arc::new(Client::new(&http.web, timeout, calls));
        Self { client, style: http.listing, fence: DocumentPath::root() }
    }

    /// The path from the store's own root.
    fn whole(&self, path: &DocumentPath) -> Result<DocumentPath, StoreError> {
        self.fence.append(path).map_err(|_| StoreError::Missing)
    }

    async fn stat_at(&self, path: &DocumentPath) -> Result<Stat, Fault> {
        if !path.is_root() {
            return self.client.head(path).await;
        }
        let answer = self.client.ask(Method::HEAD, self.client.address(path, true)?, HeaderMap::new(), "").await?;
        match (answer.status(), self.style) {
            // A server that lists nothing may say anything of the folder itself.
            (StatusCode::OK, _) | (StatusCode::FORBIDDEN | StatusCode::NOT_FOUND, Style::None) => Ok(folder(0)),
            (StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, _) => Ok(folder(0)),
            _ => Err(Fault::told(&answer)),
        }
    }

    async fn list_at(&self, path: &DocumentPath) -> Result<Listing, Fault> {
        if self.style == Style::None {
            return Err(StoreError::Refused(Refusal::Unlisted).into());
        }
        let answer = self.client.ask(Method::GET, self.client.address(path, true)?, HeaderMap::new(), "").await?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND if !path.is_root() => {
                let stat = self.client.head(path).await?;
                return Err(if stat.kind == Kind::Document { StoreError::NotAFolder } else { StoreError::Missing }.into());
            }
            _ if leads_to_folder(&answer) => return Err(StoreError::NotAFolder.into()),
            _ => return Err(Fault::told(&answer)),
        }
        let mut pieces = pin!(pieces(answer, self.client.timeout()));
        let (mut entries, mut listing, mut left) = (Entries::default(), Listing::default(), LISTING_BYTES);
        let mut scanned = 0;
        while let Some(piece) = pieces.try_next().await.map_err(|_| Fault::Away)? {
            let taken = &piece[..piece.len().min(left)];
            left -= taken.len();
            let all = entries.read(taken, |member| {
                scanned += 1;
                listing.truncated = listing.entries.len() == LISTED_ENTRIES || scanned > SCANNED_ENTRIES;
                if !listing.truncated {
                    take(&mut listing, member);
                }
                !listing.truncated
            });
            listing.truncated |= !all.map_err(|_| StoreError::Failed(NO_LISTING))? || left == 0;
            if listing.truncated {
                break;
            }
        }
        if !listing.truncated {
            entries.end().map_err(|_| StoreError::Failed(NO_LISTING))?;
        }
        sort(&mut listing.entries);
        listing.entries.dedup_by(|one, other| one.name == other.name);
        Ok(listing)
    }
}

const NO_LISTING: &str = "a listing that is not the array of entries that autoindex_format json makes";

fn take(listing: &mut Listing, member: Member) {
    let stat = match (member.kind, member.size) {
        (Some(Kind::Folder), _) => Some(folder(member.changed)),
        (Some(Kind::Document), Some(size)) => {
            Some(Stat { kind: Kind::Document, version: dated(size, member.changed), changed: moment(member.changed) })
        }
        _ => None,
    };
    match (DocumentPath::root().join(&member.name), stat) {
        (Ok(name), Some(stat)) => listing.entries.push(Entry { name, stat }),
        _ => listing.hidden += 1,
    }
}

impl Store for HttpStore {
    fn stat<'a>(&'a self, path: &'a DocumentPath, _: Option<&'a FileVersion>) -> BoxFuture<'a, Result<Stat, StoreError>> {
        Box::pin(async move { Ok(self.stat_at(&self.whole(path)?).await?) })
    }

    fn list<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        Box::pin(async move { Ok(self.list_at(&self.whole(path)?).await?) })
    }

    fn open<'a>(&'a self, path: &'a DocumentPath, wanted: Option<&'a FileVersion>) -> BoxFuture<'a, Result<OpenDocument, StoreError>> {
        Box::pin(async move {
            let whole = self.whole(path)?;
            let begun = download::begin(&self.client, &whole, wanted).await?;
            if begun.head().length().is_some() {
                return Ok(begun.document(&whole).await?);
            }
            let told = self.client.head(&whole).await?;
            Ok(begun.completed(&whole, &told).await?)
        })
    }

    fn within(&self, folder: &DocumentPath) -> Box<dyn Store> {
        Box::new(Self { fence: folder.clone(), ..self.clone() })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async move {
            let root = DocumentPath::root();
            let answer = match self.style {
                Style::None => self.stat_at(&root).await.map(drop),
                Style::Json => self.list_at(&root).await.map(drop),
            };
            answer.map_err(|fault| self.client.problem(fault))
        })
    }
}
