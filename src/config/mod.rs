//! The configuration: one file in TOML, read whole and checked whole before anything starts. An unknown key is a mistake, and so is a value out of bounds.
//!
//! Every section is a struct in a file of its own; the doc of each field names the key, its default and its bounds. `config/doorward.toml` shows all of them.

pub mod admin;
pub mod archives;
pub mod bounces;
pub mod branding;
pub mod disclaimer;
pub mod dkim;
pub mod duration;
pub mod host;
pub mod limits;
pub mod log;
pub mod mail;
pub mod network;
pub mod notices;
pub mod organisation;
pub mod otp;
pub mod outside;
pub mod preview;
pub mod privacy;
pub mod problem;
mod quickstart;
mod reader;
mod rule;
pub mod secret;
pub mod server;
pub mod session;
pub mod shares;
pub mod staff;
pub mod store;
pub mod template;
pub mod tls;
pub mod uploads;

#[cfg(test)]
mod documented_tests;
#[cfg(test)]
mod mistake_tests;
#[cfg(test)]
mod tests;

pub use self::{
    admin::Admin,
    archives::Archives,
    bounces::Bounces,
    disclaimer::{DisclaimerEntry, TranslationEntry},
    dkim::Dkim,
    host::{HostName, PublicUrl},
    limits::{Limits, Rate},
    log::{Log, LogFormat, LogLevel},
    mail::{Login, Mail, Mailbox, Security, Smtp, Transport},
    network::Network,
    notices::{Notices, Reminders},
    organisation::Organisation,
    otp::{CodeDelivery, Otp},
    outside::{Machine, Nothing, Outside},
    preview::{Marked, Preview, Watermark},
    privacy::Privacy,
    problem::{Problem, Problems},
    secret::{Pem, Secret},
    server::Server,
    session::Session,
    shares::Shares,
    staff::StaffEntry,
    store::{StoreEntry, StoreKind},
    template::{Pattern, Placeholder, Template},
    tls::Tls,
    uploads::{Clamd, MediaRange, Uploads},
};

use crate::domain::branding::Branding;
use reader::{Asked, Reader, Source};
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// Longest configuration file, in bytes.
pub const CONFIG_BYTES: usize = 1024 * 1024;

/// All that the server is told. Relative paths were joined to the folder of the configuration file.
#[derive(Debug, Clone)]
pub struct Config {
    /// `data`: the directory of ledger, keys, history and outbox; the server's alone. Required.
    pub data: PathBuf,
    /// `[organisation]`
    pub organisation: Organisation,
    /// `[branding]`
    pub branding: Branding,
    /// `[[staff]]`, at least one; the first owns what is shared in nobody's name.
    pub staff: Vec<StaffEntry>,
    /// `[[store]]`, at least one.
    pub store: Vec<StoreEntry>,
    /// `[server]`
    pub server: Server,
    /// `[tls]`
    pub tls: Tls,
    /// `[mail]`
    pub mail: Mail,
    /// `[shares]`
    pub shares: Shares,
    /// `[notices]`
    pub notices: Notices,
    /// `[reminders]`
    pub reminders: Reminders,
    /// `[archives]`
    pub archives: Archives,
    /// `[[template]]`
    pub template: Vec<Template>,
    /// `[otp]`
    pub otp: Otp,
    /// `[session]`
    pub session: Session,
    /// `[disclaimer]`
    pub disclaimer: Option<DisclaimerEntry>,
    /// `[privacy]`
    pub privacy: Privacy,
    /// `[limits]`
    pub limits: Limits,
    /// `[preview]`
    pub preview: Preview,
    /// `[uploads]`
    pub uploads: Uploads,
    /// `[admin]`
    pub admin: Admin,
    /// `[log]`
    pub log: Log,
}

/// Where a running server is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its data directory.
    pub data: PathBuf,
    /// The socket that commands speak to.
    pub socket: PathBuf,
}

/// Reads and checks a configuration file and what it names, secrets included. Certificates, stores and the mail server are not looked at.
///
/// # Errors
/// Every mistake found, one line each.
pub fn load(file: &Path) -> Result<Config, Problems> {
    parse(&text_of(file)?, file, &Machine)
}

/// Reads and checks the text of a configuration that stands in `file`, taking what it names from `outside`.
///
/// # Errors
/// Every mistake found, one line each.
pub fn parse(text: &str, file: &Path, outside: &dyn Outside) -> Result<Config, Problems> {
    read(text, file, outside).1
}

/// Reads no more of a configuration file than a command needs to find its server: neither secrets nor anything else has to be in order.
///
/// # Errors
/// The file cannot be read, is not TOML, or has a mistake in just these keys.
pub fn locate(file: &Path) -> Result<Place, Problems> {
    let text = text_of(file)?;
    let source = Source::new(&text, file, &Nothing);
    let table = match DeTable::parse(&text) {
        Ok(table) => table,
        Err(error) => {
            source.not_toml(&[error]);
            return Err(source.end().1);
        }
    };
    let root = source.root(table.get_ref());
    let data = root.required("data", root.path());
    let admin = root.section("admin", |r| Admin::read(r, data.as_deref()));
    match data.zip(admin) {
        Some((data, admin)) if !source.is_broken() => Ok(Place { data, socket: admin.socket }),
        _ => Err(source.end().1),
    }
}

impl Config {
    /// What is allowed but ought to be known: one line each, to be logged at the start and shown by `doorward check`.
    pub fn warnings(&self) -> Vec<String> {
        let mut all = Vec::new();
        if !self.limits.exempt_networks.is_empty() {
            let networks: Vec<String> = self.limits.exempt_networks.iter().map(Network::to_string).collect();
            all.push(format!("limits.exempt_networks: no rate limit binds clients of {}", networks.join(", ")));
        }
        match &self.mail.transport {
            Transport::Directory(_) => all.push("mail.transport: mail is written to a directory and not sent".to_owned()),
            Transport::Smtp(smtp) if smtp.security == Security::Plain && !smtp.host.is_loopback() => {
                all.push("mail.smtp.security: mail, codes included, crosses the network unencrypted".to_owned());
            }
            Transport::Smtp(_) => {}
        }
        if self.preview.enabled && !self.preview.require_landlock {
            all.push(
                "preview.require_landlock: documents may be drawn on a kernel that cannot close files to the process that draws".to_owned(),
            );
        }
        if self.store.iter().any(|store| store.writable) && self.uploads.clamd.is_none() {
            all.push("uploads.clamd: what recipients send in is not scanned for viruses".to_owned());
        }
        if !self.server.hsts {
            all.push("server.hsts: browsers are not told to insist on HTTPS".to_owned());
        }
        all
    }

    fn read(root: &Reader<'_, '_>) -> Option<Self> {
        let data = root.required("data", root.path());
        let organisation = root.section("organisation", Organisation::read);
        let branding = root.section("branding", branding::read);
        let name = organisation.as_ref().map(|organisation| organisation.name.as_str());
        let staff = StaffEntry::read_all(root);
        let store = StoreEntry::read_all(root);
        let server = root.section("server", Server::read);
        let tls = root.section("tls", Tls::read);
        let mail = root.section("mail", |r| Mail::read(r, name, data.as_deref()));
        let shares = root.section("shares", Shares::read);
        let notices = root.section("notices", Notices::read);
        let reminders = root.section("reminders", Reminders::read);
        let archives = root.section("archives", Archives::read);
        let template = Template::read_all(root);
        let otp = root.section("otp", Otp::read);
        let session = root.section("session", Session::read);
        let disclaimer = root.section("disclaimer", DisclaimerEntry::read);
        let privacy = root.section("privacy", Privacy::read);
        let limits = root.section("limits", Limits::read);
        let preview = root.section("preview", Preview::read);
        let uploads = root.section("uploads", Uploads::read);
        let admin = root.section("admin", |r| Admin::read(r, data.as_deref()));
        let log = root.section("log", Log::read);
        Some(Self {
            data: data?,
            organisation: organisation?,
            branding: branding?,
            staff,
            store,
            server: server?,
            tls: tls?,
            mail: mail?,
            shares: shares?,
            notices: notices?,
            reminders: reminders?,
            archives: archives?,
            template,
            otp: otp?,
            session: session?,
            disclaimer,
            privacy: privacy?,
            limits: limits?,
            preview: preview?,
            uploads: uploads?,
            admin: admin?,
            log: log?,
        })
    }
}

fn read(text: &str, file: &Path, outside: &dyn Outside) -> (Vec<Asked>, Result<Config, Problems>) {
    // Parsed before anything that borrows from it.
    let (table, errors) = DeTable::parse_recoverable(text);
    let source = Source::new(text, file, outside);
    if !errors.is_empty() {
        source.not_toml(&errors);
        let (asked, problems) = source.end();
        return (asked, Err(problems));
    }
    let config = Config::read(&source.root(table.get_ref()));
    source.unknown_keys();
    let sound = !source.is_broken();
    let (asked, problems) = source.end();
    (asked, config.filter(|_| sound).ok_or(problems))
}

fn text_of(file: &Path) -> Result<String, Problems> {
    let problem = |allowed: String| {
        Problems(vec![Problem { file: file.display().to_string(), line: None, key: String::new(), value: None, allowed }])
    };
    let content = Machine.file(file, CONFIG_BYTES).map_err(|e| problem(format!("cannot be read: {e}")))?;
    match std::str::from_utf8(&content) {
        Ok(text) => Ok(text.to_owned()),
        Err(e) => Err(problem(format!("is not UTF-8 text from byte {} on", e.valid_up_to() + 1))),
    }
}
