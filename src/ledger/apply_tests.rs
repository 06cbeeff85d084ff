//! That `apply` takes any events, that what it makes comes back from records, and that indexes agree with what they index.

mod indexes;
mod said;
mod thrown;

use crate::crypto::code::CodeSecret;
use crate::crypto::random::TokenHash;
use crate::crypto::sealed::{Private, Subject};
use crate::domain::disclaimer::Disclaimer;
use crate::domain::document::DocumentName;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{ChallengeId, GuestId, MailId, ReceiptId, RecipientId, SessionId, ShareId, StaffId};
use crate::domain::language::Language;
use crate::domain::part::PartPath;
use crate::domain::policy::{Delivery, Policy, Strength};
use crate::domain::range::{ByteRange, RangeSet};
use crate::domain::receipt::{Action, Outcome, Proved};
use crate::domain::shown::{Extent, Shown};
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use crate::ledger::apply::apply;
use crate::ledger::event::{Actor, Event, Origin, SessionEnd};
use crate::ledger::records::{Record, records, restore};
use crate::ledger::state::State;
use indexes::assert_indexes_agree;
use proptest::prelude::*;
use said::{agreed, said};
use std::sync::Arc;
use std::time::Duration;
use thrown::{attention, mail_kind, pinned, redaction};

/// What one event is made of: which kind, and numbers that pick from what there is.
type Throw = (u8, [u8; 6], u16);

/// What there is of each kind, for [`Maker::made`].
#[derive(Clone, Copy)]
enum Of {
    Challenge,
    Guest,
    Mail,
    Receipt,
    Session,
    Share,
}

/// Draws events. What is made new has an id of its own, as ids are drawn at random; all that refers to something may find it or not.
struct Maker {
    now: Timestamp,
    made: [u8; 6],
    links: Vec<(ShareId, RecipientId)>,
}

impl Maker {
    fn fresh(&mut self, of: Of) -> [u8; 16] {
        self.made[of as usize] += 1;
        [self.made[of as usize]; 16]
    }

    /// One of the newest, or none that was made.
    fn old(&self, of: Of, pick: u8) -> [u8; 16] {
        [self.made[of as usize].saturating_sub(pick % 6); 16]
    }

    fn at(&self, throw: u16) -> Timestamp {
        self.now.plus(Duration::from_secs(u64::from(throw) * 7)).minus(Duration::from_secs(60))
    }

    fn event(&mut self, (kind, p, far): Throw) -> Event {
        let link = self.links.iter().rev().nth(usize::from(p[0] % 4)).copied();
        let (share, recipient) = link.unwrap_or_else(|| (ShareId::from_bytes(self.old(Of::Share, p[0])), RecipientId::from_bytes([0; 16])));
        let (guest, challenge) = (GuestId::from_bytes(self.old(Of::Guest, p[1])), ChallengeId::from_bytes(self.old(Of::Challenge, p[2])));
        let (session, receipt) = (SessionId::from_bytes(self.old(Of::Session, p[3])), ReceiptId::from_bytes(self.old(Of::Receipt, p[4])));
        let (mail, staff) = (MailId::from_bytes(self.old(Of::Mail, p[2])), StaffId::from_bytes([p[1] % 2; 16]));
        let until = self.at(far);
        match kind % 35 {
            0 | 1 => created(ShareId::from_bytes(self.fresh(Of::Share)), staff, until),
            2 | 3 => {
                let share = ShareId::from_bytes(self.old(Of::Share, p[0]));
                let recipient = RecipientId::from_bytes([u8::try_from(self.links.len()).unwrap_or(u8::MAX); 16]);
                self.links.push((share, recipient));
                Event::RecipientAdded { share, recipient, guest, key: p[5] }
            }
            4 | 5 => Event::ChallengeMade {
                challenge: ChallengeId::from_bytes(self.fresh(Of::Challenge)),
                share,
                recipient,
                browser: (p[5] % 3 > 0).then(|| token(p[5] % 5)),
                secret: Private::new(Subject::Share(share), CodeSecret::draw()),
                moment: self.now,
                expires: until,
                digits: 6,
                device: p[5].is_multiple_of(3).then(|| token(p[4] % 5)),
            },
            6 => Event::CodeSent { challenge },
            7 => failed(challenge, ChallengeId::from_bytes(self.old(Of::Challenge, p[4])), p[5]),
            8 => agreed(
                (share, recipient, challenge),
                p[5].is_multiple_of(4).then_some(session),
                Private::new(Subject::Guest(guest), origin()),
            ),
            9 | 10 => self.opened(p, until, (share, recipient, challenge)),
            11 => Event::SessionUsed { session, at: p[5].is_multiple_of(2).then_some(until) },
            12 => Event::SessionClosed { session, why: SessionEnd::Left },
            13 | 14 => Event::ReceiptStarted {
                receipt: ReceiptId::from_bytes(self.fresh(Of::Receipt)),
                share,
                recipient,
                guest,
                session: SessionId::from_bytes([p[4] % 2; 16]),
                document: Private::new(Subject::Share(share), document(p[5] % 2)),
                version: FileVersion::plain(9, 0),
                action: Action::Download,
                ends: until,
                proved: None,
                origin: Private::new(Subject::Guest(guest), origin()),
            },
            15 => Event::ReceiptProgress { receipt, opens: 2, ranges: ranges(p[5]), outcome: Outcome::Part },
            16 => ended(receipt, share, guest, self.now),
            17 | 18 => {
                let kind = mail_kind(p[5], recipient, challenge);
                Event::MailQueued { mail: MailId::from_bytes(self.fresh(Of::Mail)), share, kind, due: until, deliver_by: Timestamp::MAX }
            }
            24 => Event::ReceiptPages { receipt, opens: 1, bytes: u64::from(far), outcome: Outcome::Part, shown: shown(p[5], self.now) },
            25 => redaction(share, p, self.now),
            26 => Event::DocumentChanged {
                share,
                document: Private::new(Subject::Share(share), document(p[3] % 3)),
                content: p[5].is_multiple_of(2),
            },
            27 => pinned(share, p[5].is_multiple_of(2)),
            28..=30 => attention(share, p),
            31 | 32 => guarded(p[5], (share, recipient, challenge), until),
            33 | 34 => said(share, recipient, Private::new(Subject::Guest(guest), origin()), p, until),
            _ => self.rest(kind, p, until, (share, recipient, mail, staff)),
        }
    }

    fn opened(&mut self, p: [u8; 6], expires: Timestamp, (share, recipient, challenge): (ShareId, RecipientId, ChallengeId)) -> Event {
        let session = SessionId::from_bytes(self.fresh(Of::Session));
        let guest = GuestId::from_bytes(self.old(Of::Guest, p[1]));
        Event::SessionOpened {
            session,
            share,
            recipient,
            challenge,
            invited: p[5].is_multiple_of(2).then(|| ChallengeId::from_bytes(self.old(Of::Challenge, p[5]))),
            token: token(self.made[Of::Session as usize]),
            device: token(p[5] % 5),
            device_until: self.at(p[4].into()),
            expires,
            proved: p[4].is_multiple_of(2).then_some(Proved::ReadOut),
            origin: Private::new(Subject::Guest(guest), origin()),
        }
    }

    fn rest(&mut self, kind: u8, p: [u8; 6], until: Timestamp, ids: (ShareId, RecipientId, MailId, StaffId)) -> Event {
        let (share, recipient, mail, staff) = ids;
        let by = Actor::Server;
        match (kind % 26, p[5] % 4) {
            (19, 0) => Event::MailDelayed { mail, due: until, why: "busy".to_owned() },
            (19, 1) => Event::MailFailed { mail, why: "no".to_owned() },
            (19, 2) => Event::MailBounced { mail, share, recipient: None, why: "gone".to_owned() },
            (19, _) => {
                let bounces_until = p[4].is_multiple_of(2).then_some(until);
                Event::MailSent { mail, lines: p[0].into(), quiet_until: until, bounces_until }
            }
            (20, 0) => Event::ShareRevoked { share, by },
            (20, 1) => Event::ShareEnded { share },
            (20, 2) => Event::RecipientRevoked { share, recipient, by },
            (20, _) => Event::ShareUpdated {
                share,
                by,
                expires: Some(until),
                delivery: Some(Delivery::Preview),
                mark: None,
                print: None,
                text: None,
                upload: None,
            },
            (21, 0) => Event::LinkCounted { share, recipient, what: "fetched".to_owned(), hour: self.now, count: 3 },
            (21, 1) => Event::ShareUpdated {
                share,
                by,
                expires: None,
                delivery: None,
                mark: Some(Strength::Strong),
                print: Some(true),
                text: Some(true),
                upload: None,
            },
            (21, 2) => Event::StrangersCounted { forged: 1, unknown: 2, hour: self.now },
            (21, _) => Event::ServerStopped {},
            (22, 0) => Event::StaffRemoved { staff },
            (22, 1) => Event::ServerStarted { version: "1.0.0".to_owned(), torn_bytes: 0 },
            (22, _) => Event::StaffSet {
                staff,
                name: Private::new(Subject::Staff(staff), "Ann".to_owned()),
                address: address(Subject::Staff(staff), 0),
                rank: 1,
            },
            (_, 0) => Event::DisclaimerPublished { disclaimer: disclaimer(p[0] % 3) },
            _ => {
                // An address that is known is not seen again.
                let guest = GuestId::from_bytes(self.fresh(Of::Guest));
                Event::GuestSeen { guest, address: address(Subject::Guest(guest), self.made[Of::Guest as usize]) }
            }
        }
    }
}

fn failed(challenge: ChallengeId, own: ChallengeId, pick: u8) -> Event {
    Event::CodeFailed {
        challenge,
        device: pick.is_multiple_of(2).then(|| token(pick % 5)),
        own: Some(own).filter(|_| pick.is_multiple_of(3)),
    }
}

fn guarded(pick: u8, (share, recipient, challenge): (ShareId, RecipientId, ChallengeId), until: Timestamp) -> Event {
    match pick % 3 {
        0 => Event::RecipientLifted { share, recipient, by: Actor::Server },
        1 => Event::CodeRead { challenge, share, recipient, by: Actor::Operator(1) },
        _ => Event::CodeHeld { challenge, until },
    }
}

fn created(share: ShareId, owner: StaffId, expires: Timestamp) -> Event {
    let subject = Subject::Share(share);
    Event::ShareCreated {
        share,
        owner,
        by: Actor::Operator(1),
        items: Private::new(subject, Arc::default()),
        subject: Private::new(subject, String::new()),
        message: Private::new(subject, String::new()),
        language: Language::English,
        policy: Policy { delivery: Delivery::Download, disclaimer: true, mark: Strength::Medium, print: false, text: false, upload: false },
        expires,
    }
}

fn shown(page: u8, at: Timestamp) -> Shown {
    let mut shown = Shown::default();
    shown.note(&PartPath::default(), Extent { pages: 9, inside: 0 }, u32::from(page % 9) + 1, at, true);
    shown
}

/// Few ids, so that areas are covered again and uncovered.
fn ended(receipt: ReceiptId, share: ShareId, guest: GuestId, ended: Timestamp) -> Event {
    Event::ReceiptEnded {
        receipt,
        share,
        guest,
        ended,
        bytes: 0,
        opens: 1,
        outcome: Outcome::Part,
        ranges: RangeSet::default(),
        shown: Shown::default(),
    }
}

fn token(n: u8) -> TokenHash {
    let text = data_encoding::BASE64URL_NOPAD.encode(&[n; 32]);
    serde_json::from_value(text.into()).expect("32 bytes are a hash")
}

fn origin() -> Origin {
    Origin { address: "192.0.2.1".to_owned(), agent: String::new(), signs: Default::default() }
}

fn document(n: u8) -> DocumentName {
    format!("files:{n}.pdf").parse().expect("it is a document's name")
}

fn ranges(n: u8) -> RangeSet {
    let mut set = RangeSet::default();
    set.add(ByteRange { start: 0, end: n.into() });
    set
}

fn address(subject: Subject, n: u8) -> Private<EmailAddress> {
    Private::new(subject, EmailAddress::parse(&format!("a{n}@example.org")).expect("it is an address"))
}

fn disclaimer(version: u8) -> Arc<Disclaimer> {
    Arc::new(Disclaimer {
        version: version.to_string(),
        language: "en".to_owned(),
        title: "t".to_owned(),
        text: "x".to_owned(),
        digest: "00".to_owned(),
        translations: Vec::new(),
    })
}

/// The state that its own records make, each of them written and read.
fn restored(state: &State) -> State {
    let mut again = State::default();
    for record in records(state) {
        let text = serde_json::to_string(&record).expect("a record is JSON");
        restore(&mut again, serde_json::from_str::<Record>(&text).expect("it is read back"));
    }
    again
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn any_events_make_a_state_that_holds_together_and_comes_back(
        throws in proptest::collection::vec((any::<u8>(), any::<[u8; 6]>(), 0..2000_u16, 0..400_u64), 1..220),
    ) {
        let mut maker = Maker { now: Timestamp::from_millis(1_800_000_000_000), made: [0; 6], links: Vec::new() };
        let mut written = Vec::new();
        let mut state = State::default();
        for (kind, picks, far, pause) in throws {
            maker.now = maker.now.plus(Duration::from_secs(pause));
            let event = maker.event((kind, picks, far));
            apply(&mut state, maker.now, &event);
            assert_indexes_agree(&state);
            written.push((maker.now, serde_json::to_string(&event).expect("an event is JSON")));
        }
        prop_assert!(restored(&state) == state, "records lose something");
        // Read from the journal, in one go or from a state file on.
        for from in [0, written.len() / 2] {
            let mut again = State::default();
            for (at, (t, text)) in written.iter().enumerate() {
                if at == from {
                    again = restored(&again);
                }
                apply(&mut again, *t, &serde_json::from_str(text).expect("it is read back"));
            }
            prop_assert!(again == state, "reading it again makes another state");
        }
    }
}
