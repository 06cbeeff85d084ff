//! The agreement: taken only from our own page, about the text that was shown, and bound to the person once the code was right.

use super::{GUEST, quiet_app};
use crate::helpers::{HOUR, Outcome, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use std::time::Duration;

#[tokio::test]
async fn a_form_that_is_not_ours_is_refused_and_writes_nothing() -> Outcome {
    let (app, share) = quiet_app().await?;
    let to = vec!["other@example.org".to_owned()];
    let other = app.share(CreateShare { to, ..documents(&["report.txt"]) }).await?;
    app.all_mailed().await;
    let client = app.client();
    let form = client.open_link(&share.link()).await?.form(&share.link());
    let foreign = client.open_link(&other.link()).await?.form(&other.link());
    let token = form.field("token").to_owned();
    let shortened = &token[..token.len() - 2];
    let (lines, letters) = (app.lines(), app.mail.0.letters().len());
    let ours = [("sec-fetch-site", "same-origin")];
    for (why, form, status) in [
        ("no token", form.clone().without("token"), 400),
        ("an empty token", form.clone().with("token", ""), 400),
        ("a shortened token", form.clone().with("token", shortened), 400),
        ("another link's token", form.clone().with("token", foreign.field("token")), 400),
        ("no digest", form.clone().without("digest"), 409),
        ("another text's digest", form.clone().with("digest", &"0".repeat(64)), 409),
        ("too large", form.clone().with("more", &"x".repeat(17_000)), 413),
        ("too many fields", (0..40).fold(form.clone(), |form, n| form.with(&format!("f{n}"), "")), 400),
    ] {
        assert_eq!(client.post_with(&form, &ours).await?.code(), status, "{why}");
    }
    let mut twice = form.clone();
    twice.fields.push(("token".to_owned(), token));
    assert_eq!(client.post_with(&twice, &ours).await?.code(), 400, "two tokens");
    for fields in [
        [("sec-fetch-site", "cross-site"), ("origin", "null")],
        [("sec-fetch-site", "same-site"), ("origin", "null")],
        [("accept", "*/*"), ("origin", "https://evil.example")],
        [("accept", "*/*"), ("origin", "https://localhost")],
        [("accept", "*/*"), ("origin", "http://localhost")],
    ] {
        assert_eq!(client.post_with(&form, &fields).await?.code(), 403, "{fields:?}");
    }
    for media_type in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
        let fields = [("content-type", media_type), ("sec-fetch-site", "same-origin")];
        let answer = client.ask("POST", &form.action, &fields, form.encoded().into_bytes()).await?;
        assert_eq!(answer.code(), 415, "{media_type}");
    }
    assert_eq!((app.lines(), app.mail.0.letters().len()), (lines, letters));
    app.pass(12 * HOUR + Duration::from_secs(1));
    assert_eq!(client.post_with(&form, &ours).await?.code(), 400, "a page that lay open for half a day");
    assert_eq!((app.events("consent.given").len(), app.events("challenge.made").len()), (0, 0));
    assert!(client.cookies().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_form_of_this_site_is_known_by_its_origin_with_its_port_too() -> Outcome {
    let (app, share) = quiet_app().await?;
    for client in [app.client(), app.client_http2()] {
        let form = client.get(&share.link()).await?.form(&share.link());
        let with_port = format!("https://{}", client.host());
        for origin in ["https://localhost", "https://localhost:1"] {
            assert_eq!(client.post_with(&form, &[("origin", origin)]).await?.code(), 403, "{origin} is not {with_port}");
        }
        assert_eq!(client.post_with(&form, &[("origin", &with_port)]).await?.code(), 303, "{with_port}");
    }
    Ok(())
}

#[tokio::test]
async fn agreeing_records_the_text_and_the_right_code_binds_it_to_the_person() -> Outcome {
    let (app, share) = quiet_app().await?;
    let client = app.client();
    let page = client.open_link(&share.link()).await?;
    let digest = page.form(&share.link()).field("digest").to_owned();
    assert!(digest.len() == 64 && page.says(&format!("<code>{digest}</code>")));
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    let given = app.events("consent.given");
    assert_eq!((given.len(), given[0]["digest"].as_str(), given[0]["version"].as_str()), (1, Some(&*digest), Some("1")));
    let published = app.events("disclaimer.published");
    assert_eq!(published[0]["disclaimer"]["digest"].as_str(), Some(&*digest), "the ledger holds the text itself");
    let agreed = || {
        let state = app.gate.ledger().state();
        let recipients: Vec<_> = state.shares.values().flat_map(|share| share.recipients.values().cloned()).collect();
        recipients[0].agreed.clone()
    };
    assert_eq!(agreed(), None, "so far anybody with the link may have agreed");
    assert_eq!(client.give_code(&share, &code).await?.code(), 303);
    assert_eq!(agreed().map(|agreed| agreed.digest), Some(digest));
    Ok(())
}

#[tokio::test]
async fn a_text_that_changed_meanwhile_must_be_read_first() -> Outcome {
    let (app, share) = quiet_app().await?;
    let client = app.client();
    let old = client.open_link(&share.link()).await?.form(&share.link());
    let change = |config: &mut doorward::config::Config| {
        if let Some(disclaimer) = &mut config.disclaimer {
            (disclaimer.version, disclaimer.text) = ("2".to_owned(), "Reading is noted. All of it.".to_owned());
        }
    };
    let app = app.stop().await?.start_with(change).await?;
    let client = app.client();
    let refused = client.post_form(&old).await?;
    assert!(refused.code() == 409 && refused.says("The text has changed"), "{}", refused.text());
    assert!(refused.hrefs().contains(&share.link()), "the page leads to the new text");
    assert_eq!(app.events("consent.given").len(), 0);
    let page = client.open_link(&share.link()).await?;
    assert!(page.says("Reading is noted. All of it."));
    client.enter(&share).await?;
    assert_eq!(app.events("consent.given")[0]["version"], "2");
    Ok(())
}

#[tokio::test]
async fn where_nothing_is_to_be_agreed_to_a_button_sends_the_code() -> Outcome {
    let app = TestApp::with(|config| config.disclaimer = None).await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    let page = client.open_link(&share.link()).await?;
    assert!(page.says("Send my code") && !page.says("I agree"), "{}", page.text());
    client.enter(&share).await?;
    assert_eq!(app.events("consent.given").len(), 0);
    Ok(())
}

#[tokio::test]
async fn agreeing_twice_in_one_browser_mails_one_code() -> Outcome {
    let (app, share) = quiet_app().await?;
    let client = app.client();
    client.agree(&share.link()).await?;
    client.agree(&share.link()).await?;
    app.all_mailed().await;
    assert_eq!((app.mail.codes(GUEST).len(), app.events("challenge.made").len()), (1, 1));
    Ok(())
}
