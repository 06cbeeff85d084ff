//! What the state becomes in the corners of its rules, and that a state file makes the same state again.

use super::*;
use crate::crypto::code::CodeSecret;
use crate::crypto::random::{CookieSecret, TokenHash};
use crate::crypto::sealed::{Private, Subject};
use crate::domain::bounds::{RECEIPT_WINDOW, WAITING_CHALLENGES};
use crate::domain::document::DocumentName;
use crate::domain::ids::{GuestId, ReceiptId, StaffId};
use crate::domain::language::Language;
use crate::domain::policy::{Delivery, Policy, Strength};
use crate::domain::range::RangeSet;
use crate::domain::receipt::{Action, Outcome};
use crate::domain::shown::Shown;
use crate::domain::version::FileVersion;
use crate::ledger::event::{Actor, Origin};
use crate::ledger::records::{records, restore};
use std::time::Duration;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const SHARE: ShareId = ShareId::from_bytes([1; 16]);
const RECIPIENT: RecipientId = RecipientId::from_bytes([2; 16]);
const GUEST: GuestId = GuestId::from_bytes([3; 16]);
const SESSION: SessionId = SessionId::from_bytes([4; 16]);

fn private<T>(value: T) -> Private<T> {
    Private::new(Subject::Share(SHARE), value)
}

fn origin() -> Private<Origin> {
    private(Origin { address: "192.0.2.1".to_owned(), agent: String::new(), signs: Default::default() })
}

fn shared() -> State {
    let mut state = State::default();
    let created = Event::ShareCreated {
        share: SHARE,
        owner: StaffId::from_bytes([9; 16]),
        by: Actor::Server,
        items: private(Arc::default()),
        subject: private(String::new()),
        message: private(String::new()),
        language: Language::English,
        policy: Policy {
            delivery: Delivery::Download,
            disclaimer: false,
            mark: Strength::Medium,
            print: false,
            text: false,
            upload: false,
        },
        expires: START.plus(Duration::from_secs(1_000_000)),
    };
    apply(&mut state, START, &created);
    apply(&mut state, START, &Event::RecipientAdded { share: SHARE, recipient: RECIPIENT, guest: GUEST, key: 1 });
    state
}

fn challenge_made(number: u8, browser: Option<TokenHash>) -> Event {
    Event::ChallengeMade {
        challenge: ChallengeId::from_bytes([number; 16]),
        share: SHARE,
        recipient: RECIPIENT,
        browser,
        secret: private(CodeSecret::draw()),
        moment: START,
        expires: START.plus(Duration::from_secs(600)),
        digits: 6,
        device: None,
    }
}

fn receipt_started(number: u8, at: Timestamp) -> Event {
    Event::ReceiptStarted {
        receipt: ReceiptId::from_bytes([number; 16]),
        share: SHARE,
        recipient: RECIPIENT,
        guest: GUEST,
        session: SESSION,
        document: private("a:b.pdf".parse::<DocumentName>().expect("a store and a path")),
        version: FileVersion::plain(10, 0),
        action: Action::Download,
        ends: at.plus(RECEIPT_WINDOW),
        origin: origin(),
    }
}

fn reread(state: &State) -> State {
    let mut again = State::default();
    records(state).for_each(|record| restore(&mut again, record));
    again
}

#[test]
fn browsers_that_wait_without_a_code_make_room_for_newer_ones_and_take_nothing_from_those_with_a_code() {
    let mut state = shared();
    let browsers: Vec<_> = (0..30u8).map(|_| CookieSecret::draw().hash()).collect();
    for number in 0..3u8 {
        apply(&mut state, START, &challenge_made(number, Some(browsers[usize::from(number)])));
        apply(&mut state, START, &Event::CodeSent { challenge: ChallengeId::from_bytes([number; 16]) });
    }
    for number in 3..30u8 {
        apply(&mut state, START, &challenge_made(number, Some(browsers[usize::from(number)])));
        assert!(state.browsers.contains_key(&browsers[usize::from(number)]), "the newest has its place");
    }
    assert_eq!(state.challenges.len(), 3 + WAITING_CHALLENGES);
    assert!(browsers[..3].iter().all(|browser| state.browsers.contains_key(browser)), "none with a code is crowded out");
    assert_eq!(reread(&state), state);
}

#[test]
fn a_receipt_that_ends_late_leaves_the_newer_one_of_its_document_in_place() {
    let mut state = shared();
    let later = START.plus(RECEIPT_WINDOW).plus(Duration::from_secs(1));
    // The ids run against the order of time, which is how a state file lists them.
    apply(&mut state, START, &receipt_started(8, START));
    apply(&mut state, later, &receipt_started(7, later));
    assert_eq!(reread(&state), state);
    let ended = Event::ReceiptEnded {
        receipt: ReceiptId::from_bytes([8; 16]),
        share: SHARE,
        guest: GUEST,
        ended: later,
        bytes: 0,
        opens: 1,
        outcome: Outcome::Part,
        ranges: RangeSet::default(),
        shown: Shown::default(),
    };
    apply(&mut state, later, &ended);
    assert_eq!(state.receipt_ids.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [ReceiptId::from_bytes([7; 16])]);
    assert_eq!(reread(&state), state);
}

#[test]
fn a_right_code_forgives_nobody_elses_wrong_ones() {
    let mut state = shared();
    let browser = CookieSecret::draw().hash();
    apply(&mut state, START, &challenge_made(1, Some(browser)));
    let challenge = ChallengeId::from_bytes([1; 16]);
    apply(&mut state, START, &Event::CodeFailed { challenge, device: None });
    let opened = Event::SessionOpened {
        session: SESSION,
        share: SHARE,
        recipient: RECIPIENT,
        challenge,
        invited: None,
        token: browser,
        device: browser,
        device_until: START.plus(RECEIPT_WINDOW),
        expires: START.plus(RECEIPT_WINDOW),
        origin: origin(),
    };
    apply(&mut state, START, &opened);
    let recipient = state.recipient(SHARE, RECIPIENT).map(|(_, recipient)| Arc::clone(recipient)).expect("it was added");
    assert_eq!((recipient.failures.len(), recipient.devices[0].failures.len()), (1, 0));
}

/// JSON without the fields of that name, wherever they stand at the top or one below it.
fn without(value: &impl serde::Serialize, names: &[&str]) -> String {
    let mut value = serde_json::to_value(value).expect("it has a form in JSON");
    let fields = value.as_object_mut().expect("it is an object");
    names.iter().for_each(|name| drop(fields.remove(*name)));
    let inner = fields.values_mut().filter_map(|inner| inner.as_object_mut());
    inner.for_each(|inner| names.iter().for_each(|name| drop(inner.remove(*name))));
    value.to_string()
}

#[test]
fn what_was_written_before_there_were_views_is_read_as_if_nothing_had_been_covered_or_shown() {
    let news = ["mark", "print", "text", "redacted", "sent", "shown"];
    let mut state = shared();
    apply(&mut state, START, &receipt_started(1, START));
    let mut again = State::default();
    for record in records(&state) {
        restore(&mut again, serde_json::from_str(&without(&record, &news)).expect("an old record is read"));
    }
    assert_eq!(again, state);
    let update = Event::ShareUpdated {
        share: SHARE,
        by: Actor::Server,
        expires: None,
        delivery: None,
        mark: None,
        print: None,
        text: None,
        upload: None,
    };
    assert_eq!(serde_json::from_str::<Event>(&without(&update, &news)).ok().as_ref(), Some(&update));
    assert!(!serde_json::to_string(&update).unwrap_or_default().contains("mark"), "and written as before where it says nothing new");
}
