//! Pages, refusals and mails in the language of whoever reads them.

use crate::helpers::answer::Form;
use crate::helpers::{Answer, Client, HOUR, MINUTE, Outcome, Shared, TestApp, documents};
use doorward::domain::language::Language;
use doorward::web::api::wire::CreateShare;
use serde_json::Value;

const GUEST: &str = "guest@example.org";
const OWNER: &str = "owner@example.org";
const GERMAN: (&str, &str) = ("accept-language", "de-AT, de;q=0.9, en;q=0.5");

async fn app_and_share() -> Outcome<(TestApp, Shared)> {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    Ok((app, share))
}

/// What a page says its language is, in its head and in its headers.
fn language(page: &Answer) -> &str {
    let said = page.header("content-language");
    assert!(page.says(&format!("<html lang=\"{said}\">")), "the head says another language than {said}");
    assert_eq!(page.header("vary"), "Accept-Language, Cookie");
    said
}

#[tokio::test]
async fn a_page_is_in_the_language_that_the_browser_asks_for() -> Outcome {
    let (app, share) = app_and_share().await?;
    let client = app.client();
    for (header, wanted, words) in [
        ("de", "de", "stellt Ihnen 1 Dokument bereit"),
        (GERMAN.1, "de", "Verfügbar bis"),
        ("en-GB, de;q=0.9", "en", "shares one document with you"),
        ("fr", "en", "shares one document with you"),
        ("de;q=0", "en", "Open until"),
    ] {
        let page = client.get_with(&share.link(), &[("accept-language", header)]).await?;
        assert_eq!((page.code(), language(&page)), (200, wanted), "{header}");
        assert!(page.says(words), "{header}: {}", page.text());
        assert!(client.cookies().is_empty(), "reading sets no cookie");
    }
    let asset = page_asset(&client).await?;
    assert_eq!((asset.header("content-language"), asset.header("vary")), ("", ""), "a stylesheet speaks no language");
    Ok(())
}

async fn page_asset(client: &Client) -> Outcome<Answer> {
    let style = client.get("/").await?.hrefs().into_iter().find(|href| href.ends_with(".css"));
    client.get(&style.unwrap_or_default()).await
}

#[tokio::test]
async fn whoever_asks_for_nothing_is_answered_in_the_configured_language() -> Outcome {
    let app = TestApp::with(|config| config.organisation.language = Language::German).await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let page = app.client().get(&share.link()).await?;
    assert_eq!(language(&page), "de");
    assert!(page.says("1.\u{a0}Oktober 2027"), "{}", page.text());
    assert_eq!(language(&app.client().get_with(&share.link(), &[("accept-language", "en")]).await?), "en");
    let invitation = app.mail.wait_for(GUEST, "", 1).await.remove(0);
    assert!(invitation.content.text.contains("Das ist Ihr persönlicher Link:"), "{}", invitation.content.text);
    assert!(invitation.content.html.contains("lang=\"de\""));
    assert_eq!(app.view(&share).await?.language, Language::German);
    let list = app.client().enter(&share).await?;
    assert!(list.says("Dokumente von Case Office"), "{}", list.text());
    Ok(())
}

#[tokio::test]
async fn the_switch_of_a_page_is_remembered_and_keeps_the_address() -> Outcome {
    let (app, share) = app_and_share().await?;
    for client in [app.client(), app.client_http2()] {
        let english = client.get_with(&share.link(), &[("accept-language", "en")]).await?;
        assert!(english.hrefs().contains(&"?lang=de".to_owned()), "{:?}", english.hrefs());
        let switched = client.get(&format!("{}?lang=de", share.link())).await?;
        assert_eq!((switched.code(), switched.location()), (303, &*share.link()));
        assert_eq!(client.cookies().get("__Host-dw-lang").map(String::as_str), Some("de"));
        let german = client.get_with(&share.link(), &[("accept-language", "en")]).await?;
        assert_eq!(language(&german), "de");
        assert!(german.hrefs().contains(&"?lang=en".to_owned()));
    }
    let client = app.client();
    client.enter(&share).await?;
    let ordered = client.get(&format!("{}?sort=size", share.page())).await?;
    assert!(ordered.says("?sort=size&#38;lang=de"), "{}", ordered.text());
    let switched = client.get(&format!("{}?sort=size&lang=de", share.page())).await?;
    assert_eq!((switched.code(), switched.location()), (303, &*format!("{}?sort=size", share.page())));
    let list = client.get(&share.page()).await?;
    assert!(language(&list) == "de" && list.says("Dokumente von Case Office") && list.says("10\u{a0}Byte"), "{}", list.text());
    let left = client.finish(&share).await?;
    assert_eq!(left.code(), 303);
    assert_eq!(client.cookies().get("__Host-dw-lang").map(String::as_str), Some("de"), "it outlives the session");
    Ok(())
}

#[tokio::test]
async fn a_switch_leads_nowhere_else_and_chooses_only_what_there_is() -> Outcome {
    let (app, share) = app_and_share().await?;
    let client = app.client();
    for (asked, wanted) in [
        ("//evil.example/?lang=de", "/evil.example/"),
        ("/\\evil.example?lang=de", "/evil.example"),
        ("///evil.example/%2e%2e?a=https://evil.example&lang=de", "/evil.example/%2e%2e?a=https://evil.example"),
    ] {
        let answer = client
            .raw(format!("GET {asked} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", client.host()).as_bytes())
            .await?;
        let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or("none");
        assert!(answer.starts_with("HTTP/1.1 400 ") || location == wanted, "{asked}: {answer}");
    }
    for kept in ["lang=fr", "lang=", "lang=DE", "lang=de%0d%0aset-cookie:x"] {
        assert_eq!(client.get(&format!("{}?{kept}", share.link())).await?.code(), 200, "{kept}");
    }
    let ahead = client.get_with(&format!("{}?lang=de", share.link()), &[("sec-purpose", "prefetch")]).await?;
    assert_eq!(ahead.code(), 503);
    let form = client.get(&share.link()).await?.form(&share.link());
    assert_eq!(client.post_form(&Form { action: format!("{}?lang=de", share.link()), ..form }).await?.code(), 303);
    assert!(!client.cookies().contains_key("__Host-dw-lang"), "nothing of this was a choice");
    assert_eq!(client.head(&format!("{}?lang=en", share.link())).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn refusals_are_in_the_language_of_the_request_and_those_of_the_api_in_english() -> Outcome {
    let (app, share) = app_and_share().await?;
    let client = app.client();
    let no_form = [GERMAN, ("sec-fetch-site", "cross-site")];
    for (answer, status, title) in [
        (client.get_with("/s/AAAA", &[GERMAN]).await?, 404, "Dieser Link geht nicht"),
        (client.get_with("/nowhere", &[GERMAN]).await?, 404, "Unter dieser Adresse ist nichts"),
        (client.get_with(&share.page(), &[GERMAN]).await?, 403, "Bitte öffnen Sie Ihren Link noch einmal"),
        (client.get_with(&share.leave(), &[GERMAN]).await?, 405, "Das geht hier nicht"),
        (client.ask("POST", &share.link(), &no_form, Vec::new()).await?, 403, "Das kam von einer anderen Website"),
    ] {
        assert_eq!((answer.code(), language(&answer)), (status, "de"), "{title}");
        assert!(answer.says(title), "{}", answer.text());
    }
    let mistake = app.api("POST", "/api/v1/shares", &serde_json::json!({ "documents": [], "to": [] })).await;
    assert!(mistake.code() == 422 && mistake.says("a share has 1 to"), "{}", mistake.text());
    app.pass(400 * 24 * HOUR);
    let over = client.get_with(&share.link(), &[GERMAN]).await?;
    assert!(over.code() == 410 && over.says("bitten Sie Case Office, die Freigabe zu verlängern"), "{}", over.text());
    Ok(())
}

#[tokio::test]
async fn mails_follow_the_page_and_those_to_staff_the_configuration() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share(CreateShare { language: Some(Language::German), ..documents(&["report.txt"]) }).await?;
    let invitation = app.mail.wait_for(GUEST, "", 1).await.remove(0);
    assert!(invitation.content.text.contains("Sie können den Link bis zum 1.\u{a0}Oktober 2027"), "{}", invitation.content.text);
    let client = app.client();
    // A browser that says nothing changes nothing.
    client.code_from_mail(&share.link(), GUEST).await?;
    assert_eq!(app.mail.of(GUEST, "Ihr Einmalcode für").len(), 1);
    assert!(app.events("recipient.language").is_empty());
    app.pass(2 * MINUTE);
    let english = app.client();
    english.get(&format!("{}?lang=en", share.link())).await?;
    let entered = english.enter(&share).await?;
    assert_eq!(language(&entered), "en");
    assert_eq!(app.mail.of(GUEST, "Your code for").len(), 1);
    let told = app.events("recipient.language");
    assert_eq!((told.len(), &told[0]["language"]), (1, &Value::from("en")));
    english.get(&share.document("report.txt")).await?;
    let notice = app.mail.wait_for(OWNER, "receipt", 1).await.remove(0);
    assert!(notice.content.text.contains("There is one new receipt"), "{}", notice.content.text);
    app.revoke(&share, None).await?;
    app.mail.wait_for(GUEST, "Access has ended", 1).await;
    Ok(())
}

#[tokio::test]
async fn a_language_that_there_is_no_text_in_is_no_language_of_a_share() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let wanted = serde_json::json!({ "documents": ["documents:report.txt"], "to": [GUEST], "language": "fr" });
    let answer = app.api("POST", "/api/v1/shares", &wanted).await;
    assert!(answer.code() == 422 && answer.says("language"), "{}", answer.text());
    assert!(app.events("share.created").is_empty());
    Ok(())
}

#[tokio::test]
async fn the_page_of_a_forged_link_is_the_same_each_time_in_its_language_and_keeps_the_query_of_its_address() -> Outcome {
    let (app, _) = app_and_share().await?;
    let client = app.client();
    for _ in 0..2 {
        for (header, title, other) in [("en", "This link does not work", "de"), ("de", "Dieser Link", "en")] {
            for query in ["", "?a=1", "?b=2"] {
                let page = client.get_with(&format!("/s/AAAA{query}"), &[("accept-language", header)]).await?;
                assert_eq!((page.code(), language(&page)), (404, header));
                let switch = if query.is_empty() { format!("?lang={other}") } else { format!("{query}&lang={other}") };
                let link = format!("href=\"{}\"", switch.replace('&', "&#38;"));
                assert!(page.says(title) && page.says(&link), "{header} {query}: {}", page.text());
            }
        }
    }
    Ok(())
}
