//! The gate: the only layer that opens a document or writes an event.
//!
//! The life of a link: `issue` makes it, `consent` takes the agreement, `challenge` proves the mailbox, `session` keeps the person in, `deliver`
//! hands documents over with a receipt, `upload` takes some in, `manage` extends or stops it, `sweeper` tells its end. `admit` decides each time, purely.

pub mod admit;
pub mod archive;
pub mod audit;
pub mod bounces;
pub mod budget;
pub mod challenge;
pub mod consent;
pub mod counts;
mod covering;
pub mod crowd;
pub mod deliver;
pub mod device;
mod disclaimers;
mod ending;
pub mod gateways;
mod gathered;
pub mod guests;
pub mod issue;
mod letters;
pub mod listing;
pub mod manage;
mod notices;
pub mod outbox;
pub mod permit;
pub mod pins;
pub mod progress;
pub mod read_out;
pub mod readers;
pub mod receipts;
pub mod redactions;
pub mod refusal;
mod reminders;
pub mod report;
pub mod said;
pub mod session;
pub mod settings;
pub mod shares;
pub mod signs;
pub mod start;
pub mod stores;
pub mod stream;
pub mod sweeper;
mod told;
mod turns;
pub mod upload;
pub mod view;
pub mod views;
mod visit;

use crate::crypto::keys::KeyRing;
use crate::documents::Documents;
use crate::documents::kept::Kept;
use crate::domain::language::Language;
use crate::domain::policy::Delivery;
use crate::domain::time::{Clock, Timestamp};
use crate::gate::archive::running::Running;
use crate::gate::counts::Counts;
use crate::gate::crowd::Crowd;
use crate::gate::pins::Noticed;
use crate::gate::progress::Progress;
use crate::gate::session::LastUse;
use crate::gate::settings::Settings;
use crate::gate::signs::Openings;
use crate::gate::upload::spool::Spool;
use crate::gate::view::open::OpenViews;
use crate::ledger::Ledger;
use crate::ledger::event::Event;
pub use crate::ledger::event::{Actor, Origin};
use crate::limit::cut::CutRegistry;
use crate::limit::rate::{Action, Limiter};
use crate::mail::Mailer;
use crate::preview::pool::Preview;
use crate::words::{Languages, Words, figures};
use refusal::Refusal;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Notify;

/// The gate with all that it works on.
#[derive(Debug)]
pub struct Gate {
    /// Archives on their way.
    archives: Arc<Running>,
    /// The only source of the present.
    clock: Arc<dyn Clock>,
    /// Requests that change nothing, counted until the hour is over.
    counts: Counts,
    /// What everybody together did within the last hour.
    crowd: Arc<Crowd>,
    /// Running downloads and pictures under way that a revocation must reach.
    cuts: CutRegistry,
    /// The stores.
    documents: Documents,
    /// Sealed copies of pinned documents.
    kept: Kept,
    /// Keys of links, forms and entity tags.
    keys: Arc<KeyRing>,
    /// When sessions were last used.
    last_use: LastUse,
    /// The truth.
    ledger: Ledger,
    /// How often a client network may ask.
    limiter: Limiter,
    /// Told when a mail was queued.
    mail_queued: Arc<Notify>,
    /// The way mails go out.
    mailer: Mailer,
    /// Pinned documents that somebody met changed.
    noticed: Noticed,
    /// Links opened within the last seconds.
    openings: Openings,
    /// Pages of documents as pictures.
    preview: Arc<Preview>,
    /// How far running downloads and views are.
    progress: Progress,
    /// The configuration, as far as the gate needs it.
    settings: Settings,
    /// Uploads until they are in their store.
    spool: Spool,
    /// Views that are open now.
    views: Arc<OpenViews>,
    /// The words of mails and pages.
    words: Arc<Languages>,
}

/// What a gate is made of.
#[derive(Debug)]
pub struct Parts {
    /// The only source of the present.
    pub clock: Arc<dyn Clock>,
    /// The stores.
    pub documents: Documents,
    /// Sealed copies of pinned documents.
    pub kept: Kept,
    /// Keys of links, forms and entity tags.
    pub keys: Arc<KeyRing>,
    /// The truth.
    pub ledger: Ledger,
    /// How often a client network may ask.
    pub limiter: Limiter,
    /// The way mails go out.
    pub mailer: Mailer,
    /// Pages of documents as pictures.
    pub preview: Arc<Preview>,
    /// The configuration, as far as the gate needs it.
    pub settings: Settings,
    /// Uploads until they are in their store.
    pub spool: Spool,
    /// The words of mails and pages.
    pub words: Arc<Languages>,
}

impl Gate {
    /// Puts the gate together; whatever the ledger commits from now on reaches running downloads and the outbox.
    pub fn new(parts: Parts) -> Arc<Self> {
        let (mail_queued, views) = (Arc::new(Notify::new()), Arc::new(OpenViews::default()));
        let cuts = CutRegistry::default();
        let crowd =
            Arc::new(Crowd::new(&parts.ledger.state(), parts.clock.now(), parts.settings.alarm_failures, parts.settings.code_mails.all));
        parts.ledger.on_commit({
            let reached = Reached { cuts: cuts.clone(), views: Arc::clone(&views), preview: Arc::clone(&parts.preview) };
            let (mail_queued, crowd, clock) = (Arc::clone(&mail_queued), Arc::clone(&crowd), Arc::clone(&parts.clock));
            Box::new(move |event| match event {
                Event::MailQueued { .. } => mail_queued.notify_one(),
                Event::CodeFailed { .. } | Event::CodeSent { .. } => crowd.note(event, clock.now()),
                event => reached.reach_out(event),
            })
        });
        let Parts { clock, documents, kept, keys, ledger, limiter, mailer, preview, settings, spool, words } = parts;
        let (counts, last_use, progress) = (Counts::default(), LastUse::default(), Progress::default());
        Arc::new(Self {
            archives: Arc::default(),
            clock,
            counts,
            crowd,
            cuts,
            documents,
            kept,
            keys,
            last_use,
            ledger,
            limiter,
            mail_queued,
            mailer,
            noticed: Noticed::default(),
            openings: Openings::default(),
            preview,
            progress,
            settings,
            spool,
            views,
            words,
        })
    }

    /// The work that goes on beside requests: mail, mails that came back, what becomes due, progress of downloads and their end,
    /// uploads that wait for something. It ends when the future is dropped.
    pub async fn work(self: Arc<Self>) {
        tokio::join!(
            Arc::clone(&self).mail(),
            self.take_bounces(),
            self.sweep(),
            self.put_progress_down(),
            self.end_deliveries(),
            Arc::clone(&self).settle_uploads()
        );
    }

    /// Counts a request against its client's network.
    pub fn limit(&self, action: Action, client: IpAddr) -> Result<(), Refusal> {
        self.limiter.check(action, client).map_err(Refusal::RateLimited)
    }

    /// The only source of the present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The words in a language.
    pub fn words(&self, language: Language) -> &Words {
        self.words.of(language)
    }

    /// Keys of forms.
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Requests that change nothing.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The ledger, for those who read or export it.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The stores.
    pub const fn documents(&self) -> &Documents {
        &self.documents
    }

    /// Pages as pictures.
    pub fn preview(&self) -> &Preview {
        &self.preview
    }

    /// The way mails go out.
    pub const fn mailer(&self) -> &Mailer {
        &self.mailer
    }

    /// Downloads that are running now, and pictures under way.
    pub fn running(&self) -> usize {
        self.cuts.watched()
    }

    /// A moment as people in the organisation's time zone write it.
    pub fn moment(&self, words: &Words, at: Timestamp) -> String {
        figures::moment(words, &at.in_zone(&self.settings.zone))
    }

    /// A moment soon from now, as it stands after "at".
    pub fn when(&self, words: &Words, at: Timestamp) -> String {
        let (at, now) = (at.in_zone(&self.settings.zone), self.clock.now().in_zone(&self.settings.zone));
        figures::when(words, &at, &now)
    }

    /// How far the machine's wall clock was moved away from the program's.
    pub fn drift_millis(&self) -> i64 {
        self.clock.drift_millis()
    }
}

/// What a committed event reaches outside of the state.
struct Reached {
    cuts: CutRegistry,
    views: Arc<OpenViews>,
    preview: Arc<Preview>,
}

impl Reached {
    fn reach_out(&self, event: &Event) {
        match event {
            Event::RecipientRevoked { recipient, .. } => {
                self.cuts.cut_recipient(*recipient);
                self.views.end(&self.preview, |whose| whose.recipient == *recipient);
            }
            Event::SessionClosed { session, .. } => {
                self.cuts.cut_session(*session);
                self.views.end(&self.preview, |whose| whose.session == *session);
            }
            Event::ShareRevoked { share, .. } => {
                self.cuts.cut_share(*share);
                self.views.end(&self.preview, |whose| whose.share == *share);
            }
            // Originals go out no more, and a copy or a picture under way may hold what is covered now; viewers ask for their pictures again.
            Event::RedactionAdded { share, .. }
            | Event::ShareUpdated { share, delivery: Some(Delivery::Preview | Delivery::Watermarked), .. } => self.cuts.cut_share(*share),
            // A nearer end cuts what runs when it comes, a later one lets it run on.
            Event::ShareUpdated { share, expires: Some(_), .. } => self.cuts.look_again_share(*share),
            _ => {}
        }
    }
}
