//! `doorward receipts`: who read what, and when.

use crate::cli::Server;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::{csv, output, report, share};
use crate::domain::email::EmailAddress;
use crate::domain::receipt::{Action, Outcome, Proved};
use crate::gate::readers::{ReaderView, Reading};
use crate::gate::receipts::LISTED_RECEIPTS;
use crate::gate::views::ReceiptView;
use clap::Args;

/// Options.
#[derive(Debug, Args)]
pub struct Options {
    /// Only those of this share: its id, or the beginning of it
    #[arg(long, value_name = "ID")]
    share: Option<String>,
    /// Only those of this person, over all shares
    #[arg(long, value_name = "EMAIL", value_parser = EmailAddress::parse)]
    guest: Option<EmailAddress>,
    /// Instead: who has not read all of the share, document by document
    #[arg(long, requires = "share", conflicts_with_all = ["guest", "csv"])]
    missing: bool,
    /// Print one JSON value
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print comma-separated values, for a spreadsheet; an apostrophe stands before whatever it could take for a formula, within a cell as well
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    server: Server,
}

const FIELDS: [&str; 16] = [
    "id", "share", "email", "document", "version", "action", "started", "ended", "bytes", "size", "outcome", "pages", "of_pages", "sha256",
    "signs", "proved",
];

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    if options.missing {
        return missing(options);
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(options.share.iter().map(|share| ("share", share.as_str())));
    query.extend_pairs(options.guest.iter().map(|guest| ("guest", guest.expose())));
    let receipts: Vec<ReceiptView> = Client::new(&options.server)?.get(&format!("/api/v1/receipts?{}", query.finish()))?;
    if options.json {
        return output::json(&receipts);
    }
    if options.csv {
        return output::print(&csv(&receipts));
    }
    if receipts.is_empty() {
        return output::print("no receipts yet\n");
    }
    // Columns of their own only where there is something in them.
    let any_read_out = receipts.iter().any(|receipt| receipt.proved == Some(Proved::ReadOut));
    let any = receipts.iter().any(|receipt| !receipt.signs.is_empty());
    let rows = receipts.iter().map(|receipt| {
        let row = vec![
            output::moment(&receipt.started),
            receipt.email.clone(),
            receipt.document.clone(),
            action(receipt.action).to_owned(),
            outcome(receipt.outcome).to_owned(),
            given(receipt),
            receipt.share.chars().take(8).collect(),
        ];
        let code = any_read_out.then(|| code(receipt.proved).to_owned());
        row.into_iter().chain(code).chain(any.then(|| report::words(&receipt.signs))).collect::<Vec<_>>()
    });
    let heads = ["TIME", "RECIPIENT", "DOCUMENT", "ACTION", "OUTCOME", "GIVEN", "SHARE"];
    let heads: Vec<&str> = heads
        .into_iter()
        .chain(any_read_out.then_some("CODE"))
        .chain(any.then_some("SIGNS OF A MACHINE"))
        .collect();
    let table = output::table(&heads, &rows.collect::<Vec<_>>());
    let meanings = report::meanings(receipts.iter().map(|receipt| &receipt.signs));
    let note =
        if any { format!("\nSigns, no proof; a receipt without any may be a machine's all the same.\n{meanings}") } else { String::new() };
    let read_out = if any_read_out { "\nA code that staff read out proves no mailbox.\n" } else { "" };
    let rest = if receipts.len() < LISTED_RECEIPTS { "" } else { "\nThese are the newest; what came before: doorward audit export\n" };
    output::print(&format!("{table}{read_out}{note}{rest}"))
}

/// Lists who has not read all of a share.
fn missing(options: &Options) -> Result<(), Failure> {
    let id = share::id(options.share.as_deref().unwrap_or_default())?;
    let readers: Vec<ReaderView> = Client::new(&options.server)?.get(&format!("/api/v1/shares/{id}/readers"))?;
    let readers: Vec<ReaderView> = readers.into_iter().filter(|reader| reader.reading != Reading::All).collect();
    if options.json {
        return output::json(&readers);
    }
    if readers.is_empty() {
        return output::print("everybody has read all of it\n");
    }
    output::print(&report::readers(&readers))
}

fn csv(receipts: &[ReceiptView]) -> String {
    let lines = receipts.iter().map(|r| {
        let (bytes, size, pages, signs) = (r.bytes.to_string(), r.size.to_string(), r.shown(), report::words(&r.signs));
        let (ended, sha256) = (r.ended.as_deref().unwrap_or_default(), r.sha256.as_deref().unwrap_or_default());
        let of = r.of_pages.map(|of| of.to_string()).unwrap_or_default();
        let (action, outcome) = (action(r.action), outcome(r.outcome));
        let own = [&r.id, &r.share, &r.email, &r.document, &r.version, action, &r.started, ended, &bytes, &size, outcome];
        csv::line(own.into_iter().chain([&*pages, &of, sha256, &signs, r.proved.map_or("", Proved::word)]))
    });
    std::iter::once(csv::line(FIELDS)).chain(lines).collect()
}

/// How much was given: bytes of a download, pages of what was looked at.
fn given(receipt: &ReceiptView) -> String {
    match (receipt.action, receipt.of_pages) {
        (Action::Archive, _) => archive(receipt),
        (Action::Download, _) => format!("{}/{} bytes", receipt.bytes, receipt.size),
        (_, Some(of)) => format!("pages {} of {of}", receipt.shown()),
        (_, None) if receipt.pages.is_empty() => "no page".to_owned(),
        (_, None) => format!("pages {}", receipt.shown()),
    }
}

/// How many documents of an archive were given whole, and what kept the rest back.
fn archive(receipt: &ReceiptView) -> String {
    let whole = receipt.whole_parts();
    let broken = receipt
        .broken
        .as_ref()
        .map(|broken| format!(", ended at {}: {}", broken.document, broken.why))
        .unwrap_or_default();
    format!("{whole}/{} documents{broken}", receipt.parts.len())
}

const fn code(proved: Option<Proved>) -> &'static str {
    match proved {
        Some(Proved::Mailed) => "mailed",
        Some(Proved::ReadOut) => "read out",
        None => "not put down",
    }
}

const fn action(action: Action) -> &'static str {
    match action {
        Action::Archive => "archive",
        Action::Download => "download",
        Action::Preview => "preview",
        Action::Upload => "upload",
        Action::Watermarked => "watermarked",
    }
}

const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Complete => "complete",
        Outcome::Interrupted => "interrupted",
        Outcome::Open => "open",
        Outcome::Part => "part",
    }
}
