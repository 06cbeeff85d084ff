//! `[mail]`: from whom mail comes and how it leaves.

use crate::config::{
    bounces::Bounces,
    dkim::Dkim,
    host::HostName,
    reader::Reader,
    rule::{Plain, line, number, one_of, parsed, span},
    secret::Secret,
    staff::address,
};
use crate::domain::{bounds::NOTICE_WINDOW_MOST, email::EmailAddress};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// `[mail]`
#[derive(Debug, Clone)]
pub struct Mail {
    /// `from`: the sender of every mail. Required.
    pub from: Mailbox,
    /// `transport`: how mail leaves. Required.
    pub transport: Transport,
    /// `notice_window`: read events of one share within this time are one notice. Default `15m`, at most `1d`; `0s` sends each at once.
    pub notice_window: Duration,
    /// `[mail.dkim]`
    pub dkim: Option<Dkim>,
    /// `[mail.bounces]`
    pub bounces: Option<Bounces>,
}

/// A name with its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// `name`, at most 100 characters. Default: the organisation's.
    pub name: String,
    /// `address`. Required.
    pub address: EmailAddress,
}

/// How mail leaves.
#[derive(Debug, Clone)]
pub enum Transport {
    /// `directory`: each mail becomes a file `.eml` in `mail.directory`, by default `DATA/outbox`. Nothing is sent.
    Directory(PathBuf),
    /// `smtp`: to the server of `[mail.smtp]`.
    Smtp(Smtp),
}

/// `[mail.smtp]`
#[derive(Debug, Clone)]
pub struct Smtp {
    /// `host`: the mail server; its certificate must bear this name. Required with this transport.
    pub host: HostName,
    /// `port`. Default 587 with `starttls`, 465 with `tls`, 25 with `plain`.
    pub port: u16,
    /// `security`: how the way to the mail server is kept closed. Default `starttls`.
    pub security: Security,
    /// `user` with one of `password_file`, `password_env`, `password_credential`. No default: mail is handed over without signing in.
    pub login: Option<Login>,
    /// `ca_file`: PEM file with a further authority to trust for the mail server's certificate. No default.
    pub ca_file: Option<PathBuf>,
    /// `hello`: the name given in EHLO. Default: the machine's.
    pub hello: Option<HostName>,
}

/// How the way to the mail server is kept closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// `plain`: not at all; a password only goes to this machine itself.
    Plain,
    /// `starttls`: begun in the open and then encrypted; refused when the server cannot.
    Starttls,
    /// `tls`: encrypted from the first byte.
    Tls,
}

/// How to sign in to the mail server.
#[derive(Debug, Clone)]
pub struct Login {
    /// `user`.
    pub user: String,
    /// The password.
    pub password: Secret,
}

impl Mail {
    /// Reads the section of an organisation of that name whose data directory is `data`.
    pub(super) fn read(r: &Reader<'_, '_>, organisation: Option<&str>, data: Option<&Path>) -> Option<Self> {
        let from = r.section("from", |r| {
            let name = r.optional("name", line(100));
            let address = r.required("address", address());
            Some(Mailbox { name: name.or_else(|| organisation.map(str::to_owned))?, address: address? })
        });
        let by_smtp = r.required("transport", one_of(&[(Plain::Text("directory"), false), (Plain::Text("smtp"), true)]));
        let directory = r.optional("directory", r.path());
        let smtp = r.section("smtp", |r| Smtp::read(r, by_smtp == Some(true)));
        let notice_window = r.key("notice_window", Plain::Text("15m"), span(Duration::ZERO..=NOTICE_WINDOW_MOST));
        let dkim = r.section("dkim", |r| Dkim::read(r, from.as_ref().map(|from| &from.address)));
        let bounces = r.section("bounces", Bounces::read);
        let transport = match by_smtp? {
            true => smtp.map(Transport::Smtp),
            false => directory.or_else(|| data.map(|data| data.join("outbox"))).map(Transport::Directory),
        };
        Some(Self { from: from?, transport: transport?, notice_window: notice_window?, dkim, bounces })
    }
}

impl Smtp {
    /// Reads the section; with `used` false it is only checked, and no password is fetched.
    fn read(r: &Reader<'_, '_>, used: bool) -> Option<Self> {
        let host_rule = || parsed::<HostName>("must be a host like \"mail.example.org\" or \"192.0.2.7\", without a port");
        let host = r.optional("host", host_rule());
        let security = r.key("security", Plain::Text("starttls"), one_of(SECURITIES));
        let port = r.optional("port", number(1..=65_535));
        let user = r.optional("user", line(320));
        let password = Secret::read(r, PASSWORD, used);
        let ca_file = r.optional("ca_file", r.path());
        let hello = r.optional("hello", host_rule());
        if used && !r.has("host") {
            r.missing("host", "must be the mail server's name, because transport is \"smtp\"");
        }
        let named_password = PASSWORD.into_iter().find(|key| r.has(key));
        if let (Some(key), false) = (named_password, r.has("user")) {
            r.fail_hidden(key, "must stand beside user".to_owned());
        }
        if r.has("user") && named_password.is_none() {
            r.fail("user", format!("must stand beside one of {}", PASSWORD.join(", ")));
        }
        let (host, security) = (host?, security?);
        if security == Security::Plain && user.is_some() && !host.is_loopback() {
            r.fail("security", "must be \"starttls\" or \"tls\": a password would cross the network in the open".to_owned());
        }
        let login = user.zip(password).map(|(user, password)| Login { user, password });
        Some(Self { host, port: port.unwrap_or_else(|| security.port()), security, login, ca_file, hello })
    }
}

impl Security {
    /// The port mail servers take it on (RFC 6409, RFC 8314, RFC 5321).
    pub const fn port(self) -> u16 {
        match self {
            Self::Plain => 25,
            Self::Starttls => 587,
            Self::Tls => 465,
        }
    }
}

const PASSWORD: [&str; 3] = ["password_file", "password_env", "password_credential"];

const SECURITIES: &[(Plain<'static>, Security)] =
    &[(Plain::Text("starttls"), Security::Starttls), (Plain::Text("tls"), Security::Tls), (Plain::Text("plain"), Security::Plain)];
