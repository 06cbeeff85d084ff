//! Joins everything: from a configuration to a gate with its pages and its API. `serve`, `quickstart` and the tests build the program here.

use crate::config::{CodeDelivery as Mailed, Config, DisclaimerEntry, Rate as Configured, Security as Guarded, Transport};
use crate::crypto::keys::{KeyRing, KeyRingError};
use crate::crypto::primitives::{sha256, to_hex};
use crate::documents::Documents;
use crate::documents::kept::Kept;
use crate::domain::disclaimer::{Disclaimer, Translation};
use crate::domain::time::Clock;
use crate::gate::bounces::Bounces;
use crate::gate::budget::CodeMails;
use crate::gate::settings::{CodeDelivery, Settings, Template, Verify};
use crate::gate::start::Configured as StartWith;
use crate::gate::upload::spool::Spool;
use crate::gate::{Gate, Parts};
use crate::ledger::Ledger;
use crate::ledger::disk::{Disk, RealDisk};
use crate::ledger::open::{OpenError, OpenOptions};
use crate::ledger::start::Report;
use crate::limit::rate::{Limiter, Rate, RateLimits};
use crate::mail::{Directory, Dkim, Maildir, Mailer, Security, Sender, Smtp, SmtpSettings};
use crate::preview::pool::{Preview, Settings as Bounds};
use crate::preview::spawner::Spawner;
use crate::server::ServerLimits;
use crate::web::Web;
use crate::words::Languages;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Why the parts cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// The key of signatures in mails.
    #[error("[mail.dkim]: {0}")]
    Dkim(String),
    /// A folder cannot be made.
    #[error("{0}: {1}")]
    Folder(String, io::Error),
    /// The key ring.
    #[error(transparent)]
    Keys(#[from] KeyRingError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] OpenError),
    /// The mail settings.
    #[error("[mail.smtp]: {0}")]
    Mail(String),
    /// The texts of this build.
    #[error(transparent)]
    Words(#[from] crate::words::BrokenCatalogue),
}

/// What stands in for the real world in tests.
#[derive(Debug)]
pub struct Outside {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The disk of the ledger.
    pub disk: Arc<dyn Disk>,
    /// The way mails go out; as configured when there is none.
    pub mailer: Option<Mailer>,
    /// What starts the processes that draw previews; without it there are none.
    pub spawner: Option<Spawner>,
    /// Take a clock that cannot be right.
    pub accept_clock: bool,
}

impl Outside {
    /// The real world.
    pub fn real(clock: Arc<dyn Clock>, spawner: Option<Spawner>, accept_clock: bool) -> Self {
        Self { clock, disk: Arc::new(RealDisk), mailer: None, spawner, accept_clock }
    }
}

/// The program, joined and not yet listening.
#[derive(Debug)]
pub struct Assembled {
    /// The gate.
    pub gate: Arc<Gate>,
    /// The pages.
    pub web: Web,
    /// How the ledger was opened.
    pub report: Report,
    /// What the gate begins with.
    pub start_with: StartWith,
}

/// Joins the program of a configuration. Key ring and folders are made for a data directory that has no ledger yet, and only then.
pub fn assemble(config: &Config, outside: Outside) -> Result<Assembled, AssembleError> {
    let words = Arc::new(Languages::all()?);
    private_folder(&config.data)?;
    private_folder(&config.data.join("keys"))?;
    private_folder(&config.data.join("uploads"))?;
    let fresh = !config.data.join("ledger").exists();
    let keys = Arc::new(KeyRing::open(&config.data.join("keys").join("ring.json"), fresh, outside.clock.now())?);
    let mailer = match outside.mailer {
        Some(mailer) => mailer,
        None => mailer(config)?,
    };
    let (ledger, report) = Ledger::open(OpenOptions {
        data: config.data.clone(),
        disk: outside.disk,
        clock: Arc::clone(&outside.clock),
        keys: Arc::clone(&keys),
        accept_clock: outside.accept_clock,
    })?;
    let preview = Arc::new(preview(config, outside.spawner, &outside.clock));
    let gate = Gate::new(Parts {
        limiter: Limiter::new(&rate_limits(config), Arc::clone(&outside.clock)),
        documents: documents(config, &outside.clock),
        clock: outside.clock,
        kept: Kept::new(config.data.join("kept"), Arc::clone(&keys)),
        keys,
        ledger,
        mailer,
        preview,
        settings: settings(config),
        spool: Spool::new(config.data.join("uploads")),
        words,
    });
    let web = Web::new(Arc::clone(&gate), config.server.hsts, config.organisation.security_contact.clone());
    let web = match &config.server.content_url {
        Some(url) => web.with_content_host(url.to_string()),
        None => web,
    };
    let start_with = StartWith {
        staff: config.staff.iter().map(|staff| (staff.name.clone(), staff.address.clone())).collect(),
        disclaimer: config.disclaimer.as_ref().map(disclaimer),
    };
    Ok(Assembled { gate, web, report, start_with })
}

/// The configured stores.
pub fn documents(config: &Config, clock: &Arc<dyn Clock>) -> Documents {
    Documents::with_clock(&config.store, clock)
}

/// The configured previews.
pub fn preview(config: &Config, spawner: Option<Spawner>, clock: &Arc<dyn Clock>) -> Preview {
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let settings = Bounds {
        running: config.preview.workers.unwrap_or_else(processors),
        waiting: config.preview.queue,
        require_landlock: config.preview.require_landlock,
        office: config.preview.office_socket.clone(),
    };
    match spawner {
        _ if !config.preview.enabled => Preview::off("preview.enabled is false"),
        None => Preview::off("there is no process that could start others to draw them"),
        Some(spawner) => Preview::start(spawner, settings, Arc::clone(clock)),
    }
}

/// The configured way out for mails.
pub fn mailer(config: &Config) -> Result<Mailer, AssembleError> {
    let dkim = dkim(config)?.map(Arc::new);
    match &config.mail.transport {
        Transport::Directory(path) => Ok(Mailer::Directory(Directory::new(path.clone()).signing(dkim))),
        Transport::Smtp(smtp) => {
            let login = smtp.login.as_ref();
            let settings = SmtpSettings {
                host: smtp.host.to_string(),
                port: smtp.port,
                security: match smtp.security {
                    Guarded::Plain => Security::Plain,
                    Guarded::Starttls => Security::StartTls,
                    Guarded::Tls => Security::Tls,
                },
                insecure: smtp.security == Guarded::Plain,
                user: login.map(|login| login.user.clone()),
                password: login.map(|login| login.password.expose().to_owned()),
                hello_name: smtp.hello.as_ref().map_or_else(machine_name, ToString::to_string),
                ca_file: smtp.ca_file.clone(),
                timeout: SMTP_PATIENCE,
            };
            settings.validate().map_err(AssembleError::Mail)?;
            Ok(Mailer::Smtp(Box::new(Smtp::new(settings).map_err(AssembleError::Mail)?.signing(dkim))))
        }
    }
}

/// What signs mails, where there is a key for it.
pub fn dkim(config: &Config) -> Result<Option<Dkim>, AssembleError> {
    let made = config.mail.dkim.as_ref().map(|dkim| Dkim::new(&dkim.domain, &dkim.selector, dkim.key.expose()));
    made.transpose().map_err(AssembleError::Dkim)
}

/// How long a mail server may take for one answer.
const SMTP_PATIENCE: Duration = Duration::from_secs(30);

/// The limits of the listener.
pub fn server_limits(config: &Config) -> ServerLimits {
    ServerLimits {
        connections: config.server.max_connections,
        connections_per_network: config.server.max_per_client,
        handshakes_per_network: config.server.max_handshakes_per_client,
        drain: config.server.drain,
        ..ServerLimits::default()
    }
}

/// The authorities by which the server may be asked.
pub fn hosts(config: &Config) -> Vec<String> {
    let port = config.server.public_url.port();
    let with = |host: &crate::config::HostName, port: u16| format!("{host}:{port}");
    let mut hosts = vec![with(config.server.public_url.host(), port)];
    if let Some(content) = &config.server.content_url {
        hosts.push(with(content.host(), content.port()));
    }
    for host in &config.server.hosts {
        hosts.extend([with(host, port), with(host, config.server.listen.port())]);
    }
    hosts
}

fn machine_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "localhost".to_owned() } else { name }
}

fn private_folder(path: &Path) -> Result<(), AssembleError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|e| AssembleError::Folder(path.display().to_string(), e))
}

fn settings(config: &Config) -> Settings {
    let url = config.server.public_url.to_string();
    Settings {
        public_url: url,
        domain: config.server.public_url.host().to_string(),
        organisation: config.organisation.name.clone(),
        contact: config.organisation.contact.clone(),
        language: config.organisation.language,
        zone: config.organisation.time_zone.clone(),
        sender: Sender { name: config.mail.from.name.clone(), address: config.mail.from.address.clone() },
        code_digits: if config.otp.digits == 8 { 8 } else { 6 },
        code_life: config.otp.validity,
        code_mails: CodeMails {
            hour: config.otp.mails_per_hour,
            day: config.otp.mails_per_day,
            share: config.otp.mails_per_share,
            all: config.otp.mails_of_all,
        },
        alarm_failures: config.otp.alarm,
        wrong_answer: config.otp.wrong_answer,
        code_delivery: match config.otp.delivery {
            Mailed::OnRequest => CodeDelivery::OnRequest,
            Mailed::WithInvite => CodeDelivery::WithInvite,
        },
        session_idle: config.session.idle,
        session_life: config.session.life,
        default_expiry: config.shares.default_expiry,
        max_expiry: config.shares.max_expiry,
        default_delivery: config.shares.delivery,
        default_mark: config.shares.mark,
        default_print: config.shares.print,
        default_text: config.shares.text,
        default_pin: config.shares.pin,
        default_keep: config.shares.keep,
        verify: if config.shares.verify_always { Verify::Always } else { Verify::Streaming },
        archives: config.archives,
        default_subject: config.shares.subject.as_ref().map(ToString::to_string).unwrap_or_default(),
        bounces: config
            .mail
            .bounces
            .as_ref()
            .map(|bounces| Bounces { address: bounces.address.clone(), maildir: Maildir::new(bounces.maildir.clone()) }),
        branding: Arc::new(config.branding.clone()),
        disclaimer_required: config.disclaimer.as_ref().is_some_and(|disclaimer| disclaimer.required),
        notices: config.notices,
        default_remind: config.reminders.before,
        agree_anew: config.disclaimer.as_ref().is_some_and(|disclaimer| disclaimer.ask_in_session),
        mail_agreement: config.disclaimer.as_ref().is_some_and(|disclaimer| disclaimer.mail_copy),
        privacy: config.privacy.clone(),
        notice_window: config.mail.notice_window,
        uploads: config.uploads.clone(),
        watermark: config.preview.watermark.clone(),
        templates: config
            .template
            .iter()
            .map(|stored| Template {
                name: stored.name.clone(),
                subject: stored.subject.as_ref().map(ToString::to_string).unwrap_or_default(),
                message: stored.message.to_string(),
            })
            .collect(),
    }
}

fn rate_limits(config: &Config) -> RateLimits {
    let limits = &config.limits;
    let rate = |rate: &Configured| Rate::even(rate.count.get(), rate.per.as_secs());
    RateLimits {
        agree: rate(&limits.agree),
        code: rate(&limits.code),
        download: rate(&limits.download),
        miss: rate(&limits.miss),
        open: rate(&limits.open),
        picture: rate(&limits.picture),
        request: rate(&limits.request),
        upload: rate(&limits.upload),
        exempt_networks: limits.exempt_networks.clone(),
    }
}

fn disclaimer(entry: &DisclaimerEntry) -> Disclaimer {
    let translations = entry.translations.iter().map(|other| Translation {
        language: other.language.clone(),
        title: other.title.clone(),
        text: other.text.clone(),
        digest: digest(&entry.version, &other.title, &other.text),
    });
    Disclaimer {
        version: entry.version.clone(),
        language: entry.language.clone(),
        title: entry.title.clone(),
        text: entry.text.clone(),
        digest: digest(&entry.version, &entry.title, &entry.text),
        translations: translations.collect(),
    }
}

/// SHA-256 of what is shown, in hexadecimal: each part with its length before it, so that no two texts make the same digest.
fn digest(version: &str, title: &str, text: &str) -> String {
    let parts = [version, title, text];
    let lengths = parts.map(|part| (part.len() as u64).to_be_bytes());
    let digest = sha256(&[&lengths[0], parts[0].as_bytes(), &lengths[1], parts[1].as_bytes(), &lengths[2], parts[2].as_bytes()]);
    String::from_utf8_lossy(&to_hex(&digest)).into_owned()
}

#[cfg(test)]
mod tests;
