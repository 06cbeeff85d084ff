//! Pinned documents: what was shared is given as it was, or not at all; staff and recipient learn why.

use crate::helpers::{Outcome, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use std::fs;
use std::time::{Duration, SystemTime};

/// Gives a file another moment of change without changing anything else.
fn touch(file: &std::path::Path) -> Outcome {
    let file = fs::File::options().write(true).open(file)?;
    Ok(file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000))?)
}

#[tokio::test]
async fn a_pinned_document_that_was_touched_replaced_or_changed_is_not_given() -> Outcome {
    for how in ["rewritten", "touched", "replaced"] {
        let app = TestApp::start().await?;
        app.put("report.txt", "as it was")?;
        let share = app.share_documents(&["report.txt"]).await?;
        let client = app.client();
        client.enter(&share).await?;
        assert_eq!(client.get(&share.document("report.txt")).await?.text(), "as it was");
        let file = app.documents().join("report.txt");
        match how {
            "rewritten" => app.put("report.txt", "as it is now")?,
            "touched" => touch(&file)?,
            _ => {
                app.put("new.txt", "as it WAS")?;
                let before = fs::metadata(&file)?.modified()?;
                fs::File::options().write(true).open(app.documents().join("new.txt"))?.set_modified(before)?;
                fs::rename(app.documents().join("new.txt"), &file)?;
            }
        }
        let receipts = app.events("receipt.started").len();
        for fields in [&[][..], &[("range", "bytes=0-3")], &[("if-none-match", "*")]] {
            let refused = client.get_with(&share.document("report.txt"), fields).await?;
            assert!(refused.code() == 409 && refused.says("has changed since it was shared"), "{how}: {}", refused.text());
        }
        assert_eq!(client.head(&share.document("report.txt")).await?.code(), 409, "{how}");
        let page = client.get(&share.page()).await?;
        assert!(page.says("Changed since it was shared") && !page.says("/f/report.txt"), "{how}: {}", page.text());
        let view = app.view(&share).await?;
        assert_eq!(view.documents[0].problem.as_deref(), Some("changed since it was shared"), "{how}");
        assert_eq!(app.events("receipt.started").len(), receipts, "{how}");
    }
    Ok(())
}

#[tokio::test]
async fn a_document_that_is_gone_is_said_to_be_gone_and_can_come_back() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let (file, aside) = (app.documents().join("report.txt"), app.documents().join("aside.txt"));
    fs::rename(&file, &aside)?;
    let refused = client.get(&share.document("report.txt")).await?;
    assert!(refused.code() == 404 && refused.says("no longer there") && refused.hrefs().contains(&share.page()));
    assert!(client.get(&share.page()).await?.says("No longer in its place"));
    assert_eq!(app.view(&share).await?.documents[0].problem.as_deref(), Some("missing in the store"));
    fs::rename(&aside, &file)?;
    assert_eq!(client.get(&share.document("report.txt")).await?.text(), "the report", "the same file in its place again");
    Ok(())
}

#[tokio::test]
async fn a_followed_document_is_given_as_it_is_now() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "as it was")?;
    let share = app.share(CreateShare { pin: Some(false), ..documents(&["report.txt"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    app.put("report.txt", "as it is now")?;
    assert_eq!(client.get(&share.document("report.txt")).await?.text(), "as it is now");
    assert_eq!(app.view(&share).await?.documents[0].problem, None);
    Ok(())
}

#[tokio::test]
async fn a_pinned_folder_gives_what_was_there_and_nothing_that_came_later() -> Outcome {
    let app = TestApp::start().await?;
    for name in ["case/one.txt", "case/two.txt", "case/sub/three.txt"] {
        app.put(name, name)?;
    }
    let share = app.share(CreateShare { pin: Some(true), ..documents(&["case"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    app.put("case/late.txt", "came later")?;
    app.put("case/sub/late.txt", "came later")?;
    app.put("case/new/late.txt", "came later")?;
    app.put("case/two.txt", "changed")?;
    let page = client.get(&share.page()).await?;
    assert!(page.says("one.txt") && page.says("two.txt") && !page.says("late.txt") && !page.says("/new/"), "{}", page.text());
    assert!(page.says("Changed since it was shared"));
    assert!(!client.get(&share.document("case/sub/")).await?.says("late.txt"));
    for (path, status) in [
        ("one.txt", 200),
        ("sub/three.txt", 200),
        ("two.txt", 409),
        ("late.txt", 404),
        ("sub/late.txt", 404),
        ("new/late.txt", 404),
        ("new/", 404),
    ] {
        let answer = client.get(&share.document(&format!("case/{path}"))).await?;
        assert_eq!(answer.code(), status, "{path}");
        assert!(!answer.says("came later"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_pinned_folder_of_two_thousand_documents_survives_a_restart() -> Outcome {
    let app = TestApp::start().await?;
    for n in 0..2_000 {
        app.put(&format!("case/{n:04}-a-name-that-is-about-as-long-as-names-of-documents-are.txt"), format!("{n}"))?;
    }
    let share = app.share(CreateShare { pin: Some(true), ..documents(&["case"]) }).await?;
    let app = app.stop().await?.start().await?;
    let app = app.after_a_crash().await?;
    let client = app.client();
    client.enter(&share).await?;
    let path = share.document("case/1999-a-name-that-is-about-as-long-as-names-of-documents-are.txt");
    assert_eq!(client.get(&path).await?.text(), "1999");
    app.put("case/late.txt", "came later")?;
    assert_eq!(client.get(&share.document("case/late.txt")).await?.code(), 404);
    assert!(app.view(&share).await?.documents[0].pinned);
    Ok(())
}

#[tokio::test]
async fn a_document_that_took_the_place_of_a_pinned_folder_is_not_given() -> Outcome {
    let app = TestApp::start().await?;
    app.put("case/a.txt", "shared")?;
    app.put("case/sub/b.txt", "shared")?;
    let share = app.share(CreateShare { pin: Some(true), ..documents(&["case"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    fs::remove_dir_all(app.documents().join("case/sub"))?;
    app.put("case/sub", "never shared")?;
    // The address of a folder without its last slash leads to that folder, which is not there any more.
    for (path, code) in [("case/sub", 308), ("case/sub/", 404)] {
        let refused = client.get(&share.document(path)).await?;
        assert!(refused.code() == code && !refused.says("never shared"), "{path}: {} {}", refused.code(), refused.text());
    }
    assert_ne!(client.get(&format!("/d/{}/v/case/sub", share.id)).await?.code(), 200);
    let page = client.get(&share.page()).await?;
    assert!(page.says("a.txt") && !page.hrefs().contains(&share.document("case/sub")), "{}", page.text());
    assert!(page.says("Changed since it was shared"), "{}", page.text());
    Ok(())
}
