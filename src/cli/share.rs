//! `doorward share`: making, listing and changing shares.

mod shown;

use crate::cli::Server;
use crate::cli::attention::Attention;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::policy::Policy;
use crate::cli::report::{self, Report};
use crate::domain::document::DocumentPath;
use crate::domain::email::EmailAddress;
use crate::domain::language::Language;
use crate::domain::time::{Timestamp, parse_expiry};
use crate::gate::read_out::CodeView;
use crate::gate::views::ShareView;
use crate::web::api::wire::{CreateShare, OneRecipient, Queued, ReadCode, UpdateShare};
use clap::{Args, Subcommand};
use http::Method;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

pub(super) use shown::count;
use shown::{shown, status};

/// What to do with shares.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Share documents or folders with people outside
    Create(Create),
    /// List all shares
    List(Plain),
    /// Show a share with its links
    Show(One),
    /// Change when a share ends, or what its recipients may do
    Update(Update),
    /// Have a share hold on to the versions that its pinned documents have now
    Pin(One),
    /// Read a fresh code for a recipient, to tell a caller whom you know when mail does not come
    Code(Told),
    /// Mail the invitation again
    Resend(Chosen),
    /// Report who has read what, in which version, when and how far, with the end of the ledger it was made at
    Report(Report),
    /// Stop a share at once, downloads under way included
    Revoke(Chosen),
}

/// Options that all have in common.
#[derive(Debug, Args)]
pub struct Plain {
    #[command(flatten)]
    pub(super) server: Server,
    /// Print one JSON value
    #[arg(long)]
    pub(super) json: bool,
}

/// A share.
#[derive(Debug, Args)]
pub struct One {
    /// The share's id, or the beginning of it
    pub(super) id: String,
    #[command(flatten)]
    pub(super) plain: Plain,
}

/// A share, and perhaps one recipient of it.
#[derive(Debug, Args)]
pub struct Chosen {
    /// The share's id, or the beginning of it
    id: String,
    /// Only this recipient
    #[arg(long, value_name = "EMAIL", value_parser = EmailAddress::parse)]
    to: Option<EmailAddress>,
    #[command(flatten)]
    plain: Plain,
}

/// A recipient to be told a code.
#[derive(Debug, Args)]
pub struct Told {
    /// The share's id, or the beginning of it
    id: String,
    /// Address of the recipient
    #[arg(value_name = "EMAIL", value_parser = EmailAddress::parse)]
    email: EmailAddress,
    #[command(flatten)]
    plain: Plain,
}

/// A share to be made.
#[derive(Debug, Args)]
pub struct Create {
    /// Documents and folders, STORE:PATH; the store may be left out when there is one
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<OsString>,
    /// Address of a recipient; several may follow, each gets a link of their own
    #[arg(long, required = true, num_args = 1.., value_name = "EMAIL", value_parser = EmailAddress::parse)]
    to: Vec<EmailAddress>,
    /// When it ends: a span like 30d, a date like 2027-03-31, or a time [default: as configured]
    #[arg(long, value_name = "WHEN", value_parser = expiry)]
    expires: Option<String>,
    #[command(flatten)]
    policy: Policy,
    #[command(flatten)]
    attention: Attention,
    /// Give out only the version each document has now, folders included
    #[arg(long, conflicts_with = "follow")]
    pin: bool,
    /// Give out documents as they change
    #[arg(long)]
    follow: bool,
    /// Keep sealed copies of what is pinned, given out whatever becomes of the store [default: as configured]
    #[arg(long, conflicts_with = "follow")]
    keep: bool,
    /// The member of staff who owns the share [default: the first one configured]
    #[arg(long = "as", value_name = "STAFF", value_parser = EmailAddress::parse)]
    owner: Option<EmailAddress>,
    /// What the share is called in the invitation and on its pages
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// Some words for the invitation: paragraphs, *emphasis*, **strong words**, lists, links
    #[arg(long, value_name = "TEXT", conflicts_with = "template")]
    message: Option<String>,
    /// Take subject and message from this template of the configuration
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// The language of its mails, en or de, until a recipient speaks another [default: as configured]
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
    #[command(flatten)]
    plain: Plain,
}

/// A change.
#[derive(Debug, Args)]
pub struct Update {
    /// The share's id, or the beginning of it
    id: String,
    /// When it ends: a span like 30d from now, a date like 2027-03-31, or a time; an expired share opens again
    #[arg(long, value_name = "WHEN", value_parser = expiry)]
    expires: Option<String>,
    #[command(flatten)]
    policy: Policy,
    #[command(flatten)]
    attention: Attention,
    #[command(flatten)]
    plain: Plain,
}

/// Runs the command.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(options) => create(options),
        Command::List(plain) => list(&plain),
        Command::Show(one) => {
            let share: ShareView = Client::new(&one.plain.server)?.get(&format!("/api/v1/shares/{}", id(&one.id)?))?;
            shown(&share, one.plain.json)
        }
        Command::Pin(one) => {
            let client = Client::new(&one.plain.server)?;
            let share: ShareView = client.send_patiently(Method::POST, &format!("/api/v1/shares/{}/pin", id(&one.id)?), &())?;
            shown(&share, one.plain.json)
        }
        Command::Report(options) => report::run(&options),
        Command::Code(told) => code(&told),
        Command::Update(options) => update(&options),
        Command::Resend(some) => {
            let queued: Queued = post(&some, "resend")?;
            if some.plain.json {
                return output::json(&queued);
            }
            output::print(&format!("{} mailed again\n", count(queued.queued, "invitation")))
        }
        Command::Revoke(some) => {
            let share: ShareView = post(&some, "revoke")?;
            if some.plain.json {
                return output::json(&share);
            }
            match &some.to {
                None => output::print(&format!("share {} is stopped\n", share.id)),
                Some(address) => output::print(&format!("share {} is stopped for {}\n", share.id, address.expose())),
            }
        }
    }
}

fn code(told: &Told) -> Result<(), Failure> {
    let wanted = ReadCode { to: told.email.expose().to_owned() };
    let path = format!("/api/v1/shares/{}/code", id(&told.id)?);
    let made: CodeView = Client::new(&told.plain.server)?.send(Method::POST, &path, &wanted)?;
    if told.plain.json {
        return output::json(&made);
    }
    output::print(&format!(
        "{}\nvalid until {} for {}, in any browser, once\n\
         tell it only to somebody whom you know to be that person: it stands in the ledger that you read it\n\
         if their page for the code is gone, let them open the link and go on, and only then read a new one\n",
        output::bold(&made.code),
        output::moment(&made.expires),
        made.email
    ))
}

fn create(options: Create) -> Result<(), Failure> {
    let wanted = CreateShare {
        documents: options.paths.iter().map(document).collect::<Result<_, _>>()?,
        to: options.to.iter().map(|address| address.expose().to_owned()).collect(),
        expires: options.expires,
        delivery: options.policy.delivery(),
        mark: options.policy.mark(),
        print: options.policy.print(),
        text: options.policy.text(),
        upload: options.policy.upload() == Some(true),
        notify: options.attention.notify,
        remind: options.attention.remind,
        pin: match (options.pin, options.follow) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        keep: options.keep.then_some(true),
        owner: options.owner.map(|address| address.expose().to_owned()),
        subject: options.subject,
        message: options.message,
        template: options.template,
        language: options.language,
    };
    let share: ShareView = Client::new(&options.plain.server)?.send_patiently(Method::POST, "/api/v1/shares", &wanted)?;
    shown(&share, options.plain.json)?;
    if let Some(hint) = options.policy.hint().filter(|_| !options.plain.json) {
        output::hint(hint);
    }
    Ok(())
}

fn list(plain: &Plain) -> Result<(), Failure> {
    let shares: Vec<ShareView> = Client::new(&plain.server)?.get("/api/v1/shares")?;
    if plain.json {
        return output::json(&shares);
    }
    if shares.is_empty() {
        return output::print("no shares yet; make one with: doorward share create PATH --to EMAIL\n");
    }
    let rows = shares.iter().map(|share| {
        let trouble = if share.undelivered.is_empty() { "" } else { " (mail failed)" };
        vec![
            share.id.clone(),
            format!("{}{trouble}", status(share.status)),
            output::moment(&share.expires),
            share.links.len().to_string(),
            share.reads.to_string(),
            if share.subject.is_empty() {
                share.documents.first().map(|d| d.document.clone()).unwrap_or_default()
            } else {
                share.subject.clone()
            },
        ]
    });
    output::print(&output::table(&["SHARE", "STATUS", "EXPIRES", "RECIPIENTS", "READS", "SUBJECT"], &rows.collect::<Vec<_>>()))
}

fn update(options: &Update) -> Result<(), Failure> {
    let Update { expires, policy, attention, .. } = options;
    if expires.is_none() && policy.says_nothing() && attention.says_nothing() {
        return Err(Failure::usage(
            "nothing to change; give --expires, --preview-only, --watermarked, --download, --mark, --print, --text, --upload, --notify or --remind",
        ));
    }
    let (delivery, mark, print, text) = (policy.delivery(), policy.mark(), policy.print(), policy.text());
    let change = UpdateShare {
        expires: expires.clone(),
        delivery,
        mark,
        print,
        text,
        upload: policy.upload(),
        notify: attention.notify,
        remind: attention.remind.clone(),
    };
    let path = format!("/api/v1/shares/{}", id(&options.id)?);
    let share: ShareView = Client::new(&options.plain.server)?.send(Method::PATCH, &path, &change)?;
    shown(&share, options.plain.json)
}

fn post<T: serde::de::DeserializeOwned>(some: &Chosen, what: &str) -> Result<T, Failure> {
    let body = OneRecipient { to: some.to.as_ref().map(|address| address.expose().to_owned()) };
    Client::new(&some.plain.server)?.send(Method::POST, &format!("/api/v1/shares/{}/{what}", id(&some.id)?), &body)
}

/// Checks the form of an end before the server is asked; the server reads it in the organisation's time zone.
fn expiry(text: &str) -> Result<String, String> {
    parse_expiry(text, Timestamp::default(), &jiff::tz::TimeZone::UTC)
        .map(|_| text.to_owned())
        .map_err(|why| why.to_string())
}

/// An id as it stands in an address.
pub(super) fn id(text: &str) -> Result<&str, Failure> {
    let plain = !text.is_empty() && text.len() <= 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if plain {
        Ok(text)
    } else {
        Err(Failure::usage(format!("'{}' is no id; doorward share list and doorward redaction list show them", output::clean(text))))
    }
}

/// The name of a document as the API writes it: the path's own text form, which can say bytes that are not UTF-8.
pub(super) fn document(argument: &OsString) -> Result<String, Failure> {
    let bytes = argument.as_bytes();
    let wrong = |why| {
        let argument = output::clean(&argument.to_string_lossy());
        Failure::usage(format!(
            "'{argument}' cannot be shared: {why}; a document is named from the top of its store, like contracts/2026.pdf"
        ))
    };
    let (store, path) = match bytes.iter().position(|b| *b == b':') {
        Some(at) => (String::from_utf8_lossy(&bytes[..=at]).into_owned(), &bytes[at + 1..]),
        None => (String::new(), bytes),
    };
    let path = match path {
        b"." => b"",
        path => path.strip_prefix(b"./").unwrap_or(path),
    };
    let path = DocumentPath::from_bytes(path.strip_suffix(b"/").unwrap_or(path)).map_err(wrong)?;
    Ok(format!("{store}{path}"))
}
