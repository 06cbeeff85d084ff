//! Stores on real folders: what is found, what is refused, and that bytes come out exactly or not at all.

use super::beneath::Walk;
use super::folder::Folder;
use super::*;
use crate::domain::bounds::{CHUNK_BYTES, LISTED_ENTRIES, PROBE_BYTES, TYPE_PROOF};
use crate::domain::range::ByteRange;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use proptest::prelude::*;
use rustix::fs::{CWD, FileType, Mode, RenameFlags, mknodat, renameat_with};
use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

type Tested = Result<(), Box<dyn Error>>;

const ALL: ByteRange = ByteRange { start: 0, end: u64::MAX };

fn path(text: impl AsRef<[u8]>) -> DocumentPath {
    DocumentPath::from_bytes(text.as_ref()).expect("tests name valid paths")
}

fn folder(root: &Path) -> Folder {
    Folder::new(root.to_owned(), Arc::default())
}

/// The same folder walked by the kernel and by steps.
fn both(root: &Path) -> Result<[Folder; 2], Box<dyn Error>> {
    let by = |walk| Folder::walked_by(root.to_owned(), Arc::default(), walk);
    Ok([by(Walk::Kernel)?, by(Walk::Steps)?])
}

async fn bytes(document: OpenDocument, range: ByteRange) -> io::Result<Vec<u8>> {
    document
        .read(range)
        .try_fold(Vec::new(), |all, piece| async move { Ok([&all[..], &piece].concat()) })
        .await
}

async fn content(store: &Folder, name: impl AsRef<[u8]>) -> Result<Vec<u8>, StoreError> {
    let document = store.open(&path(name), None).await?;
    Ok(bytes(document, ALL).await.expect("the file stays as it is"))
}

#[tokio::test]
async fn a_link_out_of_a_folder_of_the_store_leads_nowhere_from_that_folder() -> Tested {
    let home = TempDir::new()?;
    fs::create_dir_all(home.path().join("shared/deep"))?;
    fs::write(home.path().join("beside"), "beside")?;
    fs::write(home.path().join("shared/deep/own"), "own")?;
    symlink("../beside", home.path().join("shared/out"))?;
    symlink("..", home.path().join("shared/up"))?;
    symlink("deep/own", home.path().join("shared/in"))?;
    for store in both(home.path())? {
        let fenced = store.within(&path("shared"));
        for way in ["out", "up/beside", "up"] {
            assert!(fenced.open(&path(way), None).await.is_err() && fenced.stat(&path(way), None).await.is_err(), "{way}");
        }
        assert_eq!(bytes(fenced.open(&path("deep/own"), None).await?, ALL).await?, b"own");
        let listing = fenced.list(&DocumentPath::root()).await?;
        assert!(listing.entries.iter().all(|entry| entry.name != path("out") && entry.name != path("up")));
    }
    let by_kernel = folder(home.path()).within(&path("shared"));
    assert_eq!(bytes(by_kernel.open(&path("in"), None).await?, ALL).await?, b"own");
    Ok(())
}

#[tokio::test]
async fn a_link_out_of_the_store_gives_no_byte() -> Tested {
    let home = TempDir::new()?;
    let (root, outside) = (home.path().join("root"), home.path().join("outside"));
    fs::create_dir_all(root.join("sub"))?;
    fs::create_dir(&outside)?;
    fs::write(outside.join("secret"), "outside")?;
    fs::write(root.join("real"), "inside")?;
    symlink(outside.join("secret"), root.join("absolute"))?;
    symlink("../outside/secret", root.join("relative"))?;
    symlink("sub/../../outside/secret", root.join("winding"))?;
    symlink(&outside, root.join("folder"))?;
    symlink("..", root.join("up"))?;
    symlink("/proc/self/root", root.join("magic"))?;
    symlink("round", root.join("round"))?;
    symlink(root.join("real"), root.join("absolute-inside"))?;
    symlink("nowhere", root.join("dangling"))?;
    let ways = [
        "absolute",
        "relative",
        "winding",
        "folder/secret",
        "up/outside/secret",
        "magic/etc/passwd",
        "round",
        "absolute-inside",
        "dangling",
    ];
    for store in both(&root)? {
        for way in ways {
            assert!(store.open(&path(way), None).await.is_err(), "{way}");
            assert!(store.stat(&path(way), None).await.is_err(), "{way}");
        }
        for way in ["folder", "up", "magic"] {
            assert!(store.list(&path(way)).await.is_err(), "{way}");
        }
        let listing = store.list(&DocumentPath::root()).await?;
        let names: Vec<String> = listing.entries.iter().map(|entry| entry.name.to_string()).collect();
        assert_eq!((names.join(" ").as_str(), listing.hidden), ("sub real", 9));
    }
    assert_eq!(folder(&root).open(&path("relative"), None).await.err(), Some(StoreError::Refused(Refusal::Link)));
    assert_eq!(folder(&root).open(&path("dangling"), None).await.err(), Some(StoreError::Missing));
    Ok(())
}

#[tokio::test]
async fn a_link_that_stays_in_the_store_is_followed() -> Tested {
    let root = TempDir::new()?;
    fs::create_dir_all(root.path().join("a/b"))?;
    fs::write(root.path().join("a/real"), "inside")?;
    symlink("../real", root.path().join("a/b/link"))?;
    symlink("a", root.path().join("other"))?;
    let [kernel, steps] = both(root.path())?;
    assert_eq!(content(&kernel, "a/b/link").await?, b"inside");
    assert_eq!(content(&kernel, "other/real").await?, b"inside");
    assert_eq!(kernel.list(&path("other")).await?.entries.len(), 2);
    assert_eq!(steps.open(&path("a/b/link"), None).await.err(), Some(StoreError::Refused(Refusal::Link)));
    Ok(())
}

#[tokio::test]
async fn folders_swapped_for_links_while_documents_are_opened_let_nothing_out() -> Tested {
    let home = TempDir::new()?;
    let (root, outside) = (home.path().join("root"), home.path().join("outside"));
    for folder in ["a", "x/y"] {
        fs::create_dir_all(root.join(folder))?;
        fs::create_dir_all(outside.join(folder))?;
    }
    fs::write(root.join("a/text"), "inside")?;
    fs::write(root.join("text"), "inside")?;
    fs::write(outside.join("a/text"), "outside")?;
    fs::write(outside.join("text"), "outside")?;
    symlink("../../text", root.join("x/y/link"))?;
    symlink(outside.join("a"), root.join("b"))?;
    let stop = Arc::new(AtomicBool::new(false));
    let swapper = std::thread::spawn({
        let (root, outside, stop) = (root.clone(), outside.clone(), stop.clone());
        move || -> rustix::io::Result<()> {
            for _ in 0..200_000 {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                renameat_with(CWD, root.join("a"), CWD, root.join("b"), RenameFlags::EXCHANGE)?;
                renameat_with(CWD, root.join("x/y"), CWD, outside.join("x/y"), RenameFlags::EXCHANGE)?;
            }
            Ok(())
        }
    });
    let mut found = 0;
    for store in both(&root)? {
        for _ in 0..800 {
            for way in ["a/text", "b/text", "x/y/link"] {
                if let Ok(bytes) = content(&store, way).await {
                    assert_eq!(bytes, b"inside", "{way}");
                    found += 1;
                }
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    swapper.join().expect("the swapper does not panic")?;
    assert!(found > 0);
    Ok(())
}

#[tokio::test]
async fn what_is_no_regular_file_is_refused_at_once() -> Tested {
    let root = TempDir::new()?;
    mknodat(CWD, root.path().join("fifo"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    let _socket = UnixListener::bind(root.path().join("socket"))?;
    fs::create_dir(root.path().join("folder"))?;
    fs::write(root.path().join("file"), "")?;
    for store in both(root.path())? {
        for name in ["fifo", "socket", "folder"] {
            assert_eq!(store.open(&path(name), None).await.err(), Some(StoreError::NotADocument), "{name}");
        }
        assert_eq!(store.open(&DocumentPath::root(), None).await.err(), Some(StoreError::NotADocument));
        assert_eq!(store.stat(&path("fifo"), None).await, Err(StoreError::NotADocument));
        assert_eq!(store.stat(&path("folder"), None).await?.kind, Kind::Folder);
        assert_eq!(store.list(&path("file")).await, Err(StoreError::NotAFolder));
        assert_eq!(store.open(&path("file/below"), None).await.err(), Some(StoreError::Missing));
        assert_eq!(store.list(&DocumentPath::root()).await?.hidden, 2);
    }
    assert_eq!(folder(Path::new("/dev")).open(&path("null"), None).await.err(), Some(StoreError::NotADocument));
    Ok(())
}

#[tokio::test]
async fn a_document_without_permission_is_called_denied() -> Tested {
    // The kernel gives this one to nobody for reading, the superuser included.
    let store = folder(Path::new("/proc/sys/vm"));
    assert_eq!(store.open(&path("drop_caches"), None).await.err(), Some(StoreError::Denied));
    assert_eq!(store.stat(&path("drop_caches"), None).await?.kind, Kind::Document);
    Ok(())
}

#[tokio::test]
async fn hard_names_are_served_exactly() -> Tested {
    let root = TempDir::new()?;
    let names: [&[u8]; 9] = [
        b" two  spaces ",
        b"back\\slash",
        b"co:lon",
        b"not \xff utf-8",
        b"-rf",
        b"100%41",
        b"C:\\x",
        "Zo\u{eb} \u{202e}".as_bytes(),
        &[b'x'; 255],
    ];
    for name in names {
        fs::write(root.path().join(OsStr::from_bytes(name)), name)?;
    }
    fs::write(root.path().join("tab\there"), "")?;
    for store in both(root.path())? {
        for name in names {
            assert_eq!(content(&store, name).await?, name);
        }
        let listing = store.list(&DocumentPath::root()).await?;
        assert_eq!((listing.entries.len(), listing.hidden), (names.len(), 1));
        for entry in &listing.entries {
            assert_eq!(content(&store, entry.name.as_bytes()).await?, entry.name.as_bytes());
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_store_that_is_away_says_so_and_comes_back() -> Tested {
    let home = TempDir::new()?;
    let root = home.path().join("root");
    let name = |text: &str| text.parse::<DocumentName>();
    let documents = Documents::open(&[StoreEntry::folder(StoreName::parse("here")?, root.clone())]);
    for round in 0..3 {
        assert_eq!(documents.stat(&Place::named(&name("here:a")?), None).await, Err(StoreError::Unreachable), "{round}");
        assert_eq!(documents.list(&Place::named(&name("here:")?)).await, Err(StoreError::Unreachable));
        assert_eq!(documents.open_document(&Place::named(&name("here:a")?), None).await.err(), Some(StoreError::Unreachable));
        let [(_, Err(problem))] = &documents.check().await[..] else { return Err("the check found nothing".into()) };
        assert!(problem.to_string().contains("create it, mount it"), "{problem}");
        fs::create_dir(&root)?;
        fs::write(root.join("a"), [round])?;
        assert_eq!(documents.check().await, [(StoreName::parse("here")?, Ok(()))]);
        assert_eq!(bytes(documents.open_document(&Place::named(&name("here:a")?), None).await?, ALL).await?, [round]);
        fs::rename(&root, home.path().join(round.to_string()))?;
    }
    fs::write(&root, "a file")?;
    let [(_, Err(Problem::NotAFolder(_)))] = &documents.check().await[..] else { return Err("a file is no store".into()) };
    assert_eq!(documents.stat(&Place::named(&name("other:a")?), None).await, Err(StoreError::Refused(Refusal::UnknownStore)));
    Ok(())
}

#[tokio::test]
async fn a_folder_is_listed_in_the_order_people_expect() -> Tested {
    let root = TempDir::new()?;
    for name in ["Zebra", "scan 10.pdf", "Scan 2.pdf", "äpfel.txt"] {
        fs::write(root.path().join(name), name)?;
    }
    fs::create_dir(root.path().join("b"))?;
    fs::create_dir(root.path().join("A"))?;
    let listing = folder(root.path()).list(&DocumentPath::root()).await?;
    let names: Vec<String> = listing.entries.iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(names, ["A", "b", "Scan 2.pdf", "scan 10.pdf", "Zebra", "äpfel.txt"]);
    let [.., last] = &listing.entries[..] else { return Err("nothing listed".into()) };
    assert_eq!((last.stat.version.size, last.stat.kind), (10, Kind::Document));
    assert_eq!(folder(root.path()).stat(&last.name, None).await?, last.stat);
    assert!(!listing.truncated);
    Ok(())
}

#[tokio::test]
async fn a_huge_folder_is_listed_in_part_and_says_so() -> Tested {
    let root = TempDir::new()?;
    for number in 0..=LISTED_ENTRIES {
        fs::File::create(root.path().join(number.to_string()))?;
    }
    let listing = folder(root.path()).list(&DocumentPath::root()).await?;
    assert_eq!((listing.entries.len(), listing.truncated, listing.hidden), (LISTED_ENTRIES, true, 0));
    Ok(())
}

#[tokio::test]
async fn a_document_that_becomes_shorter_ends_in_an_error() -> Tested {
    for in_pool in [false, true] {
        let root = TempDir::new()?;
        let file = root.path().join("file");
        fs::write(&file, vec![7; 3 * CHUNK_BYTES])?;
        let document = folder(root.path()).open(&path("file"), None).await?;
        if in_pool {
            document.only_in_pool();
        }
        let mut stream = document.read(ALL);
        assert_eq!(stream.next().await.transpose()?.map(|piece| piece.len()), Some(CHUNK_BYTES));
        fs::File::options().write(true).open(&file)?.set_len(CHUNK_BYTES as u64)?;
        let kind = stream.next().await.map(|item| item.map_err(|error| error.kind()));
        assert_eq!(kind, Some(Err(io::ErrorKind::UnexpectedEof)));
        assert!(stream.next().await.is_none());
    }
    Ok(())
}

#[tokio::test]
async fn the_last_byte_is_kept_back_when_the_document_changed_meanwhile() -> Tested {
    let root = TempDir::new()?;
    let file = root.path().join("file");
    fs::write(&file, vec![7; 2 * CHUNK_BYTES])?;
    let document = folder(root.path()).open(&path("file"), None).await?;
    let mut stream = document.read(ALL);
    assert!(stream.next().await.is_some_and(|item| item.is_ok()));
    fs::File::options().append(true).open(&file)?.write_all(b"more")?;
    assert!(stream.next().await.is_some_and(|item| item.is_err()));
    assert!(stream.next().await.is_none());
    Ok(())
}

#[tokio::test]
async fn what_a_document_is_follows_its_bytes_however_often_it_was_told() -> Tested {
    let root = TempDir::new()?;
    let (file, store) = (root.path().join("report.pdf"), folder(root.path()));
    for size in [100, 3 * PROBE_BYTES] {
        let pdf = [&b"%PDF-1.7 "[..], &vec![b' '; size]].concat();
        fs::write(&file, &pdf)?;
        let time = fs::metadata(&file)?.modified()?;
        for later in [Duration::ZERO, TYPE_PROOF, 2 * TYPE_PROOF] {
            let document = store.open(&path("report.pdf"), None).await?;
            let told = document.media_type;
            assert_eq!(told.essence(), "application/pdf");
            assert_eq!(bytes(document, ALL).await?, pdf);
            store.types().told(&rustix::fs::stat(&file)?, b"report.pdf", told, Instant::now() + later);
        }
        assert!(store.types().of(&rustix::fs::stat(&file)?, b"report.pdf").is_some());
        fs::write(&file, [&b"<html>   "[..], &vec![b' '; size]].concat())?;
        fs::File::options().write(true).open(&file)?.set_modified(time)?;
        assert_eq!(store.open(&path("report.pdf"), None).await?.media_type.essence(), "text/html");
    }
    Ok(())
}

#[tokio::test]
async fn buffers_are_recycled_and_bounded() -> Tested {
    let root = TempDir::new()?;
    fs::write(root.path().join("file"), vec![7; 64 * CHUNK_BYTES])?;
    let buffers = Arc::new(Buffers::of(8 * CHUNK_BYTES));
    let store = Folder::new(root.path().to_owned(), buffers.clone());
    let mut stream = store.open(&path("file"), None).await?.read(ALL);
    while let Some(piece) = stream.next().await {
        assert_eq!(piece?.len(), CHUNK_BYTES);
    }
    assert_eq!(buffers.made(), 1);

    // Readers that keep what they got: full pieces while there is room, then small ones, then none until one is given back.
    let mut stream = store.open(&path("file"), None).await?.read(ALL);
    let (mut kept, mut total) = (Vec::new(), 0);
    while total < 8 * CHUNK_BYTES {
        let piece = stream.next().await.ok_or("the file is longer")??;
        total += piece.len();
        kept.push(piece);
    }
    assert_eq!(total, 8 * CHUNK_BYTES);
    assert!(kept.len() > 8);
    assert!(stream.next().now_or_never().is_none());
    kept.clear();
    assert!(stream.next().await.is_some_and(|piece| piece.is_ok()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_range_is_exactly_that_part_of_the_file(size in 0usize..200_000, start in 0u64..220_000, len in 0u64..220_000, in_pool: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let root = TempDir::new()?;
        let data: Vec<u8> = (0..size).map(|i| (i % 251) as u8 ^ (i / 4096) as u8).collect();
        fs::write(root.path().join("file"), &data)?;
        let read = runtime.block_on(async {
            let document = folder(root.path()).open(&path("file"), None).await.expect("it is there");
            if in_pool {
                document.only_in_pool();
            }
            bytes(document, ByteRange { start, end: start + len }).await
        })?;
        let end = size.min((start + len) as usize);
        prop_assert_eq!(&read, &data[end.min(start as usize)..end]);
    }
}
