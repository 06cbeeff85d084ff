//! `doorward share report`, and what `doorward receipts --missing` and the tables say of readers and of signs of machines.

use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::share::{One, count, id};
use crate::domain::machine::{Sign, Signs};
use crate::gate::readers::{ReadView, ReaderView, Reading};
use crate::gate::report::ReportView;
use crate::gate::views::Given;
use clap::Args;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// A share to be reported on.
#[derive(Debug, Args)]
pub struct Report {
    #[command(flatten)]
    one: One,
    /// Write it as one HTML page, to keep, print or hand on; "-" is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    html: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: &Report) -> Result<(), Failure> {
    let client = Client::new(&options.one.plain.server)?;
    let path = format!("/api/v1/shares/{}/report", id(&options.one.id)?);
    if let Some(file) = &options.html {
        let (page, _) = client.bytes_with(&format!("{path}.html"), "content-type")?;
        if file.as_os_str() == "-" {
            return Ok(io::stdout().lock().write_all(&page)?);
        }
        // It names people: for the one who asked alone, and never through a link that lies there.
        let written = || -> io::Result<()> {
            let _ = std::fs::remove_file(file);
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?.write_all(&page)
        };
        written().map_err(|why| Failure::refused(format!("cannot write {}: {why}", file.display())))?;
        return output::print(&format!("report written to {}\n", file.display()));
    }
    let report: ReportView = client.get(&path)?;
    if options.one.plain.json {
        return output::json(&report);
    }
    let mut text = format!(
        "{}  {}\nmade        {}\nledger      {} up to line {}\n            {}\n\n",
        output::bold(&report.share.id),
        output::clean(&report.share.subject),
        output::moment(&report.made),
        report.ledger.ledger,
        report.ledger.line,
        report.ledger.head
    );
    text.push_str(&readers(&report.readers));
    text.push_str(&format!(
        "\n{}, {}; all of it: doorward share report {} --html FILE\n",
        count(report.receipts.len(), "receipt"),
        count(report.changes.len(), "change"),
        report.share.id
    ));
    output::print(&text)
}

/// Recipients with what each has read, one line a document.
pub fn readers(readers: &[ReaderView]) -> String {
    let rows = readers.iter().flat_map(|reader| {
        reader.documents.iter().map(|document| {
            vec![
                reader.email.clone(),
                format!("{}{}", reading(reader), if reader.stopped { ", stopped" } else { "" }),
                document.document.clone(),
                given(document),
                document.last.as_deref().map(output::moment).unwrap_or_default(),
            ]
        })
    });
    output::table(&["RECIPIENT", "READ", "DOCUMENT", "GIVEN", "LAST"], &rows.collect::<Vec<_>>())
}

const fn reading(reader: &ReaderView) -> &'static str {
    match (reader.reading, reader.entered) {
        (Reading::All, _) => "all",
        (Reading::Some, _) => "not all",
        (Reading::NewVersion, _) => "new version unseen",
        (Reading::Never, true) => "nothing, was in",
        (Reading::Never, false) => "never opened",
    }
}

fn given(document: &ReadView) -> String {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let now = match (document.given, document.of) {
        (Given::All, _) => "all".to_owned(),
        (Given::Nothing, Some(1)) if document.outdated > 0 => return "new version unseen".to_owned(),
        (Given::Nothing, _) => "nothing".to_owned(),
        (Given::Part, Some(1)) => "a part".to_owned(),
        (Given::Part, Some(of)) => format!("{} of {of} documents", document.read),
        (Given::Part, None) => format!("{} so far", count(number(document.read), "document")),
    };
    if document.outdated == 0 { now } else { format!("{now}, {} unseen", count(number(document.outdated), "new version")) }
}

/// Signs in one word each.
pub fn words(signs: &Signs) -> String {
    signs.iter().map(Sign::word).collect::<Vec<_>>().join(" ")
}

/// What those signs mean that occur, one line each.
pub fn meanings<'a>(all: impl Iterator<Item = &'a Signs>) -> String {
    let mut met = Signs::default();
    all.for_each(|signs| met.extend(signs));
    met.iter().map(|sign| format!("{:<9} {}\n", sign.word(), meaning(sign))).collect()
}

/// What a sign says, in plain words.
pub const fn meaning(sign: Sign) -> &'static str {
    match sign {
        Sign::Delivery => "the link was opened within 5 seconds of its mail being handed over",
        Sign::Gateway => "the program named itself as one that looks into mails or at links",
        Sign::Prefetch => "a browser said that it loaded ahead what nobody had asked for",
        Sign::Quick => "less than half a second lay between a page and what was done on it",
        Sign::Sweep => "links of several people were opened from one address within 5 seconds",
    }
}
