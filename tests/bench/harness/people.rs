//! A ledger with people in it: shares, their recipients, and a session of each, put down as events.

use crate::Fallible;
use doorward::crypto::keys::KeyRing;
use doorward::crypto::random::{CookieSecret, bytes};
use doorward::crypto::sealed::{Private, Subject};
use doorward::domain::bounds::RECEIPT_WINDOW;
use doorward::domain::document::{DocumentName, DocumentPath, StoreName};
use doorward::domain::ids::{ChallengeId, GuestId, ReceiptId, RecipientId, SessionId, ShareId, StaffId};
use doorward::domain::language::Language;
use doorward::domain::notify::Notify;
use doorward::domain::policy::{Delivery, Policy, Strength};
use doorward::domain::range::RangeSet;
use doorward::domain::receipt::{Action, Outcome, Proved};
use doorward::domain::scope::{Item, ItemKind};
use doorward::domain::shown::Shown;
use doorward::domain::time::{Clock, SystemClock, Timestamp};
use doorward::domain::version::FileVersion;
use doorward::gate::admit::{SessionFacts, admit_document, admit_session};
use doorward::gate::refusal::Refusal;
use doorward::ledger::Ledger;
use doorward::ledger::disk::RealDisk;
use doorward::ledger::event::{Actor, Event, Origin};
use doorward::ledger::open::OpenOptions;
use doorward::ledger::state::{ReceiptKey, State};
use doorward::ledger::tx::{Class, Tx, Unavailable};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A recipient of a share who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// Of which share.
    pub share: ShareId,
    /// The cookie of the session, as a browser sends it.
    pub cookie: (String, String),
    recipient: RecipientId,
    guest: GuestId,
    session: SessionId,
    facts: SessionFacts,
    store: StoreName,
}

const LIFE: Duration = Duration::from_secs(8 * 3600);
const DAYS: Duration = Duration::from_secs(30 * 24 * 3600);
const POLICY: Policy =
    Policy { delivery: Delivery::Download, disclaimer: false, mark: Strength::Medium, print: false, text: false, upload: false };

/// Opens the ledger of a data directory, which is begun when there is none.
pub fn open(data: &Path) -> Fallible<Ledger> {
    for folder in [data.to_owned(), data.join("keys")] {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let clock = Arc::new(SystemClock::start());
    let fresh = !data.join("ledger").exists();
    let keys = Arc::new(KeyRing::open(&data.join("keys").join("ring.json"), fresh, clock.now())?);
    let options = OpenOptions { data: data.to_owned(), disk: Arc::new(RealDisk), clock, keys, accept_clock: false };
    Ok(Ledger::open(options)?.0)
}

/// Puts down `shares` of the folder `documents` of the store `documents`, with so many recipients each, all signed in.
pub async fn invite(ledger: &Ledger, shares: usize, recipients: usize) -> Fallible<Vec<Person>> {
    let mut people = Vec::with_capacity(shares * recipients);
    let first = ledger.state().shares.len();
    for number in first..first + shares {
        let share = ShareId::from_bytes(bytes());
        let items = vec![Item { label: "documents".to_owned(), name: "documents:documents".parse()?, kind: ItemKind::Folder }];
        let mut events = vec![];
        let now = SystemClock::start().now();
        let of_share = Subject::Share(share);
        events.push(Event::ShareCreated {
            share,
            owner: StaffId::from_bytes([9; 16]),
            by: Actor::Server,
            items: Private::new(of_share, Arc::new(items)),
            subject: Private::new(of_share, "Documents".to_owned()),
            message: Private::new(of_share, String::new()),
            language: Language::English,
            policy: POLICY,
            expires: now.plus(DAYS),
        });
        events.push(Event::NoticesSet { share, by: Actor::Server, notify: Notify::Off, remind: None });
        for n in 0..recipients {
            let (recipient, guest) = (RecipientId::from_bytes(bytes()), GuestId::from_bytes(bytes()));
            let (session, cookie, device) = (SessionId::from_bytes(bytes()), CookieSecret::draw(), CookieSecret::draw());
            let address = format!("guest{n}.{number}@example.org").parse()?;
            let facts = SessionFacts { share, token: Some(cookie.hash()), used: None, idle: LIFE, ask_anew: false };
            events.push(Event::GuestSeen { guest, address: Private::new(Subject::Guest(guest), address) });
            events.push(Event::RecipientAdded { share, recipient, guest, key: 1 });
            events.push(Event::SessionOpened {
                session,
                share,
                recipient,
                challenge: ChallengeId::from_bytes(bytes()),
                invited: None,
                token: cookie.hash(),
                device: device.hash(),
                device_until: now.plus(DAYS),
                expires: now.plus(LIFE),
                proved: Some(Proved::Mailed),
                origin: Private::new(Subject::Guest(guest), origin()),
            });
            let cookie = (format!("__Host-dw-s-{share}"), cookie.expose());
            people.push(Person { share, cookie, recipient, guest, session, facts, store: "documents".parse()? });
        }
        let put = move |t: &mut Tx<'_>| {
            events.iter().cloned().for_each(|event| t.emit(event));
            Ok::<_, Unavailable>(())
        };
        ledger.tx(Class::First, put).await?;
    }
    Ok(people)
}

/// The version of the `n`th document.
const fn version(n: usize) -> FileVersion {
    FileVersion { device: 1, inode: n as u64 + 1, entity: None, id: None, size: 102_400, mtime_ns: 1_790_000_000_000_000_000 }
}

fn origin() -> Origin {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned();
    Origin { address: "192.0.2.17".to_owned(), agent, signs: Default::default() }
}

impl Person {
    /// Has a receipt made for the `n`th document, decided as the gate does it: session, share, scope, and whether one is open already.
    pub async fn receipt(&self, ledger: &Ledger, n: usize) -> Result<ReceiptId, Refusal> {
        let id = ReceiptId::from_bytes(bytes());
        let path: DocumentPath = format!("documents/{n:07}.pdf").parse().map_err(|_| Refusal::NoSession)?;
        let who = self.clone();
        let decide = move |t: &mut Tx<'_>| {
            let name = who.admitted(t.state(), &path, t.now())?;
            let key = ReceiptKey::new(who.session, Action::Download, &name, &version(n));
            if let Some(open) = t.state().open_receipt(key, t.now()) {
                return Ok(open.id);
            }
            t.emit(who.start(id, name, version(n), t.now()));
            Ok(id)
        };
        ledger.tx(Class::Ordinary, decide).await
    }

    /// Which document a path means, if this person may have it now.
    pub fn admitted(&self, state: &State, path: &DocumentPath, now: Timestamp) -> Result<DocumentName, Refusal> {
        let permit = admit_document(admit_session(state, self.facts, now)?, path, Action::Download)?;
        Ok(permit.covered().name.clone())
    }

    /// The event of a receipt for the `n`th document.
    pub fn started(&self, n: usize, now: Timestamp) -> Event {
        let name = DocumentName { store: self.store.clone(), path: DocumentPath::root() };
        self.start(ReceiptId::from_bytes(bytes()), name, version(n), now)
    }

    fn start(&self, receipt: ReceiptId, name: DocumentName, version: FileVersion, now: Timestamp) -> Event {
        Event::ReceiptStarted {
            receipt,
            share: self.share,
            recipient: self.recipient,
            guest: self.guest,
            session: self.session,
            document: Private::new(Subject::Share(self.share), name),
            version,
            action: Action::Download,
            ends: now.plus(RECEIPT_WINDOW),
            proved: Some(Proved::Mailed),
            origin: Private::new(Subject::Guest(self.guest), origin()),
        }
    }

    /// Closes a receipt.
    pub async fn end(&self, ledger: &Ledger, receipt: ReceiptId) -> Result<(), Unavailable> {
        let (share, guest) = (self.share, self.guest);
        let close = move |t: &mut Tx<'_>| {
            let (ended, ranges) = (t.now(), RangeSet::default());
            let (outcome, shown) = (Outcome::Complete, Shown::default());
            t.emit(Event::ReceiptEnded { receipt, share, guest, ended, bytes: 102_400, opens: 1, outcome, ranges, shown });
            Ok(())
        };
        ledger.tx(Class::Ordinary, close).await
    }
}
