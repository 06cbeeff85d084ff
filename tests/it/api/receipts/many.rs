//! Who has read what of a share with more receipts than a list shows: true all the same.

use crate::helpers::{Outcome, Shared, TestApp, documents};
use doorward::crypto::sealed::{Private, Subject};
use doorward::domain::bounds::RECEIPT_WINDOW;
use doorward::domain::ids::ReceiptId;
use doorward::domain::range::{ByteRange, RangeSet};
use doorward::domain::receipt::{Action, Outcome as Reached};
use doorward::domain::shown::Shown;
use doorward::gate::readers::{ReaderView, Reading};
use doorward::gate::receipts::LISTED_RECEIPTS;
use doorward::gate::report::ReportView;
use doorward::ledger::event::{Event, Origin};
use doorward::ledger::state::Receipt;
use doorward::ledger::tx::{Class, Unavailable};
use doorward::web::api::wire::CreateShare;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Receipts put down at a time.
const AT_ONCE: usize = 100;

/// A whole receipt that is like another one.
fn like(receipt: &Receipt, number: usize) -> [Event; 2] {
    let mut id = [7; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let id = ReceiptId::from_bytes(id);
    let mut ranges = RangeSet::default();
    ranges.add(ByteRange { start: 0, end: receipt.version.size });
    let origin = Origin { address: "192.0.2.1".to_owned(), agent: String::new(), signs: Default::default() };
    let started = Event::ReceiptStarted {
        receipt: id,
        share: receipt.share,
        recipient: receipt.recipient,
        guest: receipt.guest,
        session: receipt.session,
        document: receipt.document.clone(),
        version: receipt.version.clone(),
        action: Action::Download,
        ends: receipt.started.plus(RECEIPT_WINDOW),
        proved: None,
        origin: Private::new(Subject::Guest(receipt.guest), origin),
    };
    let ended = Event::ReceiptEnded {
        receipt: id,
        share: receipt.share,
        guest: receipt.guest,
        ended: receipt.started,
        bytes: receipt.version.size,
        opens: 1,
        outcome: Reached::Complete,
        ranges,
        shown: Shown::default(),
    };
    [started, ended]
}

async fn told<T: DeserializeOwned>(app: &TestApp, share: &Shared, what: &str) -> Outcome<T> {
    let answer = app.api("GET", &format!("/api/v1/shares/{}/{what}", share.id), &Value::Null).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
    Ok(serde_json::from_slice(&answer.body)?)
}

#[tokio::test]
async fn early_readers_are_told_of_however_many_receipts_came_after_theirs() -> Outcome {
    let app = TestApp::start().await?;
    app.put("a.txt", "a")?;
    let to = ["early@example.org", "late@example.org"].map(str::to_owned).to_vec();
    let share = app.share(CreateShare { to: to.clone(), ..documents(&["a.txt"]) }).await?;
    for email in &to {
        let client = app.client();
        client.enter_as(&share, email).await?;
        client.get(&share.document("a.txt")).await?;
    }
    app.settled_receipt().await?;
    let state = app.gate.ledger().state();
    let last = state
        .receipts
        .values()
        .max_by_key(|receipt| state.recipient(receipt.share, receipt.recipient).map(|(_, r)| r.place));
    let last = last.cloned().ok_or("both have read")?;
    for batch in 0..LISTED_RECEIPTS / AT_ONCE {
        let last = last.clone();
        let put = app.gate.ledger().tx(Class::First, move |t| {
            (0..AT_ONCE).flat_map(|n| like(&last, batch * AT_ONCE + n)).for_each(|event| t.emit(event));
            Ok::<_, Unavailable>(())
        });
        put.await?;
    }
    let readers: Vec<ReaderView> = told(&app, &share, "readers").await?;
    let reading: Vec<_> = readers.iter().map(|reader| (reader.email.as_str(), reader.reading)).collect();
    assert_eq!(reading, [("early@example.org", Reading::All), ("late@example.org", Reading::All)]);
    let report: ReportView = told(&app, &share, "report").await?;
    assert_eq!((report.readers, report.receipts.len(), report.shortened), (readers, LISTED_RECEIPTS, true));
    assert_eq!(report.changes.first().map(|change| change.what.as_str()), Some("made"), "what was done first is told as well");
    Ok(())
}
