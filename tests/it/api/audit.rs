//! The ledger over the API: exported whole, verified, and silent about what was never to be written down.

use crate::helpers::{Outcome, TestApp};
use doorward::gate::audit::VerifiedView;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// All bytes of all files of a folder.
fn bytes_of(folder: &Path) -> Outcome<Vec<u8>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        all.extend(if entry.file_type()?.is_dir() { bytes_of(&entry.path())? } else { fs::read(entry.path())? });
    }
    Ok(all)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn the_export_tells_the_whole_way_and_the_chain_holds() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    client.get(&share.document("report.txt")).await?;
    client.finish(&share).await?;
    let exported = app.api("GET", "/api/v1/audit/export", &Value::Null).await;
    assert_eq!((exported.code(), exported.header("content-type")), (200, "application/x-ndjson"));
    let lines: Vec<Value> = exported.text().lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let kinds: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["events"].as_array())
        .flatten()
        .filter_map(|event| event["k"].as_str())
        .collect();
    let mut from = 0;
    for kind in [
        "server.started",
        "share.created",
        "recipient.added",
        "challenge.made",
        "consent.given",
        "code.sent",
        "session.opened",
        "receipt.started",
        "session.closed",
    ] {
        let at = kinds[from..].iter().position(|known| *known == kind);
        from += at.ok_or_else(|| format!("{kind} does not follow in {kinds:?}"))?;
    }
    for (nth, line) in lines.iter().enumerate() {
        assert_eq!(line["n"], nth + 1);
    }
    assert!(exported.text().contains("guest@example.org"), "with its keys the ledger opens");
    let verified: VerifiedView = serde_json::from_slice(&app.api("GET", "/api/v1/audit/verify", &Value::Null).await.body)?;
    assert_eq!(verified.lines, lines.len() as u64);
    assert_eq!(verified.unfinished_bytes, 0);
    Ok(())
}

#[tokio::test]
async fn neither_people_nor_codes_nor_links_stand_readable_on_the_disk() -> Outcome {
    let app = TestApp::start().await?;
    app.put("A secret name.txt", "the report")?;
    let share = app.share_documents(&["A secret name.txt"]).await?;
    let client = app.client();
    let code = client.code_from_mail(&share.link(), "guest@example.org").await?;
    client.give_code(&share, &code).await?;
    client
        .ask("GET", &share.document("A%20secret%20name.txt"), &[("user-agent", "A most telling browser")], Vec::new())
        .await?;
    let cookies = client.cookies();
    let data = app.data();
    let _stopped = app.stop().await?;
    let bytes = bytes_of(&data)?;
    assert!(holds(&bytes, "receipt.started"), "it is the right folder");
    for secret in [
        "guest@example.org",
        "A secret name",
        "A%20secret",
        "most telling",
        "127.0.0.1",
        "Case Office",
        share.link().trim_start_matches("/s/"),
    ] {
        assert!(!holds(&bytes, secret), "{secret}");
    }
    assert!(!holds(&bytes, &format!("\"{code}\"")));
    for value in cookies.values() {
        assert!(!holds(&bytes, value), "a cookie");
    }
    Ok(())
}

#[tokio::test]
async fn a_journal_that_somebody_edited_is_found_out() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    app.share_documents(&["report.txt"]).await?;
    app.all_mailed().await;
    let file = app.data().join("ledger/00000001.jsonl");
    let text = fs::read_to_string(&file)?;
    fs::write(&file, text.replacen("\"share.created\"", "\"share.crEated\"", 1))?;
    let answer = app.api("GET", "/api/v1/audit/verify", &Value::Null).await;
    assert!(answer.code() == 409 && answer.says("00000001.jsonl"), "{}", answer.text());
    Ok(())
}
