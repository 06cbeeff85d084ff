//! `doorward receipts`: who read what, and when.

use crate::cli::Server;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::domain::email::EmailAddress;
use crate::domain::receipt::{Action, Outcome};
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
    /// Print one JSON value
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print comma-separated values, for a spreadsheet
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    server: Server,
}

const FIELDS: [&str; 11] = ["id", "share", "email", "document", "version", "action", "started", "ended", "bytes", "size", "outcome"];

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
            format!("{}/{}", receipt.bytes, receipt.size),
            receipt.share.chars().take(8).collect(),
        ]
    });
    output::print(&output::table(&["TIME", "RECIPIENT", "DOCUMENT", "ACTION", "OUTCOME", "BYTES", "SHARE"], &rows.collect::<Vec<_>>()))
}

fn csv(receipts: &[ReceiptView]) -> String {
    let mut text = format!("{}\r\n", FIELDS.join(","));
    for r in receipts {
        let (bytes, size) = (r.bytes.to_string(), r.size.to_string());
        let ended = r.ended.as_deref().unwrap_or_default();
        let cells =
            [&r.id, &r.share, &r.email, &r.document, &r.version, action(r.action), &r.started, ended, &bytes, &size, outcome(r.outcome)];
        text.push_str(&cells.map(cell).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell that no spreadsheet takes for a formula (ASVS 5.0 1.2.10).
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let text = format!("{guard}{text}");
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

const fn action(action: Action) -> &'static str {
    match action {
        Action::Download => "download",
        Action::Preview => "preview",
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
