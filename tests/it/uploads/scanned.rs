//! Documents that are scanned: by clamd itself, and by one that is away.

use super::resumed::{create, patch};
use super::{send, taking, told};
use crate::helpers::{MINUTE, Outcome, until};
use doorward::config::Clamd;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// The harmless file that scanners take for a virus, in two parts so that none takes this file for one.
fn eicar() -> Vec<u8> {
    [&b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"[..], b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

/// A clamd of the test's own, with one signature.
struct Scanner {
    folder: TempDir,
    running: Mutex<Option<Child>>,
}

impl Scanner {
    fn new() -> Outcome<Self> {
        let folder = TempDir::with_prefix("clamd-")?;
        let db = folder.path().join("db");
        fs::create_dir(&db)?;
        fs::write(db.join("local.hdb"), "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Local\n")?;
        let user = if rustix::process::geteuid().is_root() { "User root\n" } else { "" };
        let settings = format!(
            "{user}LocalSocket {socket}\nDatabaseDirectory {db}\nForeground yes\nStreamMaxLength 100M\nLogFile {log}\nTemporaryDirectory {temporary}\n",
            socket = folder.path().join("clamd.ctl").display(),
            db = db.display(),
            log = folder.path().join("clamd.log").display(),
            temporary = folder.path().display(),
        );
        fs::write(folder.path().join("clamd.conf"), settings)?;
        Ok(Self { folder, running: Mutex::default() })
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("clamd.ctl")
    }

    async fn start(&self) -> Outcome {
        let program = ["/usr/sbin/clamd", "/usr/local/sbin/clamd", "/usr/bin/clamd"]
            .into_iter()
            .find(|path| Path::new(path).exists());
        let program = program.ok_or("clamd is not there: install clamav-daemon")?;
        let child = Command::new(program)
            .arg("-c")
            .arg(self.folder.path().join("clamd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        *self.running.lock().map_err(|_| "nobody panics with it")? = Some(child);
        until("clamd listens", || std::os::unix::net::UnixStream::connect(self.socket()).is_ok()).await;
        Ok(())
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        if let Ok(mut running) = self.running.lock()
            && let Some(child) = running.as_mut()
        {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A scanner that finds nothing and answers the first who asks when it is told to.
pub(super) struct SlowScanner {
    folder: TempDir,
    asked: Arc<AtomicUsize>,
    may_answer: Sender<()>,
}

impl SlowScanner {
    pub(super) fn start() -> Outcome<Self> {
        let folder = TempDir::with_prefix("scanner-")?;
        let listener = UnixListener::bind(folder.path().join("clamd.ctl"))?;
        let (asked, (may_answer, may)) = (Arc::new(AtomicUsize::new(0)), channel());
        let count = Arc::clone(&asked);
        // It ends with the process of the test.
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let taken = take_in(&mut stream);
                if count.fetch_add(1, Ordering::SeqCst) == 0 {
                    let _told = may.recv();
                }
                let _answered = taken.and_then(|()| stream.write_all(b"stream: OK\0"));
            }
        });
        Ok(Self { folder, asked, may_answer })
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.folder.path().join("clamd.ctl")
    }

    /// How often it was asked.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Has it answer.
    pub(super) fn answer(&self) -> Outcome {
        Ok(self.may_answer.send(())?)
    }
}

/// Reads a command with the pieces of a file, down to the one of no length.
fn take_in(stream: &mut UnixStream) -> io::Result<()> {
    stream.read_exact(&mut [0; b"zINSTREAM\0".len()])?;
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        match u32::from_be_bytes(length) {
            0 => return Ok(()),
            length => drop(io::copy(&mut stream.take(length.into()), &mut io::sink())?),
        }
    }
}

#[tokio::test]
async fn clamd_lets_clean_documents_through_and_what_it_finds_is_removed() -> Outcome {
    let scanner = Scanner::new()?;
    scanner.start().await?;
    let socket = scanner.socket();
    let (app, share, client) = taking(move |config| config.uploads.clamd = Some(Clamd::Socket(socket.clone()))).await?;
    assert_eq!(send(&client, &share, &[("clean.txt", b"a letter"), ("letter.txt", &eicar())]).await?.code(), 303);
    let page = client.get(&share.uploads()).await?;
    assert!(page.says("received") && page.says("removed, because a virus was found in it"), "{}", page.text());
    assert_eq!(app.inbox(&share)?.keys().collect::<Vec<_>>(), ["clean.txt"]);
    assert_eq!(app.spooled()?, 0);
    assert_eq!(app.events("upload.received")[0]["scan"], "clean");
    assert!(
        app.events("upload.refused")[0]["why"]["infected"]
            .as_str()
            .is_some_and(|found| found.contains("Eicar"))
    );
    let at = create(&client, &share, "again.txt", eicar().len()).await?;
    let last = patch(&client, at.location(), 0, &eicar()).await?;
    assert_eq!(last.code(), 422, "{}", last.text());
    told(&app, "a virus was found in it").await;
    Ok(())
}

#[tokio::test]
async fn a_document_waits_while_the_scanner_that_is_required_is_away() -> Outcome {
    let scanner = Scanner::new()?;
    let socket = scanner.socket();
    let (app, share, client) = taking(move |config| config.uploads.clamd = Some(Clamd::Socket(socket.clone()))).await?;
    assert_eq!(send(&client, &share, &[("clean.txt", b"a letter"), ("letter.txt", &eicar())]).await?.code(), 303);
    assert!(client.get(&share.uploads()).await?.says("complete, and being checked"));
    assert_eq!((app.inbox(&share)?.len(), app.spooled()?), (0, 2));
    scanner.start().await?;
    let both_are_looked_at = || {
        app.pass(MINUTE);
        app.events("upload.received").len() + app.events("upload.refused").len() == 2
    };
    until("both are looked at", both_are_looked_at).await;
    assert_eq!(app.inbox(&share)?.keys().collect::<Vec<_>>(), ["clean.txt"]);
    until("nothing is left behind", || app.spooled().is_ok_and(|left| left == 0)).await;
    Ok(())
}

#[tokio::test]
async fn where_the_scanner_is_not_required_its_silence_is_put_down() -> Outcome {
    let (app, share, client) = taking(|config| {
        config.uploads.clamd = Some(Clamd::Socket("/nonexistent/clamd.ctl".into()));
        config.uploads.scan_required = false;
    })
    .await?;
    assert_eq!(send(&client, &share, &[("clean.txt", b"a letter")]).await?.code(), 303);
    assert_eq!(app.inbox(&share)?.len(), 1);
    assert_eq!(app.events("upload.received")[0]["scan"], "none");
    Ok(())
}
