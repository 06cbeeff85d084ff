//! `doorward redaction`: covering areas of pages of what is shared.

use crate::cli::Server;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::share::{count, document, id};
use crate::domain::part::PartPath;
use crate::domain::policy::Delivery;
use crate::domain::redaction::Area;
use crate::domain::seen::SeenTag;
use crate::gate::views::{RedactionView, ShareView};
use crate::web::api::redactions::{AddRedaction, SEEN};
use clap::{Args, Subcommand};
use http::Method;
use serde::Serialize;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

/// What to do with covered areas.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Cover an area of a page; the share gives no originals while anything is covered
    Add(Add),
    /// List what is covered in a share
    List(List),
    /// Save a page as a picture, with what is covered on it, to see where to cover more
    Page(Page),
    /// Cover areas no longer
    Remove(Remove),
}

/// Options that all have in common.
#[derive(Debug, Args)]
pub struct Plain {
    #[command(flatten)]
    server: Server,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

/// A page of a document.
#[derive(Debug, Args)]
pub struct Where {
    /// The share's id, or the beginning of it
    share: String,
    /// A document of the share, STORE:PATH; the store may be left out when there is one
    document: OsString,
    /// The page, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
    /// A document inside it, such as 2 for the second attachment of a mail
    #[arg(long, value_name = "PART")]
    part: Option<PartPath>,
}

impl Where {
    fn part(&self) -> Option<String> {
        self.part.as_ref().filter(|part| !part.is_whole()).map(ToString::to_string)
    }
}

/// An area to be covered.
#[derive(Debug, Args)]
pub struct Add {
    #[command(flatten)]
    place: Where,
    /// Left, top, width and height in per cent of the page, as in 10,20,30,5.5
    #[arg(long, value_name = "L,T,W,H")]
    area: Area,
    /// The tag that `redaction page` showed: nothing is covered when the document has changed since
    #[arg(long, value_name = "TAG")]
    seen: Option<SeenTag>,
    #[command(flatten)]
    plain: Plain,
}

/// A share.
#[derive(Debug, Args)]
pub struct List {
    /// The share's id, or the beginning of it
    share: String,
    #[command(flatten)]
    plain: Plain,
}

/// A page to be saved.
#[derive(Debug, Args)]
pub struct Page {
    #[command(flatten)]
    place: Where,
    /// Where to save the picture (JPEG); a file that is there is not written over
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Draw a grid of per cents over it, to read areas from
    #[arg(long)]
    grid: bool,
    #[command(flatten)]
    plain: Plain,
}

/// A page that was saved.
#[derive(Debug, Serialize)]
struct Saved {
    document: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    page: u32,
    file: String,
    seen: String,
}

/// Areas.
#[derive(Debug, Args)]
pub struct Remove {
    /// Ids of covered areas, or the beginnings of them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    plain: Plain,
}

/// Runs the command.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Add(options) => add(&options),
        Command::List(options) => list(&options),
        Command::Page(options) => page(&options),
        Command::Remove(options) => remove(&options),
    }
}

fn add(options: &Add) -> Result<(), Failure> {
    let Add { place, area, seen, plain } = options;
    let wanted = AddRedaction {
        document: document(&place.document)?,
        part: place.part(),
        page: place.page,
        area: area.to_string(),
        seen: seen.as_ref().map(ToString::to_string),
    };
    let path = format!("/api/v1/shares/{}/redactions", id(&place.share)?);
    let made: RedactionView = Client::new(&plain.server)?.send(Method::POST, &path, &wanted)?;
    if plain.json {
        return output::json(&made);
    }
    output::print(&format!(
        "covered {} on page {} of {} ({}), from the next picture on\nshare {} gives no originals while anything is covered\n",
        made.area,
        made.page,
        output::clean(&made.document),
        made.id,
        made.share
    ))
}

fn list(options: &List) -> Result<(), Failure> {
    let path = format!("/api/v1/shares/{}/redactions", id(&options.share)?);
    let all: Vec<RedactionView> = Client::new(&options.plain.server)?.get(&path)?;
    if options.plain.json {
        return output::json(&all);
    }
    if all.is_empty() {
        return output::print("nothing is covered in this share\n");
    }
    let rows = all.iter().map(|one| {
        let part = one.part.as_ref().map(|part| format!(" part {part}")).unwrap_or_default();
        let holds = if one.changed { "changed: not shown" } else { "holds" };
        vec![
            one.id.clone(),
            format!("{}{part}", one.document),
            one.page.to_string(),
            one.area.clone(),
            holds.to_owned(),
            output::moment(&one.added),
        ]
    });
    output::print(&output::table(&["ID", "DOCUMENT", "PAGE", "AREA", "STATE", "ADDED"], &rows.collect::<Vec<_>>()))
}

fn page(options: &Page) -> Result<(), Failure> {
    let Page { place, to, grid, plain } = options;
    let (document, part) = (document(&place.document)?, place.part());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("document", &document);
    query.extend_pairs(part.iter().map(|part| ("part", part)));
    query.extend_pairs(grid.then_some(("grid", "true")));
    let path = format!("/api/v1/shares/{}/pages/{}?{}", id(&place.share)?, place.page, query.finish());
    let (picture, seen) = Client::new(&plain.server)?.bytes_with(&path, SEEN)?;
    let cannot = |why: std::io::Error| Failure::refused(format!("{}: {why}", to.display()));
    std::fs::File::create_new(to).and_then(|mut file| file.write_all(&picture)).map_err(cannot)?;
    if plain.json {
        return output::json(&Saved { document, part, page: place.page, file: to.display().to_string(), seen });
    }
    let part = part.map(|part| format!(" --part {part}")).unwrap_or_default();
    output::print(&format!(
        "page {number} is in {}\ncover an area of it, in per cent of the page, with: doorward redaction add {} {} --page {number}{part} \
         --area LEFT,TOP,WIDTH,HEIGHT --seen {}\n",
        to.display(),
        place.share,
        quoted(&output::clean(&place.document.to_string_lossy())),
        output::clean(&seen),
        number = place.page,
    ))
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:%+,@".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

fn remove(options: &Remove) -> Result<(), Failure> {
    let client = Client::new(&options.plain.server)?;
    let mut shares: Vec<ShareView> = Vec::new();
    for one in &options.ids {
        let share: ShareView = client.delete(&format!("/api/v1/redactions/{}", id(one)?))?;
        shares.retain(|known| known.id != share.id);
        shares.push(share);
    }
    if options.plain.json {
        return output::json(&shares);
    }
    let mut text = format!("{} covered no longer\n", count(options.ids.len(), "area"));
    for share in &shares {
        text.push_str(&match (share.redactions, share.delivery) {
            (0, Delivery::Download) => format!("share {} gives originals again\n", share.id),
            (0, _) => format!("nothing is covered in share {}\n", share.id),
            (left, _) => format!("{} still covered in share {}\n", count(left, "area"), share.id),
        });
    }
    output::print(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_for_a_shell() {
        for (word, written) in [("a:b/c.pdf", "a:b/c.pdf"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$(x)", "'$(x)'"), ("a;b", "'a;b'")]
        {
            assert_eq!(quoted(word), written);
        }
    }
}
