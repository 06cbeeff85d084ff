//! The text in its versions and languages: what was published stays as it is, and whoever has to is asked anew.

use super::{GUEST, quiet_app};
use crate::helpers::{MINUTE, Outcome, TestApp, documents};
use doorward::config::{Config, TranslationEntry};
use doorward::crypto::primitives::{sha256, to_hex};
use doorward::web::api::wire::CreateShare;
use serde_json::Value;

fn second(config: &mut Config) {
    if let Some(text) = &mut config.disclaimer {
        (text.version, text.text) = ("2".to_owned(), "Reading is noted. All of it.".to_owned());
    }
}

/// The text in one language only.
fn english(config: &mut Config) {
    if let Some(text) = &mut config.disclaimer {
        text.translations.clear();
    }
}

fn german(config: &mut Config) {
    if let Some(text) = &mut config.disclaimer {
        text.translations = vec![TranslationEntry {
            language: "de".to_owned(),
            title: "Bevor Sie lesen".to_owned(),
            text: "Es wird festgehalten.\n\nAlles.".to_owned(),
        }];
    }
}

#[tokio::test]
async fn a_version_that_was_published_cannot_become_another_text() -> Outcome {
    let app = TestApp::with(english).await?;
    let stopped = app.stop().await?;
    let changed = |config: &mut Config| {
        english(config);
        if let Some(text) = &mut config.disclaimer {
            text.text.push_str("\n\nAnd more.");
        }
    };
    let refused = stopped.clone().start_with(changed).await.err().map(|why| why.to_string()).unwrap_or_default();
    assert_eq!(
        refused,
        "disclaimer.version \"1\" was published with another text; a version stays as it is, so give the changed text a new one"
    );
    let app = stopped.start_with(second).await?;
    let stopped = app.stop().await?;
    let refused = stopped.clone().start_with(changed).await.err().map(|why| why.to_string()).unwrap_or_default();
    assert!(refused.contains("was published with another text"), "nor after it was replaced: {refused}");
    let app = stopped.start_with(german).await?;
    let published = app.events("disclaimer.published");
    assert_eq!(published.len(), 3, "going back to a text, and adding a language, is allowed");
    Ok(())
}

#[tokio::test]
async fn what_is_agreed_to_is_recorded_by_the_digest_and_language_of_what_was_shown() -> Outcome {
    let app = TestApp::with(german).await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let versions: Value = serde_json::from_slice(&app.api("GET", "/api/v1/disclaimers", &Value::Null).await.body)?;
    let german = &versions[0]["wordings"][1];
    let part = |text: &str| [&(text.len() as u64).to_be_bytes()[..], text.as_bytes()].concat();
    let shown = ["1", "Bevor Sie lesen", "Es wird festgehalten.\n\nAlles."].map(part).concat();
    let digest = String::from_utf8_lossy(&to_hex(&sha256(&[&shown]))).into_owned();
    assert_eq!((german["language"].as_str(), german["digest"].as_str()), (Some("de"), Some(&*digest)));
    let client = app.client();
    let form = client.open_link(&share.link()).await?.form(&share.link());
    assert_ne!(form.field("digest"), digest, "these pages are in English");
    assert_eq!(client.post_form(&form.clone().with("digest", &digest)).await?.code(), 303, "somebody was shown the German text");
    client.post_form(&form).await?;
    let given = app.events("consent.given");
    let languages: Vec<_> = given.iter().map(|event| event["language"].as_str().unwrap_or_default()).collect();
    assert_eq!(languages, ["de", "en"]);
    assert_eq!(given[0]["digest"].as_str(), Some(&*digest));
    Ok(())
}

#[tokio::test]
async fn whoever_is_signed_in_when_the_text_changes_is_asked_anew_where_that_is_set() -> Outcome {
    let (app, share) = quiet_app().await?;
    let client = app.client();
    client.enter(&share).await?;
    let cookies = client.cookies();
    let app = app.stop().await?.start_with(second).await?;
    let client = app.client();
    client.set_cookies(cookies.clone());
    assert_eq!(client.get(&share.page()).await?.code(), 200, "without the setting they finish what they began");

    let ask = |config: &mut Config| {
        second(config);
        if let Some(text) = &mut config.disclaimer {
            text.ask_in_session = true;
        }
    };
    let app = app.stop().await?.start_with(ask).await?;
    let client = app.client();
    client.set_cookies(cookies);
    let terms = format!("/d/{}/terms", share.id);
    for path in [share.page(), share.document("report.txt")] {
        let asked = client.get(&path).await?;
        assert!(asked.code() == 403 && asked.says("The text has changed") && asked.hrefs().contains(&terms), "{}", asked.text());
    }
    let page = client.get(&terms).await?;
    assert!(page.says("Reading is noted. All of it."));
    assert_eq!(client.post_form(&page.form(&terms).with("digest", "00")).await?.code(), 409);
    assert_eq!(client.post_form(&page.form(&terms).without("token")).await?.code(), 400);
    assert_eq!(client.post_form(&page.form(&terms)).await?.code(), 303);
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 200);
    let given = app.events("consent.given");
    assert!(given.len() == 2 && given[1]["version"] == "2" && given[1]["session"].is_string(), "{given:?}");
    let state = app.gate.ledger().state();
    let agreed = state.shares.values().flat_map(|share| share.recipients.values()).find_map(|r| r.agreed.clone());
    assert_eq!(agreed.map(|agreed| agreed.version).as_deref(), Some("2"));
    Ok(())
}

#[tokio::test]
async fn no_code_opens_a_session_under_a_text_that_holds_no_more() -> Outcome {
    let (app, share) = quiet_app().await?;
    let client = app.client();
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    let page = client.get(&share.code_page()).await?;
    let (give, again) = (page.form(&share.code_page()), page.form(&format!("{}/again", share.code_page())));
    let cookies = client.cookies();
    let app = app.stop().await?.start_with(second).await?;
    let client = app.client();
    client.set_cookies(cookies);
    app.pass(2 * MINUTE);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for form in [give.clone().with("code", wrong), give.with("code", &code), again] {
        let refused = client.post_form(&form).await?;
        assert!(refused.code() == 409 && refused.says("The text has changed"), "{}", refused.text());
        assert!(refused.hrefs().contains(&share.link()), "it leads back to the text: {:?}", refused.hrefs());
    }
    assert_eq!(client.get(&share.code_page()).await?.code(), 409);
    app.all_mailed().await;
    let opened = app.events("session.opened").len() + app.events("code.failed").len();
    assert_eq!((opened, app.mail.codes(GUEST).len()), (0, 1), "nothing is compared, nothing opened and nothing mailed");

    assert_eq!(client.agree(&share.link()).await?.code(), 303);
    assert_eq!(client.give_code(&share, &code).await?.code(), 303, "the code in the mailbox is still right");
    let state = app.gate.ledger().state();
    let agreed = state.shares.values().flat_map(|share| share.recipients.values()).find_map(|r| r.agreed.clone());
    assert_eq!(agreed.map(|agreed| agreed.version).as_deref(), Some("2"));
    Ok(())
}

#[tokio::test]
async fn a_new_text_is_declined_anew_whatever_was_said_of_the_old_one() -> Outcome {
    let (app, share) = quiet_app().await?;
    let way = format!("{}/decline", share.link());
    let client = app.client();
    let page = client.open_link(&share.link()).await?;
    client.post_form(&page.form(&way)).await?;
    assert!(client.open_link(&share.link()).await?.says("that this text is not agreed to"));
    app.all_mailed().await;
    let app = app.stop().await?.start_with(second).await?;
    let client = app.client();
    let page = client.open_link(&share.link()).await?;
    assert!(!page.says("that this text is not agreed to"), "of this one nothing was said");
    assert_eq!(client.post_form(&page.form(&way)).await?.code(), 303);
    assert!(client.open_link(&share.link()).await?.says("that this text is not agreed to"));
    let declined = app.events("consent.declined");
    assert_eq!(declined.iter().map(|event| event["version"].as_str()).collect::<Vec<_>>(), [Some("1"), Some("2")]);
    app.mail.wait_for("owner@example.org", "Not agreed to", 2).await;
    Ok(())
}

#[tokio::test]
async fn a_copy_of_the_text_is_mailed_to_whoever_agreed_where_that_is_set() -> Outcome {
    let app = TestApp::with(|config| {
        if let Some(text) = &mut config.disclaimer {
            text.mail_copy = true;
        }
    })
    .await?;
    app.put("report.txt", "the report")?;
    let share = app.share(CreateShare { subject: Some("Case 7".to_owned()), ..documents(&["report.txt"]) }).await?;
    let client = app.client();
    let digest = client.open_link(&share.link()).await?.form(&share.link()).field("digest").to_owned();
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    assert!(app.mail.of(GUEST, "What you agreed to").is_empty(), "so far anybody with the link may have agreed");
    assert_eq!(client.give_code(&share, &code).await?.code(), 303);
    let copy = app.mail.wait_for(GUEST, "What you agreed to: Case 7", 1).await;
    let text = &copy[0].content.text;
    for part in ["Before you read", "The documents behind this page are confidential", "Version 1.", &digest, "1 October 2026, 12:00 UTC"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    Ok(())
}
