//! The organisation's logo, colours and privacy notice on pages and in mails, and nothing of it where nothing is configured.

use crate::helpers::{Outcome, TestApp};
use doorward::domain::branding::{Branding, Logo, Palette};
use doorward::domain::colour::Colour;

const GUEST: &str = "guest@example.org";

fn branding() -> Branding {
    let light = Colour::new(0x8a, 0x1c, 0x4a);
    Branding {
        logo: Some(Logo { png: vec![0x89, b'P', b'N', b'G', 1, 2, 3].into(), width: 400, height: 100 }),
        palette: Some(Palette { light, dark: Palette::lifted(light) }),
        privacy: Some("https://example.org/privacy?a=1&b=2".to_owned()),
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.split_once(after).map_or("", |(found, _)| found)
}

#[tokio::test]
async fn pages_have_logo_colours_and_privacy_notice_from_their_own_address() -> Outcome {
    let app = TestApp::with(|config| config.branding = branding()).await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let page = app.client().get(&share.link()).await?.text();
    let (logo, sheet) = (between(&page, "<img src=\"", "\""), between(&page, "/static/brand-", "\""));
    assert!(logo.starts_with("/static/logo-") && page.contains("width=\"160\" height=\"40\""), "{page}");
    assert!(page.contains("href=\"https://example.org/privacy?a=1&#38;b=2\""), "{page}");
    let picture = app.client().get(logo).await?;
    assert_eq!((picture.code(), picture.header("content-type")), (200, "image/png"));
    assert_eq!(&picture.body[..], &[0x89, b'P', b'N', b'G', 1, 2, 3]);
    let colours = app.client().get(&format!("/static/brand-{sheet}")).await?;
    assert_eq!(colours.header("content-type"), "text/css; charset=utf-8");
    assert!(colours.text().contains("--brand:#8a1c4a"), "{}", colours.text());
    Ok(())
}

#[tokio::test]
async fn mails_carry_the_logo_with_them_and_name_the_privacy_notice() -> Outcome {
    let app = TestApp::with(|config| config.branding = branding()).await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let letter = app.mail.wait_for(GUEST, "", 1).await.remove(0);
    app.client().agree(&share.link()).await?;
    let code = app.mail.wait_for(GUEST, "code", 1).await.remove(0);
    assert!(code.content.html.contains("cid:logo@doorward"));
    assert!(!code.content.html.contains("href") && !code.content.text.contains("http"), "a mail with a code has no link of any kind");
    let (html, text) = (&letter.content.html, &letter.content.text);
    assert!(
        html.contains("border-bottom:3px solid #8a1c4a") && html.contains("<img src=\"cid:logo@doorward\" width=\"160\" height=\"40\""),
        "{html}"
    );
    assert!(text.ends_with("https://example.org/privacy?a=1&b=2\n"), "{text}");
    let wire = String::from_utf8(letter.format())?;
    assert!(wire.contains("Content-ID: <logo@doorward>\r\n") && wire.contains("multipart/related"), "{wire}");
    assert!(wire.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
    Ok(())
}

#[tokio::test]
async fn without_branding_nothing_of_it_is_there() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let page = app.client().get(&share.link()).await?.text();
    assert!(!page.contains("/static/brand-") && !page.contains("/static/logo-") && !page.contains("https://example.org/privacy"), "{page}");
    let letter = app.mail.wait_for(GUEST, "", 1).await.remove(0);
    assert!(!letter.content.html.contains("cid:") && !String::from_utf8(letter.format())?.contains("multipart/related"));
    assert_eq!(letter.return_to().expose(), letter.from.address.expose(), "without a place to read them, mails come back to the sender");
    Ok(())
}
