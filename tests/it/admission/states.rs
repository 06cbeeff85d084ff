//! The states of the table, and bringing the program into them.

use crate::helpers::{Client, MINUTE, Outcome, Shared, TestApp, documents, wav};
use doorward::crypto::keys::{KeyRing, KeyState};
use doorward::crypto::link::Link;
use doorward::crypto::sealed::{Private, Subject};
use doorward::documents::Place;
use doorward::domain::document::DocumentName;
use doorward::domain::ids::{RedactionId, ShareId};
use doorward::domain::part::PartPath;
use doorward::domain::policy::Delivery;
use doorward::gate::Actor;
use doorward::ledger::event::Event;
use doorward::ledger::tx::{Class, Tx, Unavailable};
use doorward::web::api::wire::CreateShare;
use serde_json::json;
use std::fs;

/// What is in the shared document and nowhere else.
pub(super) const MARK: &[u8] = b"THE-DOCUMENT-ITSELF";
/// The shared document that is played, and not drawn.
pub(super) const SOUND: &str = "voice.wav";
/// What is shared.
pub(super) const DOCUMENTS: [&str; 2] = ["report.txt", SOUND];

/// What a browser holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionState {
    /// Nothing.
    None,
    /// The cookie of a challenge: agreed, no code given.
    Challenge,
    /// The cookie of a session of another share, under the name for this one.
    OfOtherShare,
    /// A session that was idle too long.
    Ended,
    /// The kept cookie of a session that was left.
    Left,
    /// The cookie of a browser that once gave a right code, and no more.
    Remembered,
    /// A session.
    Valid,
}

impl SessionState {
    pub(super) const ALL: [Self; 7] =
        [Self::None, Self::Challenge, Self::OfOtherShare, Self::Ended, Self::Left, Self::Remembered, Self::Valid];
}

/// What became of the share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShareState {
    Open,
    Expired,
    Stopped,
    RecipientStopped,
    PreviewOnly,
    Watermarked,
    /// An area of the document is covered, and the share was made for downloading.
    Redacted,
    PinnedChanged,
    DocumentMissing,
    /// Recipients may send documents in.
    Takes,
}

/// What is in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkState {
    /// The recipient's own link.
    True,
    /// A true one with one character changed.
    Forged,
    /// The same names signed by another installation.
    Foreign,
}

/// Browsers in all states, and the addresses they try.
pub(super) struct Prepared {
    pub(super) share: Shared,
    pub(super) links: Vec<(LinkState, String)>,
    pub(super) stylesheet: String,
    browsers: Vec<(SessionState, Client)>,
}

impl Prepared {
    pub(super) fn browser(&self, state: SessionState) -> &Client {
        let found = self.browsers.iter().find(|(known, _)| *known == state);
        &found.expect("there is a browser in every state").1
    }
}

/// Brings sessions into all their states, then the share into its own.
pub(super) async fn prepare(app: &TestApp, state: ShareState) -> Outcome<Prepared> {
    app.put("report.txt", MARK)?;
    app.put(SOUND, wav(MARK))?;
    app.put("other.txt", "of the other share")?;
    let share = app
        .share(CreateShare { pin: Some(state != ShareState::DocumentMissing), ..documents(&DOCUMENTS) })
        .await?;
    let other = app.share_documents(&["other.txt"]).await?;
    let [none, challenge, of_other, ended, left, remembered, valid] = [(); 7].map(|()| app.client());
    ended.enter(&share).await?;
    app.pass(31 * MINUTE);
    left.enter(&share).await?;
    let kept = left.cookies();
    assert_eq!(left.finish(&share).await?.code(), 303);
    remembered.set_cookies(
        kept.iter()
            .filter(|(name, _)| name.starts_with("__Host-dw-d-"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    );
    assert_eq!(remembered.cookies().len(), 1);
    left.set_cookies(kept);
    of_other.enter(&other).await?;
    let renamed = of_other.cookies().into_iter().map(|(name, value)| (name.replace(&other.id, &share.id), value));
    of_other.set_cookies(renamed.collect());
    valid.enter(&share).await?;
    challenge.code_from_mail(&share.link(), "guest@example.org").await?;
    let page = none.open_link(&share.link()).await?;
    let stylesheet = page.hrefs().into_iter().find(|href| href.ends_with(".css")).ok_or("a page has a stylesheet")?;
    bring_about(app, &share, state).await?;
    let link = share.link();
    let links = vec![(LinkState::Forged, forged(&link)), (LinkState::Foreign, foreign(app, &link)?), (LinkState::True, link)];
    use SessionState::{Challenge, Ended, Left, OfOtherShare, Remembered, Valid};
    let browsers = vec![
        (SessionState::None, none),
        (Challenge, challenge),
        (OfOtherShare, of_other),
        (Ended, ended),
        (Left, left),
        (Remembered, remembered),
        (Valid, valid),
    ];
    Ok(Prepared { share, links, stylesheet, browsers })
}

async fn bring_about(app: &TestApp, share: &Shared, state: ShareState) -> Outcome {
    match state {
        ShareState::Open => {}
        ShareState::Expired => {
            assert_eq!(app.update(share, json!({ "expires": "60s" })).await.code(), 200);
            app.pass(MINUTE);
            // The end is told once, and the mail about it goes out.
            app.mail.wait_for("owner@example.org", "", 1).await;
        }
        ShareState::Stopped => drop(app.revoke(share, None).await?),
        ShareState::RecipientStopped => drop(app.revoke(share, Some("guest@example.org")).await?),
        ShareState::PreviewOnly => {
            assert_eq!(app.update(share, json!({ "delivery": Delivery::Preview })).await.code(), 200);
        }
        ShareState::Watermarked => {
            assert_eq!(app.update(share, json!({ "delivery": Delivery::Watermarked })).await.code(), 200);
        }
        ShareState::Redacted => cover(app, share).await?,
        ShareState::PinnedChanged => {
            app.put("report.txt", [MARK, b" and more"].concat())?;
            app.put(SOUND, wav(&[MARK, b" and more"].concat()))?;
        }
        ShareState::DocumentMissing => DOCUMENTS.iter().try_for_each(|name| fs::remove_file(app.documents().join(name)))?,
        ShareState::Takes => assert_eq!(app.update(share, json!({ "upload": true })).await.code(), 200),
    }
    app.all_mailed().await;
    Ok(())
}

/// Covers an area as staff do, without a worker that looks at the page.
async fn cover(app: &TestApp, share: &Shared) -> Outcome {
    let (id, document): (ShareId, DocumentName) = (share.id.parse()?, "documents:report.txt".parse()?);
    let version = app.gate.documents().stat(&Place::named(&document), None).await?.version;
    let event = Event::RedactionAdded {
        redaction: RedactionId::from_bytes([7; 16]),
        share: id,
        document: Private::new(Subject::Share(id), document),
        part: PartPath::default(),
        page: 1,
        area: "10,10,10,10".parse()?,
        version,
        layout: "text 1".to_owned(),
        by: Actor::Server,
    };
    let cover = move |t: &mut Tx<'_>| {
        t.emit(event.clone());
        Ok::<_, Unavailable>(())
    };
    Ok(app.gate.ledger().tx(Class::First, cover).await?)
}

fn forged(link: &str) -> String {
    let (head, last) = link.split_at(link.len() - 1);
    format!("{head}{}", if last == "A" { "B" } else { "A" })
}

/// The link with the same names that an installation with other keys would make.
fn foreign(app: &TestApp, link: &str) -> Outcome<String> {
    let text = link.strip_prefix("/s/").unwrap_or_default();
    let named = Link::verify(text, app.gate.keys())?;
    let ring = KeyRing::from_secrets(&[(named.key, KeyState::Active, [7; 32])])?;
    Ok(format!("/s/{}", named.sign(&ring).ok_or("the key is there")?))
}
