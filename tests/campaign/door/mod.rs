//! The door under load: forged links, scanners, guessers, what times tell, and cutting off.

mod cut;
mod guessing;
mod headless;
mod links;
mod scanners;
mod siege;
mod timing;

use crate::helpers::full;
use crate::rig::{Client, Outcome, Shared, TestApp};
use doorward::crypto::random::CookieSecret;
use doorward::domain::ids::ShareId;
use doorward::domain::time::Timestamp;
use std::future::pending;
use std::time::Duration;

/// The whole number, or a tenth of it.
fn of(whole: usize) -> usize {
    if full() { whole } else { whole / 10 }
}

/// Lets others go on for so long.
async fn meanwhile(time: Duration) {
    let _ = tokio::time::timeout(time, pending::<()>()).await;
}

/// The cookie of a browser's challenge.
fn challenge_cookie(client: &Client, share: &Shared) -> Option<CookieSecret> {
    CookieSecret::parse(client.cookies().get(&format!("__Host-dw-c-{}", share.id))?)
}

/// The code that was mailed for a browser, which only its mailbox tells in the world; nothing when none was.
fn own_code(app: &TestApp, share: &Shared, client: &Client) -> Option<String> {
    let state = app.gate.ledger().state();
    let challenge = state.challenges.get(state.browsers.get(&challenge_cookie(client, share)?.hash())?)?;
    challenge.sent?;
    Some(challenge.secret.get()?.digits(challenge.moment, challenge.digits))
}

fn id(share: &Shared) -> Outcome<ShareId> {
    share.id.parse().map_err(|_| "it is the id of a share".into())
}

/// How long a page says that one has to wait: its seconds, or until the minute that it names is over.
fn named_wait(page: &str, now: Timestamp) -> Option<Duration> {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u64>().ok();
    if let Some(seconds) = page.split("data-wait=\"").nth(1).and_then(digits) {
        return Some(Duration::from_secs(seconds));
    }
    let clock = |text: &str| Some((digits(text.get(..2)?)?, text.get(2..3)? == ":", digits(text.get(3..5)?)?));
    let named = page.split("at ").skip(1).find_map(|rest| clock(rest).filter(|(_, colon, _)| *colon));
    let (hour, _, minute) = named?;
    let today = now.millis().rem_euclid(86_400_000) / 1000;
    let wanted = i64::try_from(hour * 3600 + minute * 60 + 60).ok()?;
    // A minute that is over is one of tomorrow.
    Some(Duration::from_secs(u64::try_from((wanted - today - 1).rem_euclid(86_400)).ok()? + 1))
}

#[test]
fn the_wait_that_a_page_names_is_understood() {
    let noon = Timestamp::from_millis(1_790_856_000_000);
    assert_eq!(named_wait("<form data-wait=\"42\">", noon), Some(Duration::from_secs(42)));
    assert_eq!(named_wait("asked for at 12:10 UTC.", noon), Some(Duration::from_secs(660)));
    assert_eq!(named_wait("at least; at 11:59 UTC on 2 October 2026", noon), Some(Duration::from_secs(86_400)));
    assert_eq!(named_wait("at noon", noon), None);
}
