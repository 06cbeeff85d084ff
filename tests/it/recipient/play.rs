//! Sound and film: played where documents are given, and nowhere else.

use crate::helpers::{Client, Outcome, Shared, TestApp, documents, wav};
use doorward::domain::policy::Delivery;
use doorward::web::api::wire::CreateShare;
use serde_json::json;

const NAMES: [&str; 4] = ["voice.wav", "clip.webm", "paper.wav", "old.avi"];

/// A film as far as its first bytes go.
fn webm() -> Vec<u8> {
    b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm and what follows".to_vec()
}

async fn entered(app: &TestApp, delivery: Delivery, names: &[&str]) -> Outcome<(Shared, Client)> {
    app.put("voice.wav", wav(b"the voice itself"))?;
    app.put("clip.webm", webm())?;
    app.put("paper.wav", "words, whatever the name says")?;
    app.put("old.avi", b"RIFF\x24\0\0\0AVI LIST and what follows")?;
    let share = app.share(CreateShare { delivery: Some(delivery), ..documents(names) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    Ok((share, client))
}

fn viewer(share: &Shared, name: &str) -> String {
    format!("/d/{}/v/{name}", share.id)
}

#[tokio::test]
async fn the_page_plays_the_document_itself_and_makes_no_receipt_before_it_is_taken() -> Outcome {
    let app = TestApp::start().await?;
    let (share, client) = entered(&app, Delivery::Download, &NAMES).await?;
    for (name, tag, media_type) in [("voice.wav", "<audio ", "audio/wav"), ("clip.webm", "<video ", "video/webm")] {
        let page = client.get(&viewer(&share, name)).await?;
        assert_eq!(page.code(), 200, "{name}: {}", page.text());
        let source = format!("src=\"{}\" type=\"{media_type}\"", share.document(name));
        assert!(page.says(tag) && page.says("preload=\"none\"") && page.says(&source), "{name}: {}", page.text());
        assert!(page.header("content-security-policy").contains("; media-src 'self';"), "{name}");
        let head = client.head(&viewer(&share, name)).await?;
        assert_eq!((head.code(), head.body.len()), (200, 0));
        assert_eq!(head.header("content-security-policy"), page.header("content-security-policy"));
        let document = client.head(&share.document(name)).await?;
        assert_eq!((document.code(), document.header("content-type")), (200, media_type));
        assert_eq!(client.get_with(&viewer(&share, name), &[("sec-purpose", "prefetch")]).await?.code(), 503);
    }
    assert_eq!(app.events("receipt.started").len(), 0, "nothing was played");
    // A player asks for parts, and often for several of them.
    for range in ["bytes=0-", "bytes=20-39", "bytes=44-"] {
        assert_eq!(client.get_with(&share.document("voice.wav"), &[("range", range)]).await?.code(), 206, "{range}");
    }
    assert_eq!(app.events("receipt.started").len(), 1, "once played, one receipt");
    Ok(())
}

#[tokio::test]
async fn other_pages_may_not_play_anything() -> Outcome {
    let app = TestApp::start().await?;
    let (share, client) = entered(&app, Delivery::Download, &["voice.wav"]).await?;
    for page in [share.page(), share.link()] {
        assert!(!client.get(&page).await?.header("content-security-policy").contains("media-src"), "{page}");
    }
    Ok(())
}

#[tokio::test]
async fn a_share_that_gives_no_documents_says_so_and_plays_nothing() -> Outcome {
    let app = TestApp::start().await?;
    for delivery in [Delivery::Preview, Delivery::Watermarked] {
        let (share, client) = entered(&app, delivery, &NAMES).await?;
        let list = client.get(&share.page()).await?;
        assert!(list.says("Sound and film can be played only where downloading is allowed"), "{}", list.text());
        assert!(!list.says(">Play<") && list.hrefs().iter().all(|href| !href.contains("/v/")), "{}", list.text());
        for name in ["voice.wav", "clip.webm"] {
            let page = client.get(&viewer(&share, name)).await?;
            assert_eq!(page.code(), 422, "{name}: {}", page.text());
            assert!(page.says("played only where downloading is allowed") && page.says("Ask "), "{name}: {}", page.text());
            for tag in ["<audio", "<video", "/f/", "the voice itself"] {
                assert!(!page.says(tag), "{name}: {tag}");
            }
            assert_eq!(client.get(&share.document(name)).await?.code(), 403, "{name}");
        }
    }
    assert_eq!(app.events("receipt.started").len(), 0);
    Ok(())
}

#[tokio::test]
async fn playing_ends_when_the_share_gives_no_documents_any_more() -> Outcome {
    let app = TestApp::start().await?;
    let (share, client) = entered(&app, Delivery::Download, &["voice.wav"]).await?;
    assert_eq!(client.get(&viewer(&share, "voice.wav")).await?.code(), 200);
    assert_eq!(app.update(&share, json!({ "delivery": Delivery::Preview })).await.code(), 200);
    assert_eq!(client.get(&viewer(&share, "voice.wav")).await?.code(), 422);
    assert_eq!(client.get_with(&share.document("voice.wav"), &[("range", "bytes=0-9")]).await?.code(), 403);
    Ok(())
}

#[tokio::test]
async fn first_bytes_decide_what_is_played_and_the_list_goes_by_names() -> Outcome {
    let app = TestApp::with(|config| config.preview.enabled = true).await?;
    app.put("secretly.pdf", wav(b"the voice itself"))?;
    let names = [&NAMES[..], &["secretly.pdf"]].concat();
    let (share, client) = entered(&app, Delivery::Download, &names).await?;
    let list = client.get(&share.page()).await?;
    assert!(list.says(">Play<") && list.says("Browsers do not play this kind"), "{}", list.text());
    for (name, code, text) in [
        ("voice.wav", 200, "<audio "),
        ("secretly.pdf", 200, "type=\"audio/wav\""),
        ("paper.wav", 200, "class=\"viewer"),
        ("old.avi", 422, "This cannot be played in the browser"),
    ] {
        let page = client.get(&viewer(&share, name)).await?;
        assert!(page.code() == code && page.says(text), "{name}: {} {}", page.code(), page.text());
    }
    let (share, client) = entered(&app, Delivery::Preview, &names).await?;
    for (name, code) in [("secretly.pdf", 422), ("paper.wav", 200), ("old.avi", 422)] {
        let page = client.get(&viewer(&share, name)).await?;
        assert_eq!(page.code(), code, "{name}: {}", page.text());
        assert!(code == 200 || page.says("played only where downloading is allowed"), "{name}: {}", page.text());
    }
    assert_eq!(app.events("receipt.started").len(), 0);
    Ok(())
}
