//! `doorward disclaimer`: every version of the text that recipients agree to. A new one is published by the configuration, at the start.

use crate::cli::Server;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::gate::views::DisclaimerVersionView;
use clap::{Args, Subcommand};

/// What to do with the texts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List all versions that were ever published
    List(Plain),
    /// Show a version with its text in every language
    Show(Show),
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

/// One version.
#[derive(Debug, Args)]
pub struct Show {
    /// What the version is called [default: the one that holds now]
    // Not "version", which is the name of the option that tells the program's own.
    #[arg(value_name = "VERSION")]
    name: Option<String>,
    #[command(flatten)]
    plain: Plain,
}

/// Runs the command.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List(plain) => list(&plain),
        Command::Show(options) => show(&options),
    }
}

fn all(plain: &Plain) -> Result<Vec<DisclaimerVersionView>, Failure> {
    Client::new(&plain.server)?.get("/api/v1/disclaimers")
}

fn list(plain: &Plain) -> Result<(), Failure> {
    let versions = all(plain)?;
    if plain.json {
        return output::json(&versions);
    }
    if versions.is_empty() {
        return output::print("no disclaimer was ever published; the section [disclaimer] of the configuration has one\n");
    }
    let row = |version: &DisclaimerVersionView, place: usize| {
        let wording = &version.wordings[place];
        let first = place == 0;
        vec![
            if first { version.version.clone() } else { String::new() },
            if first && version.current { "holds now".to_owned() } else { String::new() },
            if wording.language.is_empty() { "-".to_owned() } else { wording.language.clone() },
            wording.digest.clone(),
            wording.title.clone(),
        ]
    };
    let rows = versions
        .iter()
        .flat_map(|version| (0..version.wordings.len()).map(move |place| row(version, place)));
    output::print(&output::table(&["VERSION", "", "LANGUAGE", "SHA-256", "TITLE"], &rows.collect::<Vec<_>>()))
}

fn show(options: &Show) -> Result<(), Failure> {
    let versions = all(&options.plain)?;
    let wanted = |known: &DisclaimerVersionView| options.name.as_ref().map_or(known.current, |name| *name == known.version);
    let Some(version) = versions.into_iter().find(wanted) else {
        let named = options.name.as_deref().map_or_else(String::new, |name| format!(" {}", output::clean(name)));
        return Err(Failure::refused(format!("there is no disclaimer{named}; doorward disclaimer list shows all that were published")));
    };
    if options.plain.json {
        return output::json(&version);
    }
    let now = if version.current { ", which holds now" } else { "" };
    let mut text = format!("version {}{now}\n", output::clean(&version.version));
    for wording in &version.wordings {
        let language = if wording.language.is_empty() { "no language said" } else { &wording.language };
        let lines: Vec<String> = wording.text.lines().map(output::clean).collect();
        text.push_str(&format!("\n{} ({language})\nSHA-256 {}\n\n", output::bold(&output::clean(&wording.title)), wording.digest));
        text.push_str(&format!("{}\n", lines.join("\n").trim()));
    }
    output::print(&text)
}
