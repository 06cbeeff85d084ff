//! Signs of machines: noted where they are seen, told with their reason, and nobody is refused or hidden for them.

use crate::helpers::{HOUR, Outcome, TestApp, documents, until};
use doorward::domain::machine::Sign;
use doorward::gate::views::ReceiptView;
use doorward::web::api::wire::CreateShare;
use serde_json::Value;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const GATEWAY: &str = "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))";

/// Waits until the hourly counts of so many links are put down.
async fn summed_up(app: &TestApp, links: usize) {
    let counted = || {
        let state = app.gate.ledger().state();
        let recipients = state.shares.values().flat_map(|share| share.recipients.values());
        recipients.filter(|recipient| recipient.fetched > 0).count()
    };
    until("the hour is summed up", || counted() >= links).await;
}

fn signs(receipt: &ReceiptView) -> Vec<Sign> {
    receipt.signs.iter().collect()
}

/// A share of two documents whose mail went out some time ago.
async fn app_with_a_share() -> Outcome<(TestApp, crate::helpers::Shared)> {
    let app = TestApp::start().await?;
    app.put("a.txt", "a")?;
    app.put("b.txt", "b")?;
    let share = app.share_documents(&["a.txt", "b.txt"]).await?;
    app.all_mailed().await;
    app.pass(HOUR);
    Ok((app, share))
}

/// The whole way at the pace of a person.
async fn enter_slowly(app: &TestApp, share: &crate::helpers::Shared) -> Outcome<crate::helpers::Client> {
    let client = app.client();
    let page = client.get(&share.link()).await?;
    app.pass(SECOND);
    let letters = app.mail.codes("guest@example.org").len();
    client.post_form(&page.form(&share.link())).await?;
    let code = app.mail.code("guest@example.org", letters + 1).await;
    let page = client.get(&share.code_page()).await?;
    app.pass(SECOND);
    client.post_form(&page.form(&share.code_page()).with("code", &code)).await?;
    client.get(&share.page()).await?;
    app.pass(SECOND);
    Ok(client)
}

#[tokio::test]
async fn a_person_leaves_no_sign() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = enter_slowly(&app, &share).await?;
    client.get(&share.document("a.txt")).await?;
    let receipt = app.settled_receipt().await?;
    assert_eq!(signs(&receipt), []);
    assert!(!serde_json::to_string(&receipt)?.contains("signs"), "where there is none nothing is said");
    app.pass(HOUR);
    summed_up(&app, 1).await;
    let counted = app.view(&share).await?.links[0].counted.clone();
    assert_eq!(counted.into_iter().collect::<Vec<_>>(), [("listed".to_owned(), 1)], "a list that was looked at is counted, and is no read");
    Ok(())
}

#[tokio::test]
async fn whoever_acts_within_half_a_second_is_noted_and_gets_the_document_all_the_same() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = enter_slowly(&app, &share).await?;
    client.get(&share.page()).await?;
    app.pass(Duration::from_millis(499));
    assert_eq!(client.get(&share.document("a.txt")).await?.text(), "a");
    assert_eq!(signs(&app.settled_receipt().await?), [Sign::Quick]);
    client.get(&share.page()).await?;
    app.pass(Duration::from_millis(500));
    assert_eq!(client.get(&share.document("b.txt")).await?.text(), "b");
    assert_eq!(signs(&app.settled_receipt().await?), [], "half a second is long enough");
    assert_eq!(app.receipts("").await?.len(), 2, "none is left out");
    Ok(())
}

#[tokio::test]
async fn a_code_typed_at_once_marks_all_that_its_session_reads() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    client.enter(&share).await?;
    app.pass(60 * SECOND);
    client.get(&share.document("a.txt")).await?;
    assert_eq!(signs(&app.settled_receipt().await?), [Sign::Quick]);
    let app = app.stop().await?.start().await?;
    client_after_restart(&app, &client, &share).await
}

/// The session's signs are in the ledger, so that a receipt after a start has them as well.
async fn client_after_restart(app: &TestApp, before: &crate::helpers::Client, share: &crate::helpers::Shared) -> Outcome {
    let client = app.client();
    client.set_cookies(before.cookies());
    client.get(&share.document("b.txt")).await?;
    assert_eq!(signs(&app.settled_receipt().await?), [Sign::Quick]);
    Ok(())
}

#[tokio::test]
async fn a_gateway_that_names_itself_is_noted_at_the_receipt_and_at_the_link() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = enter_slowly(&app, &share).await?;
    client.get_with(&share.document("a.txt"), &[("user-agent", GATEWAY)]).await?;
    assert_eq!(signs(&app.settled_receipt().await?), [Sign::Gateway]);
    for _ in 0..3 {
        client.get_with(&share.link(), &[("user-agent", GATEWAY)]).await?;
        client.get_with(&share.link(), &[("sec-purpose", "prefetch;prerender")]).await?;
    }
    assert_eq!(client.get_with(&share.document("b.txt"), &[("purpose", "prefetch")]).await?.code(), 503);
    app.pass(HOUR);
    summed_up(&app, 1).await;
    let link = app.view(&share).await?.links.remove(0);
    let counted = |word: &str| link.counted.get(word).copied();
    assert_eq!((counted("sign-gateway"), counted("sign-prefetch"), link.reads), (Some(4), Some(4), 1));
    assert!(counted("sign-delivery").is_none() && link.fetched >= 7, "{link:?}");
    Ok(())
}

#[tokio::test]
async fn links_opened_as_soon_as_their_mails_are_handed_over_and_all_from_one_address_are_noted() -> Outcome {
    let app = TestApp::start().await?;
    app.put("a.txt", "a")?;
    let to = ["one@example.org", "two@example.org", "three@example.org"].map(str::to_owned).to_vec();
    let share = app.share(CreateShare { to: to.clone(), ..documents(&["a.txt"]) }).await?;
    app.all_mailed().await;
    for email in &to {
        assert_eq!(app.client().get(&share.link_of(email)).await?.code(), 200);
        app.pass(SECOND);
    }
    app.pass(HOUR);
    summed_up(&app, 3).await;
    let view = app.view(&share).await?;
    let counted: Vec<_> = view
        .links
        .iter()
        .map(|link| (link.counted.get("sign-delivery"), link.counted.get("sign-sweep")))
        .collect();
    assert_eq!(counted, [(Some(&1), None), (Some(&1), None), (Some(&1), Some(&1))], "the third is what makes it a sweep");
    assert_eq!(app.events("receipt.started"), Vec::<Value>::new());
    Ok(())
}
