//! Pictures of pages on their way: whole to who reads, cut at the end of access as downloads are, and within a bound of memory for who does not.

use crate::helpers::{Client, HOUR, Outcome, Shared, TestApp, documents, soon, until};
use crate::revocation::{SECOND, read_on};
use crate::views::with_previews;
use doorward::config::Config;
use doorward::domain::policy::Delivery;
use doorward::preview::limits::{PICTURES_BYTES, PICTURES_OF_ONE_BYTES, ROOM_WAIT};
use doorward::web::api::wire::CreateShare;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use image::{GrayImage, ImageFormat};
use std::io::Cursor;
use std::time::Instant;

const GUEST: &str = "guest@example.org";
const OTHER: &str = "other@example.org";

/// Width and height of the document, in dots; at the largest resolution it is shown as large as that.
const SIDE: u32 = 2200;

/// A picture of dots that have nothing to do with each other, so that it stays large as a JPEG: more than half of what one reader has room for.
fn noise() -> Outcome<Vec<u8>> {
    let mut seed = 1u32;
    let image = GrayImage::from_fn(SIDE, SIDE, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        [if seed >> 31 == 0 { 0 } else { 255 }].into()
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// A share of `noise.png`, for viewing only.
async fn shared(app: &TestApp, to: &[&str]) -> Outcome<Shared> {
    app.put("noise.png", noise()?)?;
    let to = to.iter().map(|&email| email.to_owned()).collect();
    let wanted = CreateShare { to, delivery: Some(Delivery::Preview), expires: Some("2h".to_owned()), ..documents(&["noise.png"]) };
    app.share(wanted).await
}

/// Where its picture is.
fn picture(share: &Shared) -> String {
    format!("/d/{}/p/1/noise.png?dpi=220", share.id)
}

/// A picture of which a first piece was read and then no more, and how many bytes it is said to have.
async fn stalled(client: &Client, address: &str) -> Outcome<(Incoming, u64)> {
    let response = client.open("GET", address, &[], Vec::new()).await?;
    assert_eq!(response.status().as_u16(), 200);
    let length = response.headers().get("content-length").ok_or("its length is known")?.to_str()?.parse()?;
    let mut body = response.into_body();
    soon(body.frame()).await.ok_or("there is a first piece")??;
    Ok((body, length))
}

fn client(app: &TestApp, http2: bool) -> Client {
    if http2 { app.client_http2() } else { app.client() }
}

#[tokio::test]
async fn a_picture_under_way_is_cut_when_its_share_is_stopped_or_ends() -> Outcome {
    let app = with_previews().await?;
    for http2 in [false, true] {
        for ends_by_itself in [false, true] {
            let share = shared(&app, &[GUEST]).await?;
            let client = client(&app, http2);
            client.enter(&share).await?;
            let (body, length) = stalled(&client, &picture(&share)).await?;
            assert_eq!(app.gate.running(), 1);
            let start = Instant::now();
            if ends_by_itself {
                app.pass(2 * HOUR);
            } else {
                app.revoke(&share, None).await?;
            }
            let (bytes, whole) = read_on(body).await;
            let case = format!("HTTP/2 {http2}, ends by itself {ends_by_itself}: {bytes} of {length} in {:?}", start.elapsed());
            // What the client had room for may have come before.
            assert!(!whole && bytes + 512 * 1024 < length, "{case}");
            assert!(start.elapsed() < SECOND, "{case}");
            until("it is over on the server's side", || app.gate.running() == 0 && app.gate.preview().picture_bytes() == 0).await;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_picture_that_nobody_reads_is_cut_as_well_and_its_memory_comes_back() -> Outcome {
    let app = with_previews().await?;
    for http2 in [false, true] {
        let share = shared(&app, &[GUEST]).await?;
        let client = client(&app, http2);
        client.enter(&share).await?;
        let (body, length) = stalled(&client, &picture(&share)).await?;
        assert!(app.gate.preview().picture_bytes() as u64 >= length, "it is in memory, and counted");
        let start = Instant::now();
        app.revoke(&share, Some(GUEST)).await?;
        until("its memory is given back", || app.gate.running() == 0 && app.gate.preview().picture_bytes() == 0).await;
        // Over HTTP/1 at once; over HTTP/2 after a second in which it could have ended in good order.
        let most = if http2 { 3 } else { 1 };
        assert!(start.elapsed() < most * SECOND, "HTTP/2 {http2}: {:?}", start.elapsed());
        drop(body);
    }
    Ok(())
}

#[tokio::test]
async fn whoever_does_not_read_pictures_keeps_nobody_else_from_them() -> Outcome {
    let app = with_previews().await?;
    let share = shared(&app, &[GUEST, OTHER]).await?;
    let (slow, other) = (app.client(), app.client());
    slow.enter_as(&share, GUEST).await?;
    other.enter_as(&share, OTHER).await?;
    let address = picture(&share);
    let (body, length) = stalled(&slow, &address).await?;
    assert!(2 * length > PICTURES_OF_ONE_BYTES as u64, "{length} bytes are too few for this test");

    let more = slow.twin();
    let asked = async {
        let answer = more.get(&address).await?;
        assert_eq!((answer.code(), answer.header("retry-after").is_empty()), (503, false), "{}", answer.text());
        Outcome::Ok(())
    };
    let passed = async {
        until("the second picture waits for room", || app.gate.preview().waiting_for_room() == 1).await;
        let answer = other.get(&address).await?;
        assert_eq!((answer.code(), answer.body.len() as u64 > length / 2), (200, true), "others are served meanwhile");
        assert!((app.gate.preview().picture_bytes() as u64) < 2 * length, "what was read is gone, and what waits takes nothing");
        app.pass(ROOM_WAIT);
        Outcome::Ok(())
    };
    let (asked, passed) = tokio::join!(asked, passed);
    asked.and(passed)?;

    let (read, whole) = read_on(body).await;
    assert!(whole && read > 0, "who reads on gets all of it");
    assert_eq!(more.get(&address).await?.code(), 200, "and the next one");
    Ok(())
}

#[tokio::test]
async fn all_pictures_together_stay_within_their_bound() -> Outcome {
    let app = with_previews().await?;
    let people: Vec<String> = (0..12).map(|number| format!("reader{number}@example.org")).collect();
    let share = shared(&app, &people.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let (mut bodies, mut held, mut last) = (Vec::new(), 0, 0);
    for email in &people {
        let client = app.client();
        client.enter_as(&share, email).await?;
        if held + last > PICTURES_BYTES as u64 {
            let asked = async { Outcome::Ok(client.get(&picture(&share)).await?.code()) };
            let passed = async {
                until("it waits for room", || app.gate.preview().waiting_for_room() == 1).await;
                app.pass(ROOM_WAIT);
            };
            assert_eq!(tokio::join!(asked, passed).0?, 503, "there is no room for one more");
            break;
        }
        let (body, length) = stalled(&client, &picture(&share)).await?;
        (held, last) = (held + length, length);
        bodies.push((client, body));
        assert!((held..=PICTURES_BYTES as u64).contains(&(app.gate.preview().picture_bytes() as u64)));
    }
    assert!(bodies.len() < people.len(), "the bound was reached with {held} bytes");
    drop(bodies);
    until("all of it is given back", || app.gate.preview().picture_bytes() == 0).await;
    Ok(())
}

#[tokio::test]
async fn a_picture_arrives_whole_from_either_host() -> Outcome {
    let with_host = |config: &mut Config| {
        config.preview.enabled = true;
        let port = config.server.public_url.port();
        config.server.content_url = format!("https://pictures.example.org:{port}").parse().ok();
    };
    for apart in [false, true] {
        let app = if apart { TestApp::with(with_host).await? } else { with_previews().await? };
        let share = shared(&app, &[GUEST]).await?;
        for http2 in [false, true] {
            let portal = client(&app, http2);
            portal.enter(&share).await?;
            let mut answer = portal.get(&picture(&share)).await?;
            if apart {
                assert_eq!(answer.code(), 307);
                let address = answer.location().to_owned();
                let (host, path) = address.trim_start_matches("https://").split_once('/').ok_or("an absolute address")?;
                answer = client(&app, http2).at_host(host).get(&format!("/{path}")).await?;
            }
            assert_eq!((answer.code(), answer.header("content-type")), (200, "image/jpeg"));
            assert_eq!(answer.header("content-length"), answer.body.len().to_string());
            assert!(answer.body.len() > 1024 * 1024 && answer.body.ends_with(&[0xff, 0xd9]), "all of a large picture");
            let image = image::load_from_memory(&answer.body)?;
            assert_eq!((image.width(), image.height()), (SIDE, SIDE));
        }
        until("none is under way", || app.gate.running() == 0 && app.gate.preview().picture_bytes() == 0).await;
    }
    Ok(())
}
