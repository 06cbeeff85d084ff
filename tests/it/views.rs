//! Looking at documents through real workers: receipts with their pages, marked copies, covered areas, and the end of access.

use crate::helpers::{Answer, MINUTE, Outcome, Shared, TestApp, documents, until};
use bytes::Bytes;
use doorward::crypto::random::CookieSecret;
use doorward::domain::policy::Delivery;
use doorward::domain::receipt::{Action, Outcome as Reached};
use doorward::gate::Origin;
use doorward::gate::refusal::Refusal;
use doorward::gate::session::Proof;
use doorward::gate::view::ViewRequest;
use doorward::limit::connection::ConnectionHandle;
use doorward::preview::job::Trouble;
use doorward::web::api::wire::CreateShare;
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::io::Cursor;
use tiff::encoder::{TiffEncoder, colortype::Gray8};

/// White pages of 400 by 400 dots.
fn scan(pages: usize) -> Outcome<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes)?;
    for _ in 0..pages {
        encoder.write_image::<Gray8>(400, 400, &vec![255; 400 * 400])?;
    }
    Ok(bytes.into_inner())
}

pub(crate) async fn with_previews() -> Outcome<TestApp> {
    TestApp::with(|config| config.preview.enabled = true).await
}

/// A share of `scan.tif`, three pages, with somebody inside.
async fn entered(delivery: Delivery) -> Outcome<(TestApp, Shared, ViewRequest)> {
    let app = with_previews().await?;
    app.put("scan.tif", scan(3)?)?;
    let share = app.share(CreateShare { delivery: Some(delivery), ..documents(&["scan.tif"]) }).await?;
    let request = enter(&app, &share, "scan.tif").await?;
    Ok((app, share, request))
}

async fn enter(app: &TestApp, share: &Shared, path: &str) -> Outcome<ViewRequest> {
    let client = app.client();
    client.enter(share).await?;
    let state = app.gate.ledger().state();
    let is_session = |cookie: &CookieSecret| state.tokens.contains_key(&cookie.hash());
    let cookie = client.cookies().values().filter_map(|text| CookieSecret::parse(text)).find(is_session);
    Ok(ViewRequest { share: share.id.parse()?, proof: cookie.as_ref().map(Proof::from), path: path.parse()?, part: "".parse()? })
}

fn origin() -> Origin {
    Origin { address: "127.0.0.1".to_owned(), agent: "test".to_owned(), signs: Default::default() }
}

fn connection() -> ConnectionHandle {
    ConnectionHandle::new(([127, 0, 0, 1], 9).into(), true)
}

/// The whole picture of a page, or why there is none.
async fn picture(app: &TestApp, request: &ViewRequest, page: u32, dpi: u16) -> Result<Bytes, Refusal> {
    let body = app.gate.picture(request, page, dpi, &connection(), origin()).await?;
    Ok(body.collect().await.map_err(|_| Refusal::NoSession)?.to_bytes())
}

fn json_of(answer: &Answer) -> Outcome<Value> {
    Ok(serde_json::from_slice(&answer.body)?)
}

/// How light a picture is on the whole in a box around a place, both in per cents of its width and height; the mark makes little of it.
fn lightness(picture: &[u8], across: u32, down: u32) -> Outcome<u64> {
    let image = image::load_from_memory(picture)?.into_luma8();
    let (width, height) = image.dimensions();
    let around = |at: u32, whole: u32| whole * (at - 10) / 100..whole * (at + 10) / 100;
    let dots = around(across, width).flat_map(|x| around(down, height).map(move |y| (x, y)));
    let lights: Vec<u64> = dots.map(|(x, y)| image.get_pixel(x, y).0[0].into()).collect();
    Ok(lights.iter().sum::<u64>() / lights.len() as u64)
}

async fn cover(app: &TestApp, share: &Shared, page: u32) -> Outcome<String> {
    let wanted = json!({ "document": "scan.tif", "page": page, "area": "10,10,50,50" });
    let answer = app.api("POST", &format!("/api/v1/shares/{}/redactions", share.id), &wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    Ok(json_of(&answer)?["id"].as_str().ok_or("a covered area has an id")?.to_owned())
}

#[tokio::test]
async fn pictures_stand_behind_one_receipt_that_names_their_pages() -> Outcome {
    let (app, _, request) = entered(Delivery::Preview).await?;
    let view = app.gate.view(&request).await?;
    assert_eq!((view.pages.len(), view.name.as_str(), view.delivery), (3, "scan.tif", Delivery::Preview));
    assert!(app.events("receipt.started").is_empty(), "a viewer without a picture shows nothing");
    let first = picture(&app, &request, 1, 100).await?;
    assert!(lightness(&first, 30, 30)? > 150 && first.starts_with(&[0xff, 0xd8]));
    assert_eq!(app.events("receipt.started").len(), 1);
    picture(&app, &request, 3, 20).await?;
    app.pass(MINUTE);
    picture(&app, &request, 2, 100).await?;
    picture(&app, &request, 1, 200).await?;
    let receipt = app.receipts("").await?.remove(0);
    assert_eq!((receipt.action, receipt.outcome, receipt.of_pages), (Action::Preview, Reached::Part, Some(3)));
    let pages: Vec<_> = receipt.pages.iter().map(|page| (page.page, page.times, page.first == page.last)).collect();
    assert_eq!(pages, [(1, 2, false), (2, 1, true)], "a thumbnail is no page that was read");
    assert!(receipt.bytes > first.len() as u64);
    picture(&app, &request, 3, 100).await?;
    assert_eq!(app.receipts("").await?[0].outcome, Reached::Complete);
    let app = app.stop().await?.start_with(|config| config.preview.enabled = true).await?;
    assert_eq!(app.receipts("").await?[0].pages.len(), 3, "they are on the disk");
    app.pass(31 * MINUTE);
    until("the receipt is closed", || app.gate.ledger().state().receipts.is_empty()).await;
    let closed = app.receipts("").await?.remove(0);
    assert_eq!((closed.pages.len(), closed.outcome, closed.of_pages), (3, Reached::Complete, Some(3)));
    Ok(())
}

#[tokio::test]
async fn first_pictures_at_once_share_a_receipt() -> Outcome {
    let (app, _, request) = entered(Delivery::Download).await?;
    let all = futures_util::future::join_all((1..=3).map(|page| picture(&app, &request, page, 100))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(app.events("receipt.started").len(), 1);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_drawn_makes_no_receipt() -> Outcome {
    let app = with_previews().await?;
    app.put("broken.png", b"\x89PNG\r\n\x1a\nnothing")?;
    let share = app
        .share(CreateShare { delivery: Some(Delivery::Watermarked), ..documents(&["broken.png"]) })
        .await?;
    let request = enter(&app, &share, "broken.png").await?;
    let refused = picture(&app, &request, 1, 100).await.err();
    assert_eq!(refused, Some(Refusal::Preview(request.share, Trouble::Damaged)));
    let refused = app.gate.marked_pdf(&request, &connection(), origin()).await.err();
    assert_eq!(refused, Some(Refusal::Preview(request.share, Trouble::Damaged)));
    assert!(app.events("receipt.started").is_empty());
    Ok(())
}

#[tokio::test]
async fn a_marked_copy_is_complete_when_its_end_was_taken() -> Outcome {
    let (app, _, request) = entered(Delivery::Watermarked).await?;
    assert_eq!(app.gate.marked_name(&request).await?, "scan.tif.pdf");
    let copy = app.gate.marked_pdf(&request, &connection(), origin()).await?;
    assert_eq!(app.events("receipt.started").len(), 1);
    let bytes = copy.body.collect().await?.to_bytes();
    assert!(bytes.starts_with(b"%PDF-") && bytes.ends_with(b"%%EOF\n"));
    assert_eq!(bytes.windows(6).filter(|w| w == b"/DCTDe").count(), 3, "a picture for each page");
    let receipt = app.receipts("").await?.remove(0);
    assert_eq!((receipt.action, receipt.outcome, receipt.bytes), (Action::Watermarked, Reached::Complete, bytes.len() as u64));
    assert_eq!(receipt.pages.iter().map(|page| page.page).collect::<Vec<_>>(), [1, 2, 3]);
    let mut left = app.gate.marked_pdf(&request, &connection(), origin()).await?;
    assert!(left.body.frame().await.is_some());
    drop(left);
    assert_eq!(app.receipts("").await?[0].opens, 2);
    Ok(())
}

/// Has the document itself opened.
async fn original(app: &TestApp, request: &ViewRequest) -> Result<(), Refusal> {
    let admitted = app.gate.session(request.share, request.proof)?;
    let turn = app.gate.turn(&admitted, &request.path)?;
    app.gate.open(admitted, request.proof, &request.path, &connection(), turn).await.map(drop)
}

#[tokio::test]
async fn an_area_is_covered_from_the_next_picture_on_and_the_share_gives_no_originals() -> Outcome {
    let (app, share, request) = entered(Delivery::Download).await?;
    let before = picture(&app, &request, 1, 100).await?;
    assert!(lightness(&before, 30, 30)? > 150);
    let refused = app.gate.marked_pdf(&request, &connection(), origin()).await.err();
    assert!(refused.is_some(), "who may have the document needs no copy");
    original(&app, &request).await?;
    let id = cover(&app, &share, 1).await?;
    let after = picture(&app, &request, 1, 100).await?;
    assert!(lightness(&after, 30, 30)? < 90, "black, with the mark over it");
    let other = picture(&app, &request, 2, 100).await?;
    assert!(lightness(&other, 30, 30)? > 150, "only on its page");
    let refused = original(&app, &request).await.err();
    assert_eq!(refused, Some(Refusal::MarkedOnly(request.share)));
    assert!(app.gate.marked_pdf(&request, &connection(), origin()).await?.body.collect().await.is_ok());
    let view = app.view(&share).await?;
    assert_eq!((view.delivery, view.redactions), (Delivery::Watermarked, 1));
    let answer = app.api("DELETE", &format!("/api/v1/redactions/{}", &id[..8]), &json!(null)).await;
    assert_eq!((answer.status, json_of(&answer)?["delivery"].as_str().map(str::to_owned)), (StatusCode::OK, Some("download".to_owned())));
    original(&app, &request).await?;
    Ok(())
}

#[tokio::test]
async fn a_document_that_changed_since_areas_of_it_were_covered_is_not_shown_until_they_are_marked_anew() -> Outcome {
    let app = with_previews().await?;
    app.put("scan.tif", scan(3)?)?;
    let share = app.share(CreateShare { pin: Some(false), ..documents(&["scan.tif"]) }).await?;
    let request = enter(&app, &share, "scan.tif").await?;
    let old = cover(&app, &share, 1).await?;
    app.put("scan.tif", scan(4)?)?;
    let changed = Some(Refusal::ChangedSinceRedacted(request.share));
    assert_eq!(app.gate.view(&request).await.err(), changed);
    assert_eq!(picture(&app, &request, 2, 100).await.err(), changed);
    assert_eq!(app.gate.marked_pdf(&request, &connection(), origin()).await.err(), changed);
    let list = format!("/api/v1/shares/{}/redactions", share.id);
    assert_eq!(json_of(&app.api("GET", &list, &json!(null)).await)?[0]["changed"], true);
    cover(&app, &share, 4).await?;
    assert_eq!(app.gate.view(&request).await.err(), changed, "the old area says nothing of the new document");
    assert_eq!(app.api("DELETE", &format!("/api/v1/redactions/{old}"), &json!(null)).await.status, StatusCode::OK);
    assert!(lightness(&picture(&app, &request, 4, 100).await?, 30, 30)? < 90);
    Ok(())
}

#[tokio::test]
async fn areas_are_refused_where_nobody_could_see_them() -> Outcome {
    let (app, share, _) = entered(Delivery::Preview).await?;
    app.put("other.tif", scan(1)?)?;
    let path = format!("/api/v1/shares/{}/redactions", share.id);
    for (document, page, area, status) in [
        ("scan.tif", 4, "1,1,1,1", 422),
        ("scan.tif", 0, "1,1,1,1", 422),
        ("scan.tif", 1, "90,1,20,1", 422),
        ("other.tif", 1, "1,1,1,1", 422),
        ("scan.tif", 1, "1,1,1,1", 201),
    ] {
        let answer = app.api("POST", &path, &json!({ "document": document, "page": page, "area": area })).await;
        assert_eq!(answer.code(), status, "{document} {page} {area}: {}", answer.text());
    }
    let shown = app
        .api("GET", &format!("/api/v1/shares/{}/pages/1?document=scan.tif", share.id), &json!(null))
        .await;
    assert_eq!((shown.code(), shown.header("content-type")), (200, "image/jpeg"));
    assert!(shown.body.starts_with(&[0xff, 0xd8]) && app.events("receipt.started").is_empty());
    Ok(())
}

#[tokio::test]
async fn an_area_is_covered_on_what_was_looked_at_or_not_at_all() -> Outcome {
    let app = with_previews().await?;
    app.put("scan.tif", scan(3)?)?;
    let share = app.share(CreateShare { pin: Some(false), ..documents(&["scan.tif"]) }).await?;
    let (page, areas) = (format!("/api/v1/shares/{}/pages", share.id), format!("/api/v1/shares/{}/redactions", share.id));
    let seen = async |page: String| app.api("GET", &page, &json!(null)).await.header("doorward-seen").to_owned();
    let add = async |seen: &str| {
        app.api("POST", &areas, &json!({ "document": "scan.tif", "page": 1, "area": "1,1,9,9", "seen": seen }))
            .await
    };
    let first = seen(format!("{page}/1?document=scan.tif")).await;
    assert_eq!((first.len(), &seen(format!("{page}/3?document=scan.tif&dpi=20")).await), (32, &first));
    app.put("scan.tif", scan(4)?)?;
    let refused = add(&first).await;
    assert_eq!((refused.code(), refused.header("content-type")), (409, "application/problem+json"));
    assert_eq!(json_of(&refused)?["detail"], "the document changed since you looked at the page: look again");
    assert_eq!((add("no tag").await.code(), add("").await.code()), (422, 422));
    assert!(app.events("redaction.added").is_empty(), "nothing was written");
    assert_eq!(add(&seen(format!("{page}/4?document=scan.tif")).await).await.code(), 201);
    assert_eq!(app.events("redaction.added").len(), 1);
    assert_eq!(
        app.api("GET", &format!("{page}/none?document=scan.tif"), &json!(null)).await.header("content-type"),
        "application/problem+json"
    );

    let description = json_of(&app.api("GET", "/api/openapi.json", &json!(null)).await)?;
    let paths = &description["paths"];
    let told = paths["/api/v1/shares/{id}/pages/{page}"]["get"]["parameters"]
        .as_array()
        .ok_or("it takes parameters")?;
    let told: Vec<_> = told
        .iter()
        .map(|one| (one["name"].as_str(), one["in"].as_str(), one["required"].as_bool()))
        .collect();
    assert!(
        told.contains(&(Some("document"), Some("query"), Some(true))) && told.contains(&(Some("dpi"), Some("query"), Some(false))),
        "{told:?}"
    );
    assert!(paths["/api/v1/shares/{id}/redactions"]["post"]["responses"]["409"].is_object(), "{paths}");
    assert!(paths["/api/v1/shares/{id}/pages/{page}"]["get"]["responses"]["200"]["headers"]["doorward-seen"].is_object(), "{paths}");
    Ok(())
}

#[tokio::test]
async fn the_end_of_access_ends_what_is_looked_at() -> Outcome {
    let (app, share, request) = entered(Delivery::Watermarked).await?;
    picture(&app, &request, 1, 100).await?;
    let copy = app.gate.marked_pdf(&request, &connection(), origin()).await?;
    app.revoke(&share, Some("guest@example.org")).await?;
    assert!(copy.body.collect().await.is_err(), "the copy under way is cut");
    assert_eq!(picture(&app, &request, 2, 100).await.err(), Some(Refusal::RecipientStopped(request.share)));
    let copied = app.receipts("").await?.into_iter().find(|receipt| receipt.action == Action::Watermarked);
    assert_eq!(copied.map(|receipt| receipt.outcome), Some(Reached::Part));
    Ok(())
}

#[tokio::test]
async fn one_recipient_takes_no_more_pictures_than_a_reader_needs() -> Outcome {
    let app = TestApp::with(|config| {
        config.preview.enabled = true;
        config.limits.exempt_networks = Vec::new();
        config.limits.picture = "12 per 10m".parse().expect("a rate");
    })
    .await?;
    app.put("scan.tif", scan(1)?)?;
    let share = app.share_documents(&["scan.tif"]).await?;
    let request = enter(&app, &share, "scan.tif").await?;
    for _ in 0..10 {
        picture(&app, &request, 1, 20).await?;
    }
    let refused = picture(&app, &request, 1, 20).await.err();
    assert!(matches!(refused, Some(Refusal::RateLimited(_))), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn a_document_that_was_edited_after_areas_were_covered_is_not_shown_under_another_name_either() -> Outcome {
    let app = with_previews().await?;
    app.put("case/scan.tif", scan(1)?)?;
    std::os::unix::fs::symlink("scan.tif", app.documents().join("case/link.tif"))?;
    let share = app.share(CreateShare { delivery: Some(Delivery::Preview), ..documents(&["case"]) }).await?;
    let request = enter(&app, &share, "case/link.tif").await?;
    let wanted = json!({ "document": "case/scan.tif", "page": 1, "area": "10,10,50,50" });
    let answer = app.api("POST", &format!("/api/v1/shares/{}/redactions", share.id), &wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    assert!(lightness(&picture(&app, &request, 1, 100).await?, 30, 30)? < 90, "the same file is covered under its other name");
    let changed = Some(Refusal::ChangedSinceRedacted(request.share));
    app.put("case/scan.tif", scan(2)?)?;
    assert_eq!(picture(&app, &request, 1, 100).await.err(), changed, "edited in place");
    app.put("case/new.tif", scan(3)?)?;
    std::fs::rename(app.documents().join("case/new.tif"), app.documents().join("case/scan.tif"))?;
    assert_eq!(picture(&app, &request, 1, 100).await.err(), changed, "replaced by another file");
    Ok(())
}
