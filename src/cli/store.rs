//! `doorward store`: which stores there are, whether they can be read, and what is in them.

use crate::cli::Server;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::share::{count, document};
use crate::gate::stores::{FolderView, StoreCheckView, StoreStatus, StoreView};
use clap::{Args, Subcommand};
use http::Method;
use std::ffi::OsString;

/// What to do with stores.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the stores and how they do
    List(Plain),
    /// Try every store now, and say what to mend
    Check(Plain),
    /// List a folder of a store
    Ls(Ls),
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

/// A folder.
#[derive(Debug, Args)]
pub struct Ls {
    /// The folder, NAME:PATH; NAME may be left out when there is one store, PATH for all of the store
    #[arg(default_value = "", hide_default_value = true, value_name = "NAME:PATH")]
    folder: OsString,
    #[command(flatten)]
    plain: Plain,
}

/// Runs the command.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List(options) => list(&options),
        Command::Check(options) => check(&options),
        Command::Ls(options) => ls(&options),
    }
}

fn list(options: &Plain) -> Result<(), Failure> {
    let all: Vec<StoreView> = Client::new(&options.server)?.get("/api/v1/stores")?;
    if options.json {
        return output::json(&all);
    }
    let rows: Vec<_> = all
        .iter()
        .map(|store| vec![store.name.clone(), store.kind.clone(), writable(store), state(store)])
        .collect();
    output::print(&output::table(&["STORE", "KIND", "WRITABLE", "STATE"], &rows))
}

fn writable(store: &StoreView) -> String {
    if store.writable { "yes" } else { "no" }.to_owned()
}

fn state(store: &StoreView) -> String {
    let moment = |at: &Option<String>| at.as_deref().map(output::moment).unwrap_or_default();
    let error = store.error.as_deref().unwrap_or_default();
    match store.state {
        StoreStatus::Ok => "ok".to_owned(),
        StoreStatus::Failing => format!("failing since {}: {error}", moment(&store.since)),
        StoreStatus::LeftAlone => {
            format!("left alone until {}, failing since {}: {error}", moment(&store.until), moment(&store.since))
        }
    }
}

fn check(options: &Plain) -> Result<(), Failure> {
    let all: Vec<StoreCheckView> = Client::new(&options.server)?.send(Method::POST, "/api/v1/stores/check", &())?;
    if options.json {
        output::json(&all)?;
    } else {
        let row = |store: &StoreCheckView| {
            let state = if store.ok { "ok" } else { "wrong" };
            vec![store.name.clone(), store.kind.clone(), state.to_owned(), store.problem.clone().unwrap_or_default()]
        };
        output::print(&output::table(&["STORE", "KIND", "STATE", "WHAT TO MEND"], &all.iter().map(row).collect::<Vec<_>>()))?;
    }
    if all.iter().all(|store| store.ok) { Ok(()) } else { Err(Failure::said()) }
}

fn ls(options: &Ls) -> Result<(), Failure> {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("folder", &document(&options.folder)?)
        .finish();
    let found: FolderView = Client::new(&options.plain.server)?.get(&format!("/api/v1/stores/entries?{query}"))?;
    if options.plain.json {
        return output::json(&found);
    }
    let rows = found.entries.iter().map(|entry| {
        let kind = if entry.folder { "folder" } else { "document" };
        let size = entry.size.map(|size| size.to_string()).unwrap_or_default();
        let changed = entry.changed.as_deref().map(output::moment).unwrap_or_default();
        vec![kind.to_owned(), size, changed, entry.name.clone()]
    });
    let mut text = output::table(&["TYPE", "SIZE", "CHANGED", "NAME"], &rows.collect::<Vec<_>>());
    if found.truncated {
        text.push_str("there is more in it than is listed\n");
    }
    if found.hidden > 0 {
        text.push_str(&format!("{} left out: no document, out of the store, or not to be named exactly\n", count(found.hidden, "name")));
    }
    output::print(&text)
}
