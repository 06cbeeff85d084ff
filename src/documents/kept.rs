//! Sealed copies of pinned documents: found by the hash of their bytes, and readable with the key ring only.
//!
//! A file is a head (magic, id of the key, length of the document) and its pieces of [`CHUNK_BYTES`], each sealed by itself and bound to the
//! document's hash, its length and the piece's place, so that ranges can be read and nothing can be moved, cut or exchanged.

use crate::crypto::keys::KeyRing;
use crate::crypto::random;
use crate::documents::StoreError;
use crate::documents::media::MediaType;
use crate::documents::read::{Content, OpenDocument, RemoteContent};
use crate::domain::bounds::{CHUNK_BYTES, PROBE_BYTES};
use crate::domain::range::ByteRange;
use crate::domain::time::Timestamp;
use crate::domain::version::{ContentHash, Pinned};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use std::collections::BTreeSet;
use std::io;
use std::io::SeekFrom;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

/// What a kept copy begins with.
const MAGIC: &[u8; 16] = b"doorward kept 1\n";
/// Magic, key and length.
const HEAD: usize = MAGIC.len() + 1 + 8;
/// What sealing adds to a piece: nonce and tag.
const SEAL: usize = 12 + 16;
/// What the copy is called while it is written; removed at the next clearing up when the program stopped meanwhile.
const UNFINISHED: &str = "unfinished-";

/// The folder of all copies.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
    keys: Arc<KeyRing>,
    /// Read by whoever keeps copies, written by whoever clears them up.
    uses: Arc<RwLock<()>>,
}

/// While it lives nothing is cleared up: copies are made before the ledger says that a share wants them, and until then nobody else knows.
#[derive(Debug)]
pub struct Keeping {
    _use: OwnedRwLockReadGuard<()>,
}

/// An open copy.
struct Copy {
    file: File,
    keys: Arc<KeyRing>,
    key: u8,
    sha256: ContentHash,
    size: u64,
}

impl Kept {
    /// The copies in a folder, which need not be there yet.
    pub fn new(folder: PathBuf, keys: Arc<KeyRing>) -> Self {
        Self { folder, keys, uses: Arc::default() }
    }

    /// Begins to keep copies; to be held until the ledger says who wants them. Waits while they are cleared up.
    pub async fn begin(&self) -> Keeping {
        Keeping { _use: Arc::clone(&self.uses).read_owned().await }
    }

    /// Keeps a copy of a document whose hash is known, unless there is one. `bytes` must come to that hash or end in an error.
    ///
    /// # Errors
    /// It cannot be read or written; then nothing is kept.
    pub async fn keep(
        &self,
        sha256: ContentHash,
        size: u64,
        bytes: BoxStream<'static, io::Result<Bytes>>,
        _keeping: &Keeping,
    ) -> io::Result<()> {
        let place = self.folder.join(sha256.to_string());
        if fs::try_exists(&place).await? {
            return Ok(());
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).await?;
        let unfinished = self.folder.join(format!("{UNFINISHED}{}", HEXLOWER.encode(&random::bytes::<8>())));
        let written = self.write(&unfinished, sha256, size, bytes).await;
        let done = match written {
            Ok(()) => fs::rename(&unfinished, &place).await,
            Err(error) => Err(error),
        };
        if done.is_err() {
            // What is left behind otherwise is cleared up later.
            let _ = fs::remove_file(&unfinished).await;
            return done;
        }
        File::open(&self.folder).await?.sync_all().await
    }

    async fn write(
        &self,
        to: &PathBuf,
        sha256: ContentHash,
        size: u64,
        mut bytes: BoxStream<'static, io::Result<Bytes>>,
    ) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).await?;
        let key = self.keys.active();
        file.write_all(&[&MAGIC[..], &[key], &size.to_be_bytes()].concat()).await?;
        let (mut piece, mut index) = (Vec::with_capacity(CHUNK_BYTES), 0_u64);
        let seal = |piece: &[u8], index| self.keys.keep_key(key).map(|key| key.seal(&context(sha256, size, index), piece));
        let no_key = || io::Error::other("the active key is not in the ring");
        while let Some(more) = bytes.try_next().await? {
            let mut more = &more[..];
            while !more.is_empty() {
                let (fits, rest) = more.split_at(more.len().min(CHUNK_BYTES - piece.len()));
                piece.extend_from_slice(fits);
                more = rest;
                if piece.len() == CHUNK_BYTES {
                    file.write_all(&seal(&piece, index).ok_or_else(no_key)?).await?;
                    (index, _) = (index + 1, piece.clear());
                }
            }
        }
        if !piece.is_empty() {
            file.write_all(&seal(&piece, index).ok_or_else(no_key)?).await?;
        }
        file.sync_all().await
    }

    /// Whether there is a copy of a pinned document.
    pub async fn holds(&self, pinned: &Pinned) -> bool {
        let Some(sha256) = pinned.sha256.filter(|_| pinned.kept) else { return false };
        fs::try_exists(self.folder.join(sha256.to_string())).await.unwrap_or(false)
    }

    /// Opens the copy of a pinned document that is called `name`.
    ///
    /// # Errors
    /// There is none, or it is no copy of this document.
    pub async fn open(&self, pinned: &Pinned, name: &[u8]) -> Result<OpenDocument, StoreError> {
        let sha256 = pinned.sha256.ok_or(StoreError::Missing)?;
        let opened = async {
            let mut file = File::open(self.folder.join(sha256.to_string())).await?;
            let mut head = [0; HEAD];
            file.read_exact(&mut head).await?;
            let (magic, rest) = head.split_at(MAGIC.len());
            let (key, size) = rest.split_first().ok_or(io::ErrorKind::InvalidData)?;
            let (key, size) = (*key, size.try_into().map_or(0, u64::from_be_bytes));
            if magic != MAGIC || size != pinned.version.size {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let mut copy = Copy { file, keys: Arc::clone(&self.keys), key, sha256, size };
            let first = if size == 0 { Bytes::new() } else { copy.piece(0).await? };
            Ok::<_, io::Error>((copy, first))
        };
        let (copy, first) = opened.await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::Missing,
            _ => {
                tracing::error!(%error, "a kept copy cannot be read");
                StoreError::Failed("a kept copy cannot be read")
            }
        })?;
        let changed = Timestamp::from_millis(pinned.version.mtime_ns.div_euclid(1_000_000));
        let media_type = MediaType::detect(name, &first[..first.len().min(PROBE_BYTES)]);
        let version = pinned.version.clone();
        Ok(OpenDocument { size: version.size, version, media_type, changed, content: Content::Remote(Box::new(copy)) })
    }

    /// Removes every copy that is not wanted, and what was left unfinished; says how many that were, or nothing while copies are made.
    ///
    /// # Errors
    /// The folder cannot be read; what cannot be removed is tried the next time.
    pub async fn clear_up(&self, wanted: impl FnOnce() -> BTreeSet<ContentHash>) -> io::Result<Option<usize>> {
        let Ok(_alone) = self.uses.try_write() else { return Ok(None) };
        // Asked only now: what was kept before has its share in the state, or has none.
        let wanted = wanted();
        let mut folder = match fs::read_dir(&self.folder).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(0)),
            folder => folder?,
        };
        let mut removed = 0;
        while let Some(entry) = folder.next_entry().await? {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let unwanted = name
                .parse()
                .map_or_else(|_| name.starts_with(UNFINISHED), |hash: ContentHash| !wanted.contains(&hash));
            removed += usize::from(unwanted && fs::remove_file(entry.path()).await.is_ok());
        }
        Ok(Some(removed))
    }
}

impl Copy {
    /// One piece in clear.
    async fn piece(&mut self, index: u64) -> io::Result<Bytes> {
        let start = index * CHUNK_BYTES as u64;
        let plain = usize::try_from(self.size - start).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
        self.file.seek(SeekFrom::Start(HEAD as u64 + index * (CHUNK_BYTES + SEAL) as u64)).await?;
        let mut sealed = vec![0; plain + SEAL];
        self.file.read_exact(&mut sealed).await?;
        let key = self.keys.keep_key(self.key).ok_or_else(|| io::Error::other("the key of a kept copy is gone"))?;
        let opened = key.open(&context(self.sha256, self.size, index), sealed);
        opened
            .map(Bytes::from)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a kept copy was changed"))
    }

    /// The next bytes of a range, and what is left of it.
    async fn next(mut self, range: ByteRange) -> io::Result<Option<(Bytes, (Self, ByteRange))>> {
        if range.is_empty() {
            return Ok(None);
        }
        let (index, offset) = (range.start / CHUNK_BYTES as u64, range.start % CHUNK_BYTES as u64);
        let piece = self.piece(index).await?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(piece.len());
        let to = usize::try_from(range.len()).unwrap_or(usize::MAX).saturating_add(from).min(piece.len());
        let piece = piece.slice(from..to);
        let rest = ByteRange { start: range.start + piece.len() as u64, end: range.end };
        Ok(Some((piece, (self, rest))))
    }
}

impl RemoteContent for Copy {
    fn read(self: Box<Self>, range: ByteRange) -> BoxStream<'static, io::Result<Bytes>> {
        stream::try_unfold((*self, range), |(copy, range)| copy.next(range)).boxed()
    }
}

impl std::fmt::Debug for Copy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Copy").field("size", &self.size).finish_non_exhaustive()
    }
}

/// What a piece is bound to.
fn context(sha256: ContentHash, size: u64, index: u64) -> Vec<u8> {
    [&sha256.0[..], &size.to_be_bytes(), &index.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::KeyState;
    use crate::crypto::primitives::sha256;
    use crate::domain::version::FileVersion;

    type Tested = Result<(), Box<dyn std::error::Error>>;

    fn kept(folder: &std::path::Path, secret: u8) -> Kept {
        let ring = KeyRing::from_secrets(&[(1, KeyState::Active, [secret; 32])]).expect("one key is a ring");
        Kept::new(folder.join("kept"), Arc::new(ring))
    }

    fn document(size: usize) -> (Vec<u8>, Pinned) {
        let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        let pinned = Pinned { sha256: Some(ContentHash(sha256(&[&bytes]))), kept: true, ..FileVersion::plain(size as u64, 7).into() };
        (bytes, pinned)
    }

    async fn keep(kept: &Kept, bytes: &[u8], pinned: &Pinned) -> io::Result<()> {
        let pieces: Vec<_> = bytes.chunks(1000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let sha256 = pinned.sha256.expect("it has one");
        kept.keep(sha256, bytes.len() as u64, stream::iter(pieces).boxed(), &kept.begin().await).await
    }

    async fn read(kept: &Kept, pinned: &Pinned, range: ByteRange) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let pieces: Vec<Bytes> = kept.open(pinned, b"a.txt").await?.read(range).try_collect().await?;
        Ok(pieces.concat())
    }

    #[tokio::test]
    async fn what_was_kept_is_read_back_whole_and_in_ranges_and_lies_sealed_on_the_disk() -> Tested {
        let home = tempfile::TempDir::new()?;
        let kept = kept(home.path(), 3);
        for size in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 2 * CHUNK_BYTES + 17] {
            let (bytes, pinned) = document(size);
            keep(&kept, &bytes, &pinned).await?;
            keep(&kept, &bytes, &pinned).await?;
            assert_eq!(read(&kept, &pinned, ByteRange { start: 0, end: u64::MAX }).await?, bytes, "{size}");
            for (start, end) in [(0, 1), (CHUNK_BYTES as u64 - 3, CHUNK_BYTES as u64 + 3), (5, u64::MAX)] {
                let expected = &bytes[size.min(start as usize)..size.min(usize::try_from(end).unwrap_or(usize::MAX))];
                assert_eq!(read(&kept, &pinned, ByteRange { start, end }).await?, expected, "{size} {start}");
            }
        }
        let (bytes, pinned) = document(CHUNK_BYTES);
        let file = std::fs::read(home.path().join("kept").join(pinned.sha256.ok_or("hashed")?.to_string()))?;
        assert!(!file.windows(64).any(|window| window == &bytes[..64]));
        Ok(())
    }

    #[tokio::test]
    async fn a_copy_opens_only_as_its_own_document_with_its_own_key_and_every_bit() -> Tested {
        let home = tempfile::TempDir::new()?;
        let (bytes, pinned) = document(CHUNK_BYTES + 9);
        keep(&kept(home.path(), 3), &bytes, &pinned).await?;
        let all = ByteRange { start: 0, end: u64::MAX };
        assert!(read(&kept(home.path(), 4), &pinned, all).await.is_err(), "another ring");
        let place = home.path().join("kept").join(pinned.sha256.ok_or("hashed")?.to_string());
        let file = std::fs::read(&place)?;
        for at in [0, MAGIC.len(), HEAD - 1, HEAD, HEAD + CHUNK_BYTES, file.len() - 1] {
            let mut changed = file.clone();
            changed[at] ^= 1;
            std::fs::write(&place, &changed)?;
            assert!(read(&kept(home.path(), 3), &pinned, all).await.is_err(), "{at}");
        }
        std::fs::write(&place, &file[..file.len() - 1])?;
        assert!(read(&kept(home.path(), 3), &pinned, all).await.is_err(), "cut");
        Ok(())
    }

    #[tokio::test]
    async fn copies_that_nobody_wants_and_unfinished_ones_are_cleared_up() -> Tested {
        let home = tempfile::TempDir::new()?;
        let kept = kept(home.path(), 3);
        assert_eq!(kept.clear_up(BTreeSet::new).await?, Some(0), "no folder yet");
        let (one, two) = (document(10), document(20));
        for (bytes, pinned) in [&one, &two] {
            keep(&kept, bytes, pinned).await?;
        }
        let broken = stream::iter([Ok(Bytes::from_static(b"half")), Err(io::Error::other("gone"))]).boxed();
        assert!(kept.keep(ContentHash([9; 32]), 9, broken, &kept.begin().await).await.is_err());
        std::fs::write(home.path().join("kept").join(format!("{UNFINISHED}0")), "half")?;
        assert_eq!(kept.clear_up(|| one.1.sha256.into_iter().collect()).await?, Some(2));
        assert!(kept.open(&one.1, b"a").await.is_ok());
        assert_eq!(kept.open(&two.1, b"a").await.err(), Some(StoreError::Missing));
        Ok(())
    }

    #[tokio::test]
    async fn copies_are_not_cleared_up_before_the_share_that_wants_them_is_put_down() -> Tested {
        let home = tempfile::TempDir::new()?;
        let kept = kept(home.path(), 3);
        let (bytes, pinned) = document(10);
        let keeping = kept.begin().await;
        keep(&kept, &bytes, &pinned).await?;
        std::fs::write(home.path().join("kept").join(format!("{UNFINISHED}0")), "of another that is under way")?;
        assert_eq!(kept.clear_up(BTreeSet::new).await?, None);
        assert!(kept.holds(&pinned).await && home.path().join("kept").join(format!("{UNFINISHED}0")).exists());
        drop(keeping);
        assert_eq!(kept.clear_up(|| pinned.sha256.into_iter().collect()).await?, Some(1));
        assert!(kept.holds(&pinned).await);
        Ok(())
    }
}
