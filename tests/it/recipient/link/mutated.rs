//! Mutated links: bits flipped, ends cut, true ones spliced, other keys, other ways to write the same: all refused alike, and nothing happens.

use super::{GUEST, quiet_app};
use crate::helpers::forge::forge;
use crate::helpers::{HOUR, Outcome, until};
use doorward::gate::refusal::Refusal;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;

const ALL: usize = 10_000;
const OVER_HTTP: usize = 500;
#[tokio::test]
async fn ten_thousand_mutated_links_are_refused_alike_and_nothing_happens() -> Outcome {
    let (app, share) = quiet_app().await?;
    let mut forge = forge(&app).await?;
    app.all_mailed().await;
    let (lines, letters) = (app.lines(), app.mail.0.letters().len());
    let known: BTreeSet<String> = forge.links.iter().cloned().collect();
    let client = app.client();
    let refused = client.get("/s/AAAA").await?;
    assert_eq!(refused.code(), 404);
    let (looks, calls) = (app.gate.ledger().looks(), app.gate.documents().calls());
    let (mut tried, mut asked) = (0, 1);
    while tried < ALL {
        let link = forge.next();
        if known.contains(&link) {
            continue;
        }
        tried += 1;
        assert_eq!(app.gate.enter(&link).err(), Some(Refusal::UnknownLink), "{link}");
        if tried % (ALL / OVER_HTTP) == 0 {
            asked += 1;
            let path = format!("/s/{}", utf8_percent_encode(&link, NON_ALPHANUMERIC));
            let answer = client.ask(["GET", "POST"][asked % 2], &path, &[], Vec::new()).await?;
            assert_eq!((answer.code(), &answer.body), (404, &refused.body), "{link}");
        }
    }
    assert!(asked >= 500);
    assert_eq!((app.gate.ledger().looks(), app.gate.documents().calls()), (looks, calls), "no look at the state, no call of a store");
    assert_eq!((app.lines(), app.mail.0.letters().len()), (lines, letters));
    app.pass(HOUR);
    until("the hour is summed up", || app.events("strangers.counted").len() == 1).await;
    assert_eq!(app.events("strangers.counted")[0]["forged"], ALL + asked);
    let person = app.client();
    assert_eq!(person.enter_as(&share, GUEST).await?.code(), 200, "the person still gets in");
    Ok(())
}
