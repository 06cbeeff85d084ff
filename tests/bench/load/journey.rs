//! One recipient's whole way, each step timed.

use harness::Fallible;
use harness::browser::{Answer, Door};
use harness::mailbox::Mailbox;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Longest wait for a code.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody with a link.
#[derive(Clone)]
pub struct Guest {
    /// Their number; it decides where they come from.
    pub number: usize,
    /// Their address.
    pub address: String,
    /// The path of their link.
    pub link: String,
}

/// Steps with the time each took, in order.
pub type Steps = Vec<(&'static str, Duration)>;

/// What guests are to find.
#[derive(Clone)]
pub struct Wanted {
    /// The server.
    pub door: Door,
    /// Where codes come.
    pub mailbox: Mailbox,
    /// How many documents the list names.
    pub documents: usize,
    /// The content of each.
    pub content: Arc<Vec<u8>>,
}

/// Somebody who is in.
pub struct Arrived {
    /// Cookies.
    pub cookies: Vec<(String, String)>,
    /// Where the list is.
    pub list: String,
    /// What took how long.
    pub steps: Steps,
}

struct Watch(Instant, Steps);

impl Watch {
    fn lap(&mut self, name: &'static str) {
        let now = Instant::now();
        self.1.push((name, now - self.0));
        self.0 = now;
    }
}

/// Comes back over a new connection: looks at the list and takes one of its documents.
pub async fn visit(number: usize, who: &Arrived, which: usize, wanted: &Wanted) -> Fallible {
    let mut browser = wanted.door.connect(number).await?.with(who.cookies.clone());
    let found = on_list(browser.get(&who.list).await?.page(200)?, &who.list);
    let document = found.get(which).ok_or("the document is not on the list")?;
    wanted.is(&browser.get(document).await?)
}

/// Opens the link, agrees, gets the code from the mailbox, gives it, looks at the list, and with `all` downloads what is on it.
pub async fn go(guest: Guest, wanted: Wanted, all: bool) -> Fallible<Arrived> {
    let mut watch = Watch(Instant::now(), Vec::new());
    let mut browser = wanted.door.connect(guest.number).await?;
    watch.lap("connect");
    let page = browser.get(&guest.link).await?;
    page.page(200)?;
    watch.lap("open the link");
    let (token, digest) = (page.value("token").ok_or("no form")?, page.value("digest").unwrap_or_default());
    let code = wanted.mailbox.code(&guest.address);
    let at = browser.post(&guest.link, &[("token", &token), ("digest", &digest)]).await?.goes_to()?;
    watch.lap("agree");
    let form = browser.get(&at).await?;
    form.page(200)?;
    watch.lap("page for the code");
    let code = timeout(PATIENCE, code).await??;
    watch.lap("mail");
    let token = form.value("token").ok_or("no form for a code")?;
    let list = browser.post(&at, &[("token", &token), ("code", &code)]).await?.goes_to()?;
    watch.lap("give the code");
    let page = browser.get(&list).await?;
    let documents = on_list(page.page(200)?, &list);
    watch.lap("list");
    if documents.len() != wanted.documents {
        return Err(format!("{} documents on the list instead of {}", documents.len(), wanted.documents).into());
    }
    for document in documents.iter().filter(|_| all) {
        wanted.is(&browser.get(document).await?)?;
        watch.lap("download");
    }
    Ok(Arrived { cookies: browser.cookies(), list, steps: watch.1 })
}

impl Wanted {
    /// Whether an answer is the document, byte for byte.
    fn is(&self, answer: &Answer) -> Fallible {
        if answer.status == 200 && answer.body[..] == self.content[..] {
            return Ok(());
        }
        Err(format!("{} with {} bytes that are not the document", answer.status, answer.body.len()).into())
    }
}

/// Addresses of documents on a list's page.
fn on_list(page: &str, list: &str) -> Vec<String> {
    let below = format!("{list}f/");
    let mut found: Vec<String> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|address| address.starts_with(&below) && !address.contains('?'))
        .map(str::to_owned)
        .collect();
    found.dedup();
    found
}
