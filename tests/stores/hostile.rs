//! Web servers that do not do as they should: a small one on loopback that says whatever a test has it say.

mod listing;
mod reading;
mod writing;

use crate::rig::{Outcome, entry_of};
use doorward::documents::read::OpenDocument;
use doorward::documents::{Documents, Listing, Place, Stat, StoreError};
use doorward::domain::document::{DocumentName, DocumentPath};
use doorward::domain::range::ByteRange;
use futures_util::TryStreamExt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Where the store begins at the server.
const BASE: &str = "/base";
const SECRET: &str = "swordfish";

/// What the server says to a request.
enum Says {
    /// These bytes, then the end of the connection.
    This(Vec<u8>),
    /// These bytes, then the same piece again and again.
    Forever(Vec<u8>, Vec<u8>),
    /// These bytes, and then it stays as it is.
    Stuck(Vec<u8>),
    /// Nothing, though it stays.
    Nothing,
}

/// An answer with a body whose length is told.
fn answer(status: &str, fields: &str, body: impl AsRef<[u8]>) -> Says {
    let body = body.as_ref();
    Says::This(
        [format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{fields}\r\n", body.len()).as_bytes(), body].concat(),
    )
}

/// An answer as it is.
fn raw(text: impl Into<Vec<u8>>) -> Says {
    Says::This(text.into())
}

/// A server, and a store that lies there.
struct Hostile {
    documents: Documents,
    seen: Arc<Mutex<Vec<String>>>,
    port: u16,
    serving: JoinHandle<()>,
    _home: TempDir,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Hostile {
    /// Starts one that answers by the first line of a request; `keys` stand in the section of the store's kind.
    async fn start(kind: &str, keys: &str, says: impl Fn(&str) -> Says + Send + Sync + 'static) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let documents = store(kind, keys, &format!("http://127.0.0.1:{port}{BASE}"))?;
        let (seen, says) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(says));
        let log = Arc::clone(&seen);
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (says, log) = (Arc::clone(&says), Arc::clone(&log));
                // A client that goes away early is none of the server's worries.
                tokio::spawn(async move { drop(serve(client, says.as_ref(), &log).await) });
            }
        });
        let (home, documents) = documents;
        Ok(Self { documents, seen, port, serving, _home: home })
    }

    /// The requests so far: their heads.
    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn place(at: &str) -> Place {
        let path = DocumentPath::from_bytes(at.as_bytes()).expect("tests name valid paths");
        Place::named(&DocumentName { store: "odd".parse().expect("it is a name"), path })
    }

    async fn stat(&self, at: &str) -> Result<Stat, StoreError> {
        self.documents.stat(&Self::place(at), None).await
    }

    async fn list(&self, at: &str) -> Result<Listing, StoreError> {
        self.documents.list(&Self::place(at)).await
    }

    async fn open(&self, at: &str) -> Result<OpenDocument, StoreError> {
        self.documents.open_document(&Self::place(at), None).await
    }

    /// What the operator is told.
    async fn problem(&self) -> String {
        let found = self.documents.check().await;
        found
            .into_iter()
            .filter_map(|(_, answer)| answer.err())
            .map(|problem| problem.to_string())
            .collect()
    }
}

/// The one store of a configuration.
fn store(kind: &str, keys: &str, url: &str) -> Outcome<(TempDir, Documents)> {
    doorward::server::tls::install_provider();
    let home = TempDir::new()?;
    std::fs::write(home.path().join("secret"), SECRET)?;
    let writable = kind == "webdav";
    let text = format!(
        "[[store]]\nname = \"odd\"\nkind = \"{kind}\"\ntimeout = \"1s\"\ntries = 1\nwritable = {writable}\n[store.{kind}]\nurl = \"{url}\"\n{keys}\n"
    );
    let entry = entry_of(home.path(), &text)?;
    Ok((home, Documents::open(&[entry])))
}

async fn serve(mut client: TcpStream, says: &(impl Fn(&str) -> Says + ?Sized), log: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    log.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
    let said = says(&head);
    if let Says::Nothing = said {
        return std::future::pending().await;
    }
    // A body that breaks off is answered by nobody.
    client.read_exact(&mut vec![0; length]).await?;
    match said {
        Says::This(bytes) => client.write_all(&bytes).await?,
        Says::Forever(bytes, again) => {
            client.write_all(&bytes).await?;
            loop {
                client.write_all(&again).await?;
            }
        }
        Says::Stuck(bytes) => {
            client.write_all(&bytes).await?;
            std::future::pending::<()>().await;
        }
        Says::Nothing => {}
    }
    client.shutdown().await
}

async fn bytes(document: OpenDocument, start: u64) -> io::Result<Vec<u8>> {
    document
        .read(ByteRange { start, end: u64::MAX })
        .try_fold(Vec::new(), |all, piece| async move { Ok([&all[..], &piece].concat()) })
        .await
}
