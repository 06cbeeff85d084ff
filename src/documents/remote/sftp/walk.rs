//! Finds what a path of the store names on an SFTP server, in such a way that no link leads out of the store.
//!
//! The server opens by path alone and follows whatever link is on it. So a path is looked at before anything is opened by it: the server says what it
//! leads to, and each step of that is no link. After the opening all of it is looked at again. Whoever swaps folders for links and back is seen at it
//! before long, and then nothing is opened there for a while ([`super::swaps`]).

use super::names::{beneath, is_beneath, steps, text};
use super::session::{FOLDER, LINK, REGULAR, Session, kind_of};
use super::swaps::first_astray;
use crate::documents::{Kind, Refusal, Stat, StoreError};
use crate::domain::document::DocumentPath;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use futures_util::future::join3;
use futures_util::{StreamExt, stream};
use russh_sftp::protocol::FileAttributes;

/// Steps of one path that are looked at in one go.
const STEPS_AT_ONCE: usize = 16;

/// What a path names: the whole path on the server, without a link on it, and what was there.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) place: String,
    pub(super) attributes: FileAttributes,
}

/// What is known of a regular file or a folder.
pub(super) fn describe(attributes: &FileAttributes) -> Result<Stat, StoreError> {
    let kind = match kind_of(attributes).ok_or(StoreError::Failed("something without saying what it is"))? {
        REGULAR => Kind::Document,
        FOLDER => Kind::Folder,
        LINK => return Err(StoreError::Refused(Refusal::Link)),
        _ => return Err(StoreError::NotADocument),
    };
    let size = attributes.size.ok_or(StoreError::Failed("something without its size"))?;
    let seconds = i64::from(attributes.mtime.ok_or(StoreError::Failed("something without its time"))?);
    let version = FileVersion::plain(size, seconds * 1_000_000_000);
    Ok(Stat { kind, version, changed: Timestamp::from_millis(seconds * 1_000) })
}

/// Whether both are of one file as it was. Two files of one size, time, mode and owner cannot be told apart.
pub(super) fn is_same(a: &FileAttributes, b: &FileAttributes) -> bool {
    let all = |of: &FileAttributes| (of.size, of.mtime, of.permissions, of.uid, of.gid);
    all(a) == all(b)
}

/// Finds what lies at `path` beneath the folder `fence` of the store. Links may lead anywhere in that folder, where the server resolves them; where it
/// does not, none is followed.
pub(super) async fn find(session: &Session, fence: &DocumentPath, path: &DocumentPath) -> Result<Found, StoreError> {
    let folder = beneath(session.root(), text(fence)?);
    let named = beneath(&folder, text(path)?);
    let (folder, place, walked) = join3(session.canonical(&folder), session.canonical(&named), walk(session, &named)).await;
    let found = match walked {
        Ok(Walked::To(attributes)) => {
            if place? != named {
                // No link is on it, and yet it is called otherwise: letters without regard to case, or composed in another way.
                return Err(StoreError::Refused(Refusal::Name("the server knows it by another name")));
            }
            Found { place: named, attributes }
        }
        Ok(Walked::OverLink(_)) => {
            let (folder, place) = (folder?, place?);
            if place == named || !is_beneath(session.root(), &folder) || !is_beneath(&folder, &place) {
                return Err(StoreError::Refused(Refusal::Link));
            }
            match walk(session, &place).await? {
                Walked::To(attributes) => Found { place, attributes },
                Walked::OverLink(_) => return Err(StoreError::Refused(Refusal::Link)),
            }
        }
        Err(error) => return Err(error),
    };
    if session.is_held_up(&found.place) { Err(StoreError::Refused(Refusal::Link)) } else { Ok(found) }
}

/// Whether both are of one folder; names may have come and gone.
pub(super) fn is_same_folder(a: &FileAttributes, b: &FileAttributes) -> bool {
    let all = |of: &FileAttributes| (of.permissions, of.uid, of.gid);
    all(a) == all(b)
}

/// Looks whether a place is what it was, after it was opened: no link on it, and there by `is_same` what was found.
pub(super) async fn is_still(
    session: &Session,
    found: &Found,
    is_same: fn(&FileAttributes, &FileAttributes) -> bool,
) -> Result<bool, StoreError> {
    let (place, walked) = futures_util::future::join(session.canonical(&found.place), walk(session, &found.place)).await;
    if let Ok(Walked::OverLink(step)) = &walked {
        session.saw_swapped(step);
    }
    if let Some(step) = place.as_ref().ok().and_then(|place| first_astray(session.root(), &found.place, place)) {
        session.saw_swapped(&step);
    }
    Ok(match (place, walked) {
        (Ok(place), Ok(Walked::To(now))) => place == found.place && is_same(&now, &found.attributes),
        (Err(StoreError::Unreachable), _) | (_, Err(StoreError::Unreachable)) => return Err(StoreError::Unreachable),
        _ => false,
    })
}

/// Where the steps of a path lead.
enum Walked {
    /// To something, over folders only.
    To(FileAttributes),
    /// Over this link, or to it.
    OverLink(String),
}

/// Looks at each step below the store's folder, and at those on the way once more behind the last: a folder that was swapped for a link between two
/// looks has to be swapped back before the next to stay unseen.
async fn walk(session: &Session, place: &str) -> Result<Walked, StoreError> {
    let steps = steps(session.root(), place);
    let Some(last) = steps.len().checked_sub(1) else {
        return session.look_at(place).await.map(Walked::To);
    };
    let again = steps[..last].to_vec();
    let mut seen = stream::iter(steps.into_iter().chain(again).map(|step| look_at(session, step)))
        .buffered(STEPS_AT_ONCE)
        .enumerate();
    let mut reached = None;
    while let Some((at, looked)) = seen.next().await {
        let (step, attributes) = looked?;
        match kind_of(&attributes) {
            Some(LINK) => {
                if at > last {
                    session.saw_swapped(&step);
                }
                return Ok(Walked::OverLink(step));
            }
            _ if at == last => reached = Some(attributes),
            Some(FOLDER) => {}
            Some(_) => return Err(StoreError::Missing),
            None => return Err(StoreError::Failed("something without saying what it is")),
        }
    }
    reached.map(Walked::To).ok_or(StoreError::Missing)
}

async fn look_at(session: &Session, step: String) -> Result<(String, FileAttributes), StoreError> {
    let attributes = session.look_at(&step).await?;
    Ok((step, attributes))
}
