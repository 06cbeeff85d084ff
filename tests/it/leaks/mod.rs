//! A share that gives pictures only gives not one byte of its documents, whatever is asked for and however.

mod specimens;

use crate::helpers::{Answer, Client, Outcome, Shared, TestApp, documents};
use doorward::domain::policy::Delivery;
use doorward::web::api::wire::CreateShare;
use serde_json::json;
use specimens::{MARKER, Specimen};

/// Bytes of a document in one piece that no picture or page of ours would have by chance.
const PIECE: usize = 24;
/// Different bytes among them, so that runs and tables which any encoder writes do not count.
const VARIED: usize = 18;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "OPTIONS", "PROPFIND", "TRACE"];

/// What a client may say of what it wants.
const FIELDS: [&[(&str, &str)]; 9] = [
    &[],
    &[("range", "bytes=0-")],
    &[("range", "bytes=-40")],
    &[("range", "bytes=0-9,20-29")],
    &[("if-none-match", "*")],
    &[("if-match", "*"), ("if-range", "\"x\""), ("range", "bytes=1-")],
    &[("accept", "application/octet-stream, application/pdf, image/svg+xml"), ("accept-encoding", "identity")],
    &[("x-original-url", "/d/f"), ("x-http-method-override", "GET"), ("x-sendfile", "on")],
    &[("sec-purpose", "prefetch"), ("cookie", "delivery=download")],
];

/// What may stand behind an address.
const TAILS: [&str; 12] = [
    "",
    "?",
    "?download=1",
    "?delivery=download&raw=1",
    "?page=1&dpi=12",
    "?page=999999",
    "?part=1",
    "?part=1.1",
    "/",
    ".zip",
    "%00",
    "/..;/",
];

fn addresses(share: &Shared, name: &str) -> Vec<String> {
    let base = format!("/d/{}", share.id);
    let kinds = [
        format!("f/{name}"),
        format!("v/{name}"),
        format!("p/1/{name}"),
        format!("p/2/{name}"),
        format!("t/1/{name}"),
        format!("w/{name}"),
    ];
    let others = [
        format!("zip/{name}"),
        format!("thumb/{name}"),
        format!("raw/{name}"),
        format!("p/0/{name}"),
        format!("p/-1/{name}"),
        String::new(),
    ];
    kinds.into_iter().chain(others).map(|path| format!("{base}/{path}")).collect()
}

/// The first thing in an answer that stands in the document, too.
fn leaked(answer: &Answer, specimen: &Specimen) -> Option<String> {
    let head = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect::<String>();
    if head.contains(MARKER) || find(&answer.body, MARKER.as_bytes()) {
        return Some("the marker".to_owned());
    }
    // A picture's bytes go through its decoder and our encoder; pieces of its data must not come through.
    specimen.pieces.iter().find(|piece| find(&answer.body, piece)).map(|piece| format!("{piece:?}"))
}

fn find(body: &[u8], wanted: &[u8]) -> bool {
    body.windows(wanted.len()).any(|window| window == wanted)
}

/// Pieces of a document from all over it.
pub(crate) fn pieces(bytes: &[u8]) -> Vec<Vec<u8>> {
    let varied = |piece: &[u8]| piece.iter().collect::<std::collections::BTreeSet<_>>().len();
    let step = (bytes.len() / 64).max(1);
    let starts = (0..bytes.len().saturating_sub(PIECE)).step_by(step);
    let all: Vec<Vec<u8>> = starts.map(|start| bytes[start..start + PIECE].to_vec()).collect();
    // Text of two bytes a letter is less varied by its nature.
    let enough = if all.iter().any(|piece| varied(piece) >= VARIED) { VARIED } else { VARIED / 2 };
    all.into_iter().filter(|piece| varied(piece) >= enough).take(16).collect()
}

async fn share_of(app: &TestApp, delivery: Delivery, names: &[&str]) -> Outcome<(Shared, Client)> {
    let wanted = CreateShare { delivery: Some(delivery), ..documents(names) };
    let share = app.share(wanted).await?;
    let client = app.client();
    client.enter(&share).await?;
    Ok((share, client))
}

/// In which ways a document is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// At every address, with every tail, method and field.
    All,
    /// The same, only at the two addresses at which shares of marked copies differ from those for viewing only.
    AtTheirOwn,
    /// By GET alone, at every address with every tail.
    Plain,
}

/// The long form asks in all ways.
fn ways(short: Ways) -> Ways {
    if std::env::var_os("DOORWARD_FULL").is_some() { Ways::All } else { short }
}

async fn assert_nothing_leaves(share: &Shared, client: &Client, specimen: &Specimen, ways: Ways) -> Outcome<u64> {
    let mut asked = 0;
    let own = |address: &String| ["/f/", "/w/"].iter().any(|kind| address.contains(kind));
    for address in addresses(share, specimen.name)
        .into_iter()
        .filter(|address| ways != Ways::AtTheirOwn || own(address))
    {
        for (t, tail) in TAILS.iter().enumerate() {
            for (m, method) in METHODS.iter().enumerate() {
                for (f, fields) in FIELDS.iter().enumerate() {
                    // All pairs of two of the three; the whole cube would say nothing more.
                    if [t, m, f].iter().filter(|choice| **choice > 0).count() > 1 || (ways == Ways::Plain && m + f > 0) {
                        continue;
                    }
                    let path = format!("{address}{tail}");
                    let answer = client.ask(method, &path, fields, Vec::new()).await?;
                    if let Some(what) = leaked(&answer, specimen) {
                        return Err(format!("{method} {path} {fields:?} answered {} with {what}", answer.code()).into());
                    }
                    asked += 1;
                }
            }
        }
    }
    Ok(asked)
}

#[tokio::test]
async fn no_address_method_or_field_gives_a_byte_of_a_document_that_may_only_be_viewed() -> Outcome {
    let app = TestApp::with(|config| config.preview.enabled = true).await?;
    let specimens = specimens::all();
    for specimen in &specimens {
        app.put(specimen.name, &specimen.bytes)?;
    }
    let names: Vec<&str> = specimens.iter().map(|specimen| specimen.name).collect();
    let (preview, viewer) = share_of(&app, Delivery::Preview, &names).await?;
    let (marked, taker) = share_of(&app, Delivery::Watermarked, &names).await?;
    let mut asked = 0;
    for specimen in &specimens {
        assert!(!specimen.pieces.is_empty(), "{} has pieces to look for", specimen.name);
        asked += assert_nothing_leaves(&preview, &viewer, specimen, Ways::All).await?;
        asked += assert_nothing_leaves(&marked, &taker, specimen, ways(Ways::AtTheirOwn)).await?;
    }
    println!("{asked} answers of {} documents: not a byte of the originals", specimens.len());
    Ok(())
}

#[tokio::test]
async fn pictures_are_given_of_every_kind_that_has_pages() -> Outcome {
    let app = TestApp::with(|config| config.preview.enabled = true).await?;
    let specimens = specimens::all();
    for specimen in &specimens {
        app.put(specimen.name, &specimen.bytes)?;
    }
    let names: Vec<&str> = specimens.iter().map(|specimen| specimen.name).collect();
    let (share, client) = share_of(&app, Delivery::Preview, &names).await?;
    for specimen in &specimens {
        let picture = client.get(&format!("/d/{}/p/1/{}", share.id, specimen.name)).await?;
        if specimen.has_pages {
            assert_eq!((picture.code(), picture.header("content-type")), (200, "image/jpeg"), "{}", specimen.name);
            assert!(picture.body.starts_with(&[0xFF, 0xD8, 0xFF]), "{} is a JPEG", specimen.name);
        } else {
            assert!(picture.code() >= 400, "{} has no pages: {}", specimen.name, picture.code());
        }
    }
    Ok(())
}

/// Covers an area of a document's first page.
async fn cover(app: &TestApp, share: &Shared, document: &str, part: &str, area: &str) -> Outcome {
    let wanted = json!({ "document": document, "part": part, "page": 1, "area": area });
    let answer = app.api("POST", &format!("/api/v1/shares/{}/redactions", share.id), &wanted).await;
    assert_eq!(answer.code(), 201, "{document}: {}", answer.text());
    Ok(())
}

#[tokio::test]
async fn words_that_staff_have_covered_are_in_no_answer_though_the_text_is_given() -> Outcome {
    let app = TestApp::with(|config| config.preview.enabled = true).await?;
    let specimens: Vec<Specimen> = specimens::all().into_iter().filter(|specimen| specimen.has_words).collect();
    for specimen in &specimens {
        app.put(specimen.name, &specimen.bytes)?;
    }
    let names: Vec<&str> = specimens.iter().map(|specimen| specimen.name).collect();
    let wanted = CreateShare { delivery: Some(Delivery::Watermarked), text: Some(true), ..documents(&names) };
    let share = app.share(wanted).await?;
    let client = app.client();
    client.enter(&share).await?;
    for Specimen { name, .. } in &specimens {
        let text = client.get(&format!("/d/{}/t/1/{name}", share.id)).await?;
        assert!(text.code() == 200 && text.text().contains(MARKER), "{name} gives its words before: {}", text.text());
        cover(&app, &share, name, "", "0,0,100,100").await?;
    }
    cover(&app, &share, "mail.eml", "1", "0,0,100,100").await?;
    for specimen in &specimens {
        assert_nothing_leaves(&share, &client, specimen, ways(Ways::Plain)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_stands_beside_a_covered_word_is_given_on() -> Outcome {
    let app = TestApp::with(|config| config.preview.enabled = true).await?;
    let paper = specimens::all().into_iter().find(|specimen| specimen.name == "paper.pdf").ok_or("there is a PDF")?;
    app.put(paper.name, &paper.bytes)?;
    let share = app
        .share(CreateShare { delivery: Some(Delivery::Preview), text: Some(true), ..documents(&[paper.name]) })
        .await?;
    let client = app.client();
    client.enter(&share).await?;
    cover(&app, &share, paper.name, "", "0,40,20,20").await?;
    let text = client.get(&format!("/d/{}/t/1/{}", share.id, paper.name)).await?.text();
    assert!(!text.contains(MARKER) && text.contains("quick"), "{text}");
    Ok(())
}
