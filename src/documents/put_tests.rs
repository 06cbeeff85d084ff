//! New documents in local stores: whole or not at all, in their place or nowhere.

use super::beneath::Walk;
use super::folder::Folder;
use super::*;
use crate::config::StoreEntry;
use crate::domain::bounds::PUT_STEP_BYTES;
use futures_util::StreamExt;
use futures_util::stream;
use std::error::Error;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use tempfile::TempDir;

type Tested = Result<(), Box<dyn Error>>;

fn path(text: &str) -> DocumentPath {
    DocumentPath::from_bytes(text.as_bytes()).expect("tests name valid paths")
}

/// The same folder with nameless files, with passing names, and walked by steps.
fn all(root: &Path) -> Result<[Folder; 3], Box<dyn Error>> {
    let new = || Folder::new(root.to_owned(), Arc::default());
    Ok([new(), new().without_nameless(), Folder::walked_by(root.to_owned(), Arc::default(), Walk::Steps)?])
}

fn incoming(pieces: Vec<io::Result<Bytes>>) -> Incoming {
    stream::iter(pieces).boxed()
}

fn of(content: &[u8]) -> Incoming {
    incoming(content.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect())
}

fn names(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root)? {
        found.push(entry?.file_name().to_string_lossy().into_owned());
    }
    found.sort();
    Ok(found)
}

/// Until the blocking pool has taken a passing name away.
async fn names_without_passing(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    for _ in 0..200 {
        if !names(root)?.iter().any(|name| name.starts_with('.')) {
            break;
        }
        tokio::task::spawn_blocking(|| ()).await?;
        tokio::task::yield_now().await;
    }
    names(root)
}

#[tokio::test]
async fn a_new_document_is_put_whole_and_the_folders_above_it_are_made() -> Tested {
    let content: Vec<u8> = (0..3 * PUT_STEP_BYTES + 5).map(|n| (n % 251) as u8).collect();
    let home = TempDir::new()?;
    for (at, store) in all(home.path())?.iter().enumerate() {
        let name = path(&format!("inbox/deep {at}/new.bin"));
        let version = store.create(&name, content.len() as u64, of(&content)).await?;
        let file = home.path().join(name.to_string());
        assert_eq!(fs::read(&file)?, content);
        assert_eq!(version, store.stat(&name, None).await?.version, "the version is that of what lies there");
        assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o111, 0, "nobody may run it");
        assert_eq!(names(file.parent().ok_or("in a folder")?)?, ["new.bin"]);
        assert!(store.create(&path(&format!("empty {at}")), 0, of(b"")).await.is_ok());
    }
    Ok(())
}

#[tokio::test]
async fn whoever_may_use_the_folder_may_use_what_is_put_into_it() -> Tested {
    let home = TempDir::new()?;
    for (at, store) in all(home.path())?.iter().enumerate() {
        for mode in [0o750, 0o775, 0o700] {
            fs::set_permissions(home.path(), fs::Permissions::from_mode(mode))?;
            let name = format!("made {at} {mode:o}/new");
            store.create(&path(&name), 3, of(b"new")).await?;
            let file = home.path().join(&name);
            let mode_of = |path: &Path| fs::metadata(path).map(|about| about.permissions().mode() & 0o777);
            assert_eq!(mode_of(&file)?, mode & 0o666, "{name}");
            assert_eq!(mode_of(file.parent().ok_or("in a folder")?)?, mode, "{name}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_put_over_what_is_there() -> Tested {
    let home = TempDir::new()?;
    fs::create_dir(home.path().join("folder"))?;
    fs::write(home.path().join("taken"), "old")?;
    symlink("nowhere", home.path().join("dangling"))?;
    for store in all(home.path())? {
        for name in ["taken", "folder", "dangling"] {
            assert_eq!(store.create(&path(name), 3, of(b"new")).await, Err(StoreError::Exists), "{name}");
        }
        assert_eq!(store.create(&DocumentPath::root(), 3, of(b"new")).await, Err(StoreError::Exists));
        assert_eq!(store.create(&path("taken/below"), 3, of(b"new")).await, Err(StoreError::NotAFolder));
    }
    assert_eq!(fs::read(home.path().join("taken"))?, b"old");
    assert_eq!(names_without_passing(home.path()).await?, ["dangling", "folder", "taken"]);
    Ok(())
}

#[tokio::test]
async fn of_many_that_want_one_name_at_once_exactly_one_gets_it() -> Tested {
    let home = TempDir::new()?;
    for (at, store) in all(home.path())?.iter().enumerate() {
        let name = path(&format!("a/b/c {at}"));
        let contents: Vec<String> = (0..12).map(|n| format!("content {n:02}")).collect();
        let tries = contents.iter().map(|content| store.create(&name, content.len() as u64, of(content.as_bytes())));
        let answers = futures_util::future::join_all(tries).await;
        let won: Vec<usize> = (0..12).filter(|n| answers[*n].is_ok()).collect();
        assert_eq!(won.len(), 1);
        assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(|error| *error == StoreError::Exists));
        assert_eq!(fs::read_to_string(home.path().join(name.to_string()))?, contents[won[0]]);
    }
    Ok(())
}

#[tokio::test]
async fn what_ends_early_or_brings_too_much_leaves_nothing() -> Tested {
    let home = TempDir::new()?;
    let big = vec![7; PUT_STEP_BYTES];
    for store in all(home.path())? {
        let broken = || Err(io::Error::other("cut off"));
        let piece = || Ok(Bytes::from(big.clone()));
        for (size, pieces) in [
            (3, vec![Ok(Bytes::from_static(b"ab"))]),
            (1, vec![Ok(Bytes::from_static(b"ab"))]),
            (big.len() as u64 * 2, vec![piece(), broken()]),
            (big.len() as u64 * 2, vec![piece()]),
        ] {
            let answer = store.create(&path("new"), size, incoming(pieces)).await;
            assert!(matches!(answer, Err(StoreError::Failed(_))), "{answer:?}");
        }
        // Given up in the middle, as when the one who waits for it goes away.
        let endless = stream::iter([Ok(Bytes::from(big.clone()))]).chain(stream::pending()).boxed();
        let given_up = tokio::time::timeout(std::time::Duration::from_millis(200), store.create(&path("new"), u64::MAX, endless)).await;
        assert!(given_up.is_err());
    }
    assert!(names_without_passing(home.path()).await?.is_empty(), "{:?}", names(home.path())?);
    Ok(())
}

#[tokio::test]
async fn a_link_out_of_the_store_takes_no_new_document() -> Tested {
    let home = TempDir::new()?;
    let (root, outside) = (home.path().join("root"), home.path().join("outside"));
    fs::create_dir_all(root.join("fence"))?;
    fs::create_dir(&outside)?;
    symlink(&outside, root.join("out"))?;
    symlink("../outside", root.join("fence/up"))?;
    for store in all(&root)? {
        for name in ["out/new", "out/made/new", "fence/up/new"] {
            assert!(store.create(&path(name), 3, of(b"new")).await.is_err(), "{name}");
        }
        assert!(store.within(&path("fence")).create(&path("up/new"), 3, of(b"new")).await.is_err());
    }
    assert!(names(&outside)?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_store_that_is_only_read_takes_nothing() -> Tested {
    let home = TempDir::new()?;
    let name = DocumentName { store: StoreName::parse("case")?, path: path("new") };
    let mut entry = StoreEntry::folder(name.store.clone(), home.path().to_owned());
    let place = Place::named(&name);
    let documents = Documents::open(std::slice::from_ref(&entry));
    assert!(documents.writable().is_empty());
    assert_eq!(documents.create(&place, 3, of(b"new")).await, Err(StoreError::ReadOnly));
    assert!(names(home.path())?.is_empty());
    entry.writable = true;
    let documents = Documents::open(&[entry]);
    assert_eq!(documents.writable(), [name.store]);
    assert!(documents.create(&place, 3, of(b"new")).await.is_ok());
    Ok(())
}

#[test]
fn a_full_disk_says_that_it_is_full() {
    for errno in [Errno::NOSPC, Errno::DQUOT, Errno::FBIG] {
        assert_eq!(StoreError::from(errno), StoreError::Full);
    }
    assert_eq!((StoreError::from(Errno::ROFS), StoreError::from(Errno::EXIST)), (StoreError::ReadOnly, StoreError::Exists));
}
