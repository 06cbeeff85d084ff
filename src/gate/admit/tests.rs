//! Which form of delivery lets somebody have what, with and without anything covered.

use super::*;
use crate::crypto::random::CookieSecret;
use crate::crypto::sealed::{Private, Subject};
use crate::domain::ids::{ChallengeId, GuestId, RecipientId, RedactionId, SessionId, StaffId};
use crate::domain::language::Language;
use crate::domain::part::PartPath;
use crate::domain::policy::{Policy, Strength};
use crate::domain::scope::{Item, ItemKind};
use crate::domain::version::FileVersion;
use crate::ledger::apply::apply;
use crate::ledger::event::{Actor, Event, Origin};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const SHARE: ShareId = ShareId::from_bytes([1; 16]);
const HOUR: Duration = Duration::from_secs(3600);

fn private<T>(value: T) -> Private<T> {
    Private::new(Subject::Share(SHARE), value)
}

/// A share with two documents, `covered` areas on the first, and somebody with a session of it.
fn admitted(delivery: Delivery, covered: u8) -> Admitted {
    let (recipient, session, token) = (RecipientId::from_bytes([2; 16]), SessionId::from_bytes([3; 16]), CookieSecret::draw().hash());
    let item = |name: &str| Item { label: name.to_owned(), name: format!("a:{name}").parse().expect("a name"), kind: ItemKind::Document };
    let mut events = vec![
        Event::ShareCreated {
            share: SHARE,
            owner: StaffId::from_bytes([9; 16]),
            by: Actor::Server,
            items: private(Arc::new(vec![item("paper.pdf"), item("other.pdf")])),
            subject: private(String::new()),
            message: private(String::new()),
            language: Language::English,
            policy: Policy { delivery, disclaimer: false, mark: Strength::Medium, print: false, text: false, upload: false },
            expires: NOW.plus(HOUR),
        },
        Event::RecipientAdded { share: SHARE, recipient, guest: GuestId::from_bytes([4; 16]), key: 1 },
        Event::SessionOpened {
            session,
            share: SHARE,
            recipient,
            challenge: ChallengeId::from_bytes([5; 16]),
            invited: None,
            token,
            device: token,
            device_until: NOW.plus(HOUR),
            expires: NOW.plus(HOUR),
            proved: None,
            origin: private(Origin { address: String::new(), agent: String::new(), signs: Default::default() }),
        },
    ];
    events.extend((0..covered).map(|n| Event::RedactionAdded {
        redaction: RedactionId::from_bytes([n; 16]),
        share: SHARE,
        document: private("a:paper.pdf".parse().expect("a name")),
        part: PartPath::default(),
        page: 1,
        area: "1,1,1,1".parse().expect("an area"),
        version: FileVersion::plain(1, 1),
        layout: "pdf 1".to_owned(),
        by: Actor::Server,
    }));
    let mut state = State::default();
    events.iter().for_each(|event| apply(&mut state, NOW, event));
    let facts = SessionFacts { share: SHARE, token: Some(token), used: None, idle: HOUR, ask_anew: true };
    admit_session(&state, facts, NOW).expect("the session is open")
}

#[test]
fn each_form_of_delivery_gives_what_it_says_and_nothing_more() {
    use Action::{Download, Preview, Watermarked};
    let (preview_only, marked_only) = (Some(Refusal::PreviewOnly(SHARE)), Some(Refusal::MarkedOnly(SHARE)));
    let table = [
        (Delivery::Download, 0, Download, None),
        (Delivery::Download, 0, Preview, None),
        (Delivery::Download, 0, Watermarked, Some(Refusal::NotInShare(SHARE))),
        (Delivery::Download, 2, Download, marked_only.clone()),
        (Delivery::Download, 2, Preview, None),
        (Delivery::Download, 2, Watermarked, None),
        (Delivery::Watermarked, 0, Download, marked_only.clone()),
        (Delivery::Watermarked, 0, Preview, None),
        (Delivery::Watermarked, 0, Watermarked, None),
        (Delivery::Watermarked, 1, Download, marked_only),
        (Delivery::Preview, 0, Download, preview_only.clone()),
        (Delivery::Preview, 0, Preview, None),
        (Delivery::Preview, 0, Watermarked, preview_only.clone()),
        (Delivery::Preview, 1, Download, preview_only.clone()),
        (Delivery::Preview, 1, Watermarked, preview_only),
    ];
    for (delivery, covered, action, refused) in table {
        // A document in which nothing is covered is in the same share, and no original of that leaves.
        for name in ["paper.pdf", "other.pdf"] {
            let path = name.parse().expect("a path");
            let answer = admit_document(admitted(delivery, covered), &path, action);
            assert_eq!(answer.as_ref().err(), refused.as_ref(), "{delivery:?}, {covered} covered, {action:?} of {name}");
            assert_eq!(answer.ok().map(|permit| permit.action()), refused.is_none().then_some(action));
        }
        let outside = "elsewhere.pdf".parse().expect("a path");
        assert_eq!(admit_document(admitted(delivery, covered), &outside, action).err(), Some(Refusal::NotInShare(SHARE)));
    }
}
