//! More ask for documents than their store can give: those who were let in get theirs, the others are told at once to come again.

use crate::helpers::{Outcome, Shared, TestApp, documents, soon, until};
use doorward::config::store::{Http, Listing, SignIn, Web};
use doorward::config::{StoreEntry, StoreKind};
use doorward::domain::document::StoreName;
use doorward::server::tls::install_provider;
use doorward::web::api::wire::CreateShare;
use futures_util::future::{join_all, select_all, try_join_all};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Requests that are let in: one that the store is asked, and two that wait.
const LET_IN: usize = 3;

/// A document server that answers while it is let.
struct Server {
    port: u16,
    lets: watch::Sender<bool>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, (lets, let_in), asked) = (listener.local_addr()?.port(), watch::channel(true), Arc::<AtomicUsize>::default());
        let counted = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, let_in.clone(), Arc::clone(&counted)));
            }
        });
        Ok(Self { port, lets, asked })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// The program with this server as its store `slow`, beside its folder.
    async fn app(&self) -> Outcome<TestApp> {
        install_provider();
        let url = format!("http://127.0.0.1:{}/", self.port);
        TestApp::with(move |config| {
            let web = Web { url: url.parse().expect("it is an address"), sign_in: SignIn::Nobody, ca_file: None, networks: Vec::new() };
            let name = StoreName::parse("slow").expect("it is a name");
            let kind = StoreKind::Http(Http { web, listing: Listing::Json });
            config
                .store
                .push(StoreEntry { kind, calls: 1, waiting: LET_IN - 1, ..StoreEntry::folder(name, PathBuf::new()) });
        })
        .await
    }
}

/// Answers one request on each connection: `/folder` is a folder, and every other path the same document.
async fn answer(mut stream: TcpStream, mut let_in: watch::Receiver<bool>, asked: Arc<AtomicUsize>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    asked.fetch_add(1, Ordering::SeqCst);
    let _ = let_in.wait_for(|lets| *lets).await;
    let path = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
    let is_head = head.starts_with(b"HEAD");
    let (status, field, body) = match path.as_str() {
        "/folder" => ("301 Moved Permanently", "location: /folder/", ""),
        "/folder/" => ("200 OK", "content-type: application/json", "[]"),
        _ => ("200 OK", "etag: \"one\"\r\nlast-modified: Thu, 01 Oct 2026 08:00:00 GMT", "the slow"),
    };
    let (length, body) = (body.len(), if is_head { "" } else { body });
    let told = format!("HTTP/1.1 {status}\r\n{field}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(told.as_bytes()).await
}

async fn shared(app: &TestApp, names: &[&str]) -> Outcome<Shared> {
    let wanted = documents(names);
    app.share(CreateShare { pin: Some(false), ..wanted }).await
}

#[tokio::test]
async fn whoever_was_let_in_gets_the_document_and_one_more_is_told_at_once_to_come_again() -> Outcome {
    let server = Server::start().await?;
    let app = server.app().await?;
    app.put("quick.txt", "the quick")?;
    let share = shared(&app, &["slow:folder", "documents:quick.txt"]).await?;
    let other = shared(&app, &["slow:slow.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    client.enter(&other).await?;
    let (before, lines) = (server.asked(), app.lines());
    server.lets.send_replace(false);
    let crowd: Vec<_> = (0..4 * LET_IN).map(|_| client.twin()).collect();
    let slow = share.document("folder/slow.txt");
    let mut asking: Vec<_> = crowd.iter().map(|one| Box::pin(one.get(&slow))).collect();
    let mut refused = Vec::new();
    while asking.len() > LET_IN {
        let (first, _, rest) = soon(select_all(asking)).await;
        refused.push(first?);
        asking = rest;
    }
    for answer in refused {
        assert_eq!((answer.code(), answer.header("retry-after")), (503, "5"), "{}", answer.text());
        assert!(answer.says("A moment, please"), "{}", answer.text());
    }
    until("the store is asked for the first of them", || server.asked() > before).await;
    assert_eq!((server.asked(), app.lines()), (before + 1, lines), "those who were refused cost the store and the ledger nothing");
    assert_eq!(client.get(&share.document("quick.txt")).await?.text(), "the quick", "the other store does not notice");
    let list = client.get(&share.page()).await?;
    assert!(list.code() == 200 && list.says("quick.txt"), "nor does the list, but for the line: {}", list.text());
    assert_eq!(client.get(&other.page()).await?.code(), 503, "a list of nothing else is refused as a whole");
    assert_eq!(server.asked(), before + 1, "nor do lists ask a store that has no turn left");
    server.lets.send_replace(true);
    // Each of them asks the store twice: whether it is a folder, and for the document.
    for answer in try_join_all(asking).await? {
        assert_eq!((answer.code(), answer.text().as_str()), (200, "the slow"));
    }
    for answer in join_all(crowd.iter().take(LET_IN).map(|one| one.get(&slow))).await {
        assert_eq!(answer?.code(), 200, "afterwards all is as before");
    }
    Ok(())
}
