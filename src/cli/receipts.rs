//! `doorward receipts`: who read what, and when.

use crate::cli::Server;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::domain::email::EmailAddress;
use crate::domain::receipt::{Action, Outcome};
use crate::gate::views::{Given, PageView, ReceiptView};
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
    /// Print one JSON value
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print comma-separated values, for a spreadsheet
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    server: Server,
}

const FIELDS: [&str; 13] =
    ["id", "share", "email", "document", "version", "action", "started", "ended", "bytes", "size", "outcome", "pages", "of_pages"];

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
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
    let rows = receipts.iter().map(|receipt| {
        vec![
            output::moment(&receipt.started),
            receipt.email.clone(),
            receipt.document.clone(),
            action(receipt.action).to_owned(),
            outcome(receipt.outcome).to_owned(),
            given(receipt),
            receipt.share.chars().take(8).collect(),
        ]
    });
    output::print(&output::table(&["TIME", "RECIPIENT", "DOCUMENT", "ACTION", "OUTCOME", "GIVEN", "SHARE"], &rows.collect::<Vec<_>>()))
}

fn csv(receipts: &[ReceiptView]) -> String {
    let mut text = format!("{}\r\n", FIELDS.join(","));
    for r in receipts {
        let (bytes, size) = (r.bytes.to_string(), r.size.to_string());
        let ended = r.ended.as_deref().unwrap_or_default();
        let (outcome, pages) = (outcome(r.outcome), runs(&r.pages));
        let of = r.of_pages.map(|of| of.to_string()).unwrap_or_default();
        let cells =
            [&r.id, &r.share, &r.email, &r.document, &r.version, action(r.action), &r.started, ended, &bytes, &size, outcome, &pages, &of];
        text.push_str(&cells.map(cell).join(","));
        text.push_str("\r\n");
    }
    text
}

/// How much was given: bytes of a download, pages of what was looked at.
fn given(receipt: &ReceiptView) -> String {
    match (receipt.action, receipt.of_pages) {
        (Action::Archive, _) => archive(receipt),
        (Action::Download, _) => format!("{}/{} bytes", receipt.bytes, receipt.size),
        (_, Some(of)) => format!("pages {} of {of}", runs(&receipt.pages)),
        (_, None) if receipt.pages.is_empty() => "no page".to_owned(),
        (_, None) => format!("pages {}", runs(&receipt.pages)),
    }
}

/// How many documents of an archive were given whole, and what kept the rest back.
fn archive(receipt: &ReceiptView) -> String {
    let whole = receipt.parts.iter().filter(|part| part.given == Given::All).count();
    let broken = receipt
        .broken
        .as_ref()
        .map(|broken| format!(", ended at {}: {}", broken.document, broken.why))
        .unwrap_or_default();
    format!("{whole}/{} documents{broken}", receipt.parts.len())
}

/// Pages as people write them: `1-3, 7`, and those of a document inside with its part before them, `2: 1`.
fn runs(pages: &[PageView]) -> String {
    let mut runs: Vec<(Option<&str>, u32, u32)> = Vec::new();
    for page in pages {
        let part = page.part.as_deref();
        match runs.last_mut() {
            Some((of, _, last)) if *of == part && last.checked_add(1) == Some(page.page) => *last = page.page,
            _ => runs.push((part, page.page, page.page)),
        }
    }
    let shown = runs.into_iter().map(|(part, first, last)| {
        let part = part.map(|part| format!("{part}: ")).unwrap_or_default();
        if first == last { format!("{part}{first}") } else { format!("{part}{first}-{last}") }
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// A cell that no spreadsheet takes for a formula (ASVS 5.0 1.2.10).
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let text = format!("{guard}{text}");
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_written_in_runs() {
        let page = |part: Option<&str>, page| {
            let (part, moment) = (part.map(str::to_owned), String::new());
            PageView { part, page, first: moment.clone(), last: moment, times: 1 }
        };
        let pages =
            [page(None, 1), page(None, 2), page(None, 3), page(None, 7), page(Some("2"), 8), page(Some("2"), 9), page(Some("3"), 10)];
        assert_eq!(runs(&pages), "1-3, 7, 2: 8-9, 3: 10");
        assert_eq!(runs(&[]), "");
    }

    #[test]
    fn a_cell_is_never_a_formula_and_never_two_cells() {
        for (text, written) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-1", "'-1"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("+a,b", "\"'+a,b\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
