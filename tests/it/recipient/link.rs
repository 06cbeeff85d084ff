//! The link: opening it does nothing, agreeing to it is recorded, and whatever is not exactly it is refused.

mod agreement;
mod mutated;
mod versions;

use crate::helpers::{HOUR, Outcome, Shared, TestApp, until};
use serde_json::Value;

pub(super) const GUEST: &str = "guest@example.org";

/// A share whose invitation has gone out, so that nothing more is under way.
pub(super) async fn quiet_app() -> Outcome<(TestApp, Shared)> {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    app.all_mailed().await;
    Ok((app, share))
}

#[tokio::test]
async fn opening_a_link_any_number_of_times_writes_nothing_and_mails_nothing() -> Outcome {
    let (app, share) = quiet_app().await?;
    let (lines, letters) = (app.lines(), app.mail.0.letters().len());
    for client in [app.client(), app.client_http2()] {
        for _ in 0..50 {
            assert_eq!(client.get(&share.link()).await?.code(), 200);
            assert_eq!(client.head(&share.link()).await?.code(), 200);
            let prefetch = client.get_with(&share.link(), &[("sec-purpose", "prefetch"), ("user-agent", "a scanner")]).await?;
            assert_eq!(prefetch.code(), 200);
            assert!(client.cookies().is_empty(), "opening sets no cookie");
        }
    }
    assert_eq!((app.lines(), app.mail.0.letters().len()), (lines, letters));
    app.pass(HOUR);
    let fetched = || {
        app.gate
            .ledger()
            .state()
            .shares
            .values()
            .flat_map(|share| share.recipients.values())
            .map(|r| r.fetched)
            .sum::<u64>()
    };
    until("the hour is summed up", || fetched() > 0).await;
    let counted = &app.events("link.counted")[0];
    assert_eq!((&counted["count"], &counted["what"]), (&Value::from(300), &Value::from("fetched")));
    assert_eq!(app.view(&share).await?.links[0].fetched, 300);
    assert_eq!(app.view(&share).await?.reads, 0, "fetching is no read");
    Ok(())
}

#[tokio::test]
async fn the_page_behind_a_link_says_who_shares_what_and_names_no_document() -> Outcome {
    let (app, share) = quiet_app().await?;
    let page = app.client().get(&share.link()).await?;
    assert!(page.says("Case Office shares one document with you") && page.says("1 October 2027"), "{}", page.text());
    assert!(!page.says("report.txt") && !page.says(GUEST), "whoever found the link learns neither document nor address");
    assert_eq!(page.forms().len(), 3, "to agree, to decline and to say that it is for somebody else");
    Ok(())
}
