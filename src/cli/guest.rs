//! `doorward guest`: people outside, what wrong codes and mails have used up for them, and ending their access.

use crate::cli::Server;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::share::count;
use crate::domain::email::EmailAddress;
use crate::gate::guests::{GuestDone, GuestView};
use clap::{Args, Subcommand};
use http::Method;

/// What to do with people outside.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List all people outside who were ever invited
    List(Plain),
    /// Show what somebody has, and what wrong codes and mails have used up
    Show(One),
    /// End the waits and used-up mails of an address
    Lift(One),
    /// Stop all access of an address at once, downloads under way included
    Revoke(One),
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

/// A person outside.
#[derive(Debug, Args)]
pub struct One {
    /// The address
    #[arg(value_name = "EMAIL", value_parser = EmailAddress::parse)]
    email: EmailAddress,
    #[command(flatten)]
    plain: Plain,
}

impl One {
    /// The address as it stands in an address of the API.
    fn path(&self, what: &str) -> String {
        let email: String = form_urlencoded::byte_serialize(self.email.expose().as_bytes()).collect();
        format!("/api/v1/guests/{email}{what}")
    }
}

/// Runs the command.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List(plain) => list(&plain),
        Command::Show(one) => show(&one),
        Command::Lift(one) => {
            let done: GuestDone = Client::new(&one.plain.server)?.send(Method::POST, &one.path("/lift"), &())?;
            if one.plain.json {
                return output::json(&done);
            }
            output::print(&match done.shares {
                0 => format!("{}: nothing was used up\n", one.email.expose()),
                shares => format!("{}: waits and used-up mails are ended at {}\n", one.email.expose(), count(shares, "share")),
            })
        }
        Command::Revoke(one) => {
            let done: GuestDone = Client::new(&one.plain.server)?.send(Method::POST, &one.path("/revoke"), &())?;
            if one.plain.json {
                return output::json(&done);
            }
            output::print(&format!("{}: access is stopped at {}\n", one.email.expose(), count(done.shares, "share")))
        }
    }
}

fn list(plain: &Plain) -> Result<(), Failure> {
    let guests: Vec<GuestView> = Client::new(&plain.server)?.get("/api/v1/guests")?;
    if plain.json {
        return output::json(&guests);
    }
    if guests.is_empty() {
        return output::print("nobody was invited yet\n");
    }
    let at = |moment: &Option<String>| moment.as_deref().map_or_else(|| "-".to_owned(), output::moment);
    let row = |guest: &GuestView| {
        let numbers = [guest.open.to_string(), guest.shares.to_string(), guest.reads.to_string()];
        let [open, shares, reads] = numbers;
        vec![guest.email.clone(), open, shares, reads, at(&guest.slow_until), at(&guest.mail_from)]
    };
    let rows: Vec<Vec<String>> = guests.iter().map(row).collect();
    output::print(&output::table(&["GUEST", "OPEN", "SHARES", "READS", "WAITS UNTIL", "NEXT MAIL"], &rows))
}

fn show(one: &One) -> Result<(), Failure> {
    let guest: GuestView = Client::new(&one.plain.server)?.get(&one.path(""))?;
    if one.plain.json {
        return output::json(&guest);
    }
    let mut text = format!("{}  {}, {} open\n", output::bold(&guest.email), count(guest.shares, "share"), guest.open);
    for access in &guest.access {
        let reads = count(usize::try_from(access.reads).unwrap_or(usize::MAX), "read");
        text.push_str(&format!("\n{}  {}, {reads}  {}\n", output::bold(&access.share), access.status, output::clean(&access.subject)));
        let used =
            [count(access.wrong_codes, "wrong code"), count(access.code_mails, "code mail"), count(access.known_browsers, "known browser")];
        text.push_str(&format!("  within a day {} and {}; {}\n", used[0], used[1], used[2]));
        if let Some(until) = &access.slow_until {
            text.push_str(&format!("  wrong codes make unknown browsers wait until {}\n", output::moment(until)));
        }
        if let Some(from) = &access.mail_from {
            text.push_str(&format!("  the next code can be mailed at {}\n", output::moment(from)));
        }
    }
    output::print(&text)
}
