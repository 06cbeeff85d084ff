//! The pages that show documents, as far as they need no worker: what the list offers, how addresses are read, and the host of pictures.

use crate::helpers::{Outcome, TestApp, documents};
use doorward::crypto::content::ContentToken;
use doorward::domain::ids::SessionId;
use doorward::domain::policy::Delivery;
use doorward::gate::refusal::Refusal;
use doorward::preview::job::Trouble;
use doorward::web::api::wire::CreateShare;
use doorward::web::refuse;
use http_body_util::BodyExt;

#[tokio::test]
async fn a_server_that_draws_nothing_says_so_and_offers_no_view() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "words")?;
    app.put("song.mp3", "sound")?;
    for (delivery, told) in [(Delivery::Download, "You can download them"), (Delivery::Preview, "For viewing only")] {
        let share = app
            .share(CreateShare { delivery: Some(delivery), ..documents(&["report.txt", "song.mp3"]) })
            .await?;
        let client = app.client();
        let list = client.enter(&share).await?;
        assert!(list.text().contains(told) && list.text().contains("cannot show documents in the browser"), "{}", list.text());
        assert!(list.hrefs().iter().all(|href| !href.contains("/v/report") && !href.contains("/w/")));
        assert_eq!(list.says(">Play<"), delivery == Delivery::Download, "nobody draws for playing");
        let viewer = client.get(&format!("/d/{}/v/report.txt", share.id)).await?;
        assert_eq!(viewer.code(), 501);
        assert!(viewer.text().contains("cannot be shown on this server") && !viewer.text().contains("words"));
        assert_eq!(viewer.header("retry-after"), "");
    }
    assert_eq!(app.events("receipt.started").len(), 0);
    Ok(())
}

#[tokio::test]
async fn an_address_of_another_form_is_no_page_and_tells_nobody_without_a_session() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "words")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let (inside, outside) = (app.client(), app.client());
    inside.enter(&share).await?;
    for wrong in [
        "v/report.txt?page=0",
        "v/report.txt?part=1.",
        "v/report.txt?zoom=7",
        "p/0/report.txt",
        "p/1e3/report.txt",
        "p/1/report.txt?dpi=9999",
    ] {
        let address = format!("/d/{}/{wrong}", share.id);
        let answer = inside.get(&address).await?;
        assert_eq!(answer.code(), 404, "{wrong}");
        assert!(answer.text().contains("There is no such page"), "{wrong}");
        assert_eq!(outside.get(&address).await?.code(), 403, "{wrong}");
    }
    let above = inside.get(&format!("/d/{}/v/..%2freport.txt", share.id)).await?;
    assert_eq!(above.code(), 404);
    for ahead in [("sec-purpose", "prefetch"), ("purpose", "prefetch")] {
        for letter in ["v/report.txt", "p/1/report.txt"] {
            assert_eq!(inside.get_with(&format!("/d/{}/{letter}", share.id), &[ahead]).await?.code(), 503);
        }
    }
    Ok(())
}

#[tokio::test]
async fn pictures_move_to_a_host_of_their_own_with_a_token_of_the_session() -> Outcome {
    let app = TestApp::with(|config| {
        let port = config.server.public_url.port();
        config.server.content_url = format!("https://pictures.example.org:{port}").parse().ok();
    })
    .await?;
    app.put("report.txt", "words")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let answer = client.get(&format!("/d/{}/p/1/report.txt?dpi=150", share.id)).await?;
    assert_eq!(answer.code(), 307);
    let address = answer.header("location").to_owned();
    let (host, path) = address
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or("an absolute address")?;
    assert!(host.starts_with("pictures.example.org") && path.starts_with("c/") && path.ends_with("/p/1/report.txt?dpi=150"), "{address}");
    let path = format!("/{path}");
    // Not under the name of the portal, and nothing of the portal under the other name.
    assert_eq!(client.get(&path).await?.code(), 404);
    let pictures = app.client().at_host(host);
    for other in ["/", "/robots.txt", &format!("/d/{}/", share.id), &share.link()] {
        assert_eq!(pictures.get(other).await?.code(), 404, "{other}");
    }
    // The token opens the gate, where nothing is drawn here.
    assert_eq!(pictures.get(&path).await?.code(), 501);
    assert!(pictures.cookies().is_empty());
    let token = path.split('/').nth(2).ok_or("a token")?;
    let forged = path.replace(token, &format!("{}{}", if token.starts_with('A') { "B" } else { "A" }, &token[1..]));
    assert_eq!(pictures.get(&forged).await?.code(), 403);
    let stranger = ContentToken { share: share.id.parse()?, session: SessionId::from_bytes([9; 16]) };
    let unknown = path.replace(token, &stranger.sign(app.gate.keys(), app.gate.now()));
    assert_eq!(pictures.get(&unknown).await?.code(), 403);
    app.pass(std::time::Duration::from_secs(601));
    assert_eq!(pictures.get(&path).await?.code(), 403, "ten minutes are over");
    let again = client.get(&format!("/d/{}/p/1/report.txt?dpi=150", share.id)).await?;
    let fresh = again
        .header("location")
        .split_once("/c/")
        .map(|(_, rest)| format!("/c/{rest}"))
        .ok_or("a new address")?;
    assert_eq!(pictures.get(&fresh).await?.code(), 501);
    client.finish(&share).await?;
    assert_eq!(pictures.get(&fresh).await?.code(), 403, "the session is over");
    Ok(())
}

#[tokio::test]
async fn every_reason_for_no_picture_is_a_calm_page_and_only_a_busy_one_tries_again() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "words")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let reasons = [
        (Trouble::Busy, 503),
        (Trouble::Damaged, 422),
        (Trouble::Empty, 422),
        (Trouble::Media, 422),
        (Trouble::NoSuchPage, 404),
        (Trouble::Protected, 422),
        (Trouble::TooHard, 422),
        (Trouble::TooLarge, 422),
        (Trouble::Unavailable, 501),
        (Trouble::Unreadable, 503),
        (Trouble::Unsupported, 422),
    ];
    for (trouble, status) in reasons {
        let refusal = Refusal::Preview(share.id.parse()?, trouble);
        let answer = refuse::refusal(app.web(), &refusal);
        assert_eq!(answer.status().as_u16(), status, "{trouble}");
        let (busy, later) = (trouble == Trouble::Busy, status == 503);
        assert_eq!(answer.headers().contains_key("refresh"), busy, "{trouble}");
        assert_eq!(answer.headers().contains_key("retry-after"), later, "{trouble}");
        let body = answer.into_body().collect().await?.to_bytes();
        let page = String::from_utf8(body.to_vec())?;
        assert!(page.contains(&format!("href=\"/d/{}/\"", share.id)), "{trouble}: no way back to the list");
        assert_eq!(page.contains("Try again now"), busy, "{trouble}");
    }
    Ok(())
}
