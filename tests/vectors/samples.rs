//! The events of the kept ledger: every kind there is, in the order in which a server writes them.

mod said;
mod values;

use doorward::crypto::sealed::Subject;
use doorward::domain::{
    document::DocumentName,
    ids::{ChallengeId, GuestId, RecipientId, RedactionId, ShareId, StaffId, UploadId},
    language::Language,
    notify::Notify,
    part::PartPath,
    policy::{Delivery, Policy, Strength},
    range::{ByteRange, RangeSet},
    receipt::{Action, Outcome},
    scope::{Item, ItemKind, Pin},
    shown::{Extent, Shown},
    time::Timestamp,
    upload::{Scan, Unfinished, Unwanted},
    version::{ContentHash, FileVersion, Pinned},
};
use doorward::ledger::event::{Actor, ArchivePart, Event, MailKind, SessionEnd};
use said::{consent, consent_anew, disclaimer, said, told, translated};
use std::{sync::Arc, time::Duration};
use values::{address, challenge, mail, of, origin, path, receipt, secret, session, store, token, version};

const OFFICE: StaffId = StaffId::from_bytes([0x51; 16]);
const LEFT: StaffId = StaffId::from_bytes([0x52; 16]);
const ANN: GuestId = GuestId::from_bytes([0xa1; 16]);
const BEN: GuestId = GuestId::from_bytes([0xb2; 16]);
const FILES: ShareId = ShareId::from_bytes([0x01; 16]);
const FOLDER: ShareId = ShareId::from_bytes([0x02; 16]);
const ENDED: ShareId = ShareId::from_bytes([0x03; 16]);
const ANN_FILES: RecipientId = RecipientId::from_bytes([0x11; 16]);
const BEN_FILES: RecipientId = RecipientId::from_bytes([0x12; 16]);
const ANN_FOLDER: RecipientId = RecipientId::from_bytes([0x21; 16]);

/// What the server and staff do first: everything up to the first links.
pub(crate) fn beginning(start: Timestamp) -> Vec<Vec<Event>> {
    let day = |n: u64| start.plus(Duration::from_secs(n * 24 * 3600));
    let staff = |staff, name: &str, at: &str, rank| Event::StaffSet {
        staff,
        name: of(Subject::Staff(staff), name.to_owned()),
        address: of(Subject::Staff(staff), address(at)),
        rank,
    };
    let queued = |n, share, kind| Event::MailQueued { mail: mail(n), share, kind, due: start, deliver_by: day(1) };
    let sent = |n| Event::MailSent { mail: mail(n), lines: 0, quiet_until: start, bounces_until: None };
    let added = |share, recipient, guest, key| Event::RecipientAdded { share, recipient, guest, key };
    vec![
        // The version looks like a sealed value's beginning, as some day it will.
        vec![Event::ServerStarted { version: "1.0.0".to_owned(), torn_bytes: 0 }],
        vec![staff(OFFICE, "Case Office", "office@example.org", 0), staff(LEFT, "Zoë", "zoe@example.org", 1)],
        vec![Event::DisclaimerPublished { disclaimer: disclaimer() }],
        vec![
            Event::GuestSeen { guest: ANN, address: of(Subject::Guest(ANN), address("ann@example.net")) },
            Event::GuestSeen { guest: BEN, address: of(Subject::Guest(BEN), address("ben.o'hara+files@example.com")) },
            share(
                FILES,
                vec![item("report.pdf", ItemKind::PinnedDocument(version(1).into())), item("Zoë %41.txt", ItemKind::Document)],
                day(30),
            ),
            added(FILES, ANN_FILES, ANN, 1),
            added(FILES, BEN_FILES, BEN, 1),
            queued(1, FILES, MailKind::Invitation(ANN_FILES)),
            queued(2, FILES, MailKind::Invitation(BEN_FILES)),
        ],
        vec![sent(1)],
        vec![Event::MailDelayed { mail: mail(2), due: day(1), why: "450 4.2.1 try later".to_owned() }],
        vec![Event::MailFailed { mail: mail(2), why: "1.0123456789abcdef.AAAA".to_owned() }],
        vec![queued(3, FILES, MailKind::Undelivered(BEN_FILES))],
        vec![share(FOLDER, vec![pinned_folder()], day(10)), added(FOLDER, ANN_FOLDER, ANN, 2)],
        vec![share(ENDED, vec![item("old", ItemKind::Folder)], day(1)), queued(4, ENDED, MailKind::Ended)],
    ]
}

/// What recipients do, and what staff and time put an end to.
pub(crate) fn rest(start: Timestamp) -> Vec<Vec<Event>> {
    let later = |seconds| start.plus(Duration::from_secs(seconds));
    let (asked, invited, failed) = (challenge(1), challenge(2), challenge(3));
    let code = |id, recipient, browser, far| Event::ChallengeMade {
        challenge: id,
        share: FILES,
        recipient,
        browser,
        secret: of(Subject::Share(FILES), secret()),
        moment: start,
        expires: later(far),
        digits: 6,
        device: None,
    };
    let (by, operator) = (Actor::Server, Actor::Operator(1000));
    vec![
        vec![code(asked, ANN_FILES, Some(token(1)), 600), Event::CodeSent { challenge: asked }, mail_of_code(asked)],
        vec![code(invited, ANN_FILES, None, 86_400), code(failed, BEN_FILES, Some(token(2)), 86_400)],
        vec![consent(asked)],
        vec![Event::CodeFailed { challenge: asked, device: None }, Event::CodeFailed { challenge: failed, device: Some(token(8)) }],
        vec![Event::CodeHeld { challenge: failed, until: later(60) }, Event::AlarmRaised { failures: 1_000 }],
        vec![Event::CodeRead { challenge: invited, share: FILES, recipient: ANN_FILES, by: operator }],
        vec![Event::RecipientLifted { share: FILES, recipient: BEN_FILES, by: operator }],
        vec![opened(1, asked, Some(invited), later(8 * 3600))],
        vec![Event::SessionUsed { session: session(1) }],
        vec![started(1, "documents:case/report.pdf", later(1800)), notice(5, later(60))],
        vec![started(2, "documents:case/Zoë %2541.txt", later(1800))],
        vec![progress(1, 70, Outcome::Open), progress(2, 100, Outcome::Complete)],
        vec![ended(2, later(100))],
        vec![
            Event::MailSent { mail: mail(5), lines: 1, quiet_until: later(900), bounces_until: Some(later(86_400)) },
            notice(6, later(900)),
        ],
        vec![Event::MailBounced { mail: mail(5), share: FILES, why: "it came back: 550 5.1.1 no such user".to_owned() }],
        vec![Event::LinkCounted { share: FILES, recipient: BEN_FILES, what: "fetched".to_owned(), hour: start, count: 7 }],
        vec![Event::StrangersCounted { forged: 12, unknown: 34, hour: start }],
        vec![Event::ShareUpdated {
            share: FILES,
            by: operator,
            expires: Some(later(40 * 86_400)),
            delivery: Some(Delivery::Preview),
            mark: None,
            print: None,
            text: None,
            upload: None,
        }],
        vec![policy_changed(operator)],
        vec![started(3, "documents:case/report.pdf", later(1800)), pages(3, &[1, 2, 3], 2), pages(3, &[2], 9)],
        vec![changed("documents:case/report.pdf", false), queued_changed(9)],
        vec![pinned_anew(operator), changed("documents:case/report.pdf", true)],
        vec![started(4, "documents:case", later(1800)), parts(4)],
        vec![broken(4), progress(4, 70, Outcome::Part)],
        vec![covered(1, "10,20,30,5.5"), covered(2, "0,0,100,100"), uncovered(2)],
        vec![sent(1, later(86_400)), sent(2, later(86_400)), sent(3, later(86_400)), sent(4, later(86_400)), sent(5, later(86_400))],
        vec![whole(1), whole(2), whole(3)],
        vec![received(1), notice(8, later(1800))],
        vec![Event::UploadRefused { upload: upload(2), share: FILES, why: Unwanted::Infected("Eicar-Test-Signature".to_owned()) }],
        vec![Event::UploadGone { upload: upload(4), share: FILES, why: Unfinished::Cancelled }],
        attention(later(1)),
        vec![Event::RecipientRevoked { share: FILES, recipient: BEN_FILES, by: operator }],
        vec![Event::ShareRevoked { share: FOLDER, by }, Event::ShareEnded { share: ENDED }],
        vec![Event::DisclaimerPublished { disclaimer: translated() }, consent_anew()],
        told(|n, kind| Event::MailQueued { mail: mail(11 + n), share: FILES, kind, due: later(1), deliver_by: Timestamp::MAX }),
        vec![code(challenge(4), ANN_FILES, Some(token(3)), 86_400), opened(2, challenge(4), None, later(9 * 3600))],
        vec![Event::SessionClosed { session: session(2), why: SessionEnd::Left }],
        said(later(40 * 86_400)),
        vec![Event::StaffRemoved { staff: LEFT }],
        vec![Event::ServerStopped {}],
    ]
}

/// When the owner is told of reads and recipients are reminded, and what came of it.
fn attention(due: Timestamp) -> Vec<Event> {
    let reminder = MailKind::Reminder(ANN_FOLDER);
    vec![
        Event::NoticesSet { share: FOLDER, by: Actor::Operator(1000), notify: Notify::Daily, remind: Some(86_400) },
        Event::NoticeTold { share: FILES },
        Event::ShareReminded { share: FOLDER },
        Event::MailQueued { mail: mail(10), share: FOLDER, kind: reminder, due, deliver_by: Timestamp::MAX },
        Event::MailDropped { mail: mail(10), why: "it was read before it went out".to_owned() },
    ]
}

fn changed(document: &str, content: bool) -> Event {
    let document = of(Subject::Share(FILES), document.parse().expect("it is a document's name"));
    Event::DocumentChanged { share: FILES, document, content }
}

fn queued_changed(n: u8) -> Event {
    Event::MailQueued { mail: mail(n), share: FILES, kind: MailKind::Changed, due: Timestamp::default(), deliver_by: Timestamp::MAX }
}

/// As a store with entity tags and versions by id tells them.
fn pinned_anew(by: Actor) -> Event {
    let version =
        FileVersion { entity: Some("\"5f-1\"".into()), id: Some("7.a_B".into()), ..FileVersion::plain(12, 1_790_000_000_000_000_000) };
    let pinned = Pinned { version, sha256: Some(ContentHash([7; 32])), crc32: Some(0xcbf4_3926), kept: true };
    let items = vec![item("report.pdf", ItemKind::PinnedDocument(pinned)), item("Zoë %41.txt", ItemKind::Document)];
    Event::SharePinned { share: FILES, by, items: of(Subject::Share(FILES), Arc::new(items)) }
}

fn share(share: ShareId, items: Vec<Item>, expires: Timestamp) -> Event {
    let subject = Subject::Share(share);
    Event::ShareCreated {
        share,
        owner: OFFICE,
        by: Actor::Operator(1000),
        items: of(subject, Arc::new(items)),
        subject: of(subject, "Files for the hearing".to_owned()),
        message: of(subject, "Dear both,\n\n*please* read them.".to_owned()),
        language: Language::English,
        policy: Policy { delivery: Delivery::Download, disclaimer: true, mark: Strength::Medium, print: false, text: false, upload: false },
        expires,
    }
}

fn item(label: &str, kind: ItemKind) -> Item {
    let name = DocumentName { store: store(), path: path(&["case/", label].concat()) };
    Item { label: label.to_owned(), name, kind }
}

/// So many that the value is put aside.
fn pinned_folder() -> Item {
    let pin = |n: u64| Pin { path: path(&format!("{n:04}/{}.pdf", "a long name ".repeat(4))), version: version(n).into() };
    item("exhibits", ItemKind::PinnedFolder(Arc::new((0..400).map(pin).collect())))
}

fn mail_of_code(challenge: ChallengeId) -> Event {
    let kind = MailKind::Code(challenge, ANN_FILES);
    Event::MailQueued { mail: mail(7), share: FILES, kind, due: Timestamp::default(), deliver_by: Timestamp::MAX }
}

fn notice(n: u8, due: Timestamp) -> Event {
    Event::MailQueued { mail: mail(n), share: FILES, kind: MailKind::Notice, due, deliver_by: Timestamp::MAX }
}

fn opened(n: u8, challenge: ChallengeId, invited: Option<ChallengeId>, expires: Timestamp) -> Event {
    Event::SessionOpened {
        session: session(n),
        share: FILES,
        recipient: ANN_FILES,
        challenge,
        invited,
        token: token(10 + n),
        device: token(20 + n),
        device_until: expires.plus(Duration::from_secs(90 * 86_400)),
        expires,
        origin: origin(),
    }
}

fn started(n: u8, document: &str, ends: Timestamp) -> Event {
    Event::ReceiptStarted {
        receipt: receipt(n),
        share: FILES,
        recipient: ANN_FILES,
        guest: ANN,
        session: session(1),
        document: of(Subject::Share(FILES), document.parse().expect("it is a document's name")),
        version: version(n.into()),
        action: [Action::Download, Action::Download, Action::Preview, Action::Watermarked, Action::Archive][usize::from(n)],
        ends,
        origin: origin(),
    }
}

fn pages(n: u8, numbers: &[u32], seconds: u64) -> Event {
    let at = Timestamp::from_millis(1_793_520_000_000).plus(Duration::from_secs(seconds));
    let mut shown = Shown::default();
    numbers
        .iter()
        .for_each(|page| shown.note(&PartPath::default(), Extent { pages: 12, inside: 1 }, *page, at, true));
    shown.note(&"1".parse().expect("it is a part"), Extent { pages: 2, inside: 0 }, 2, at, true);
    Event::ReceiptPages { receipt: receipt(n), opens: 1, bytes: 123_456, outcome: Outcome::Part, shown }
}

fn parts(n: u8) -> Event {
    let sha256 = Some(ContentHash([7; 32]));
    let part = |path: &str, start, end| ArchivePart {
        document: path.parse().expect("it is a document's name"),
        version: version(start),
        sha256: sha256.filter(|_| start == 0),
        start,
        end,
    };
    let all = vec![part("documents:case/report.pdf", 0, 60), part("documents:case/Zoë %2541.txt", 60, 90)];
    Event::ReceiptParts { receipt: receipt(n), share: FILES, guest: ANN, parts: of(Subject::Share(FILES), Arc::new(all)) }
}

fn broken(n: u8) -> Event {
    let document = of(Subject::Share(FILES), "documents:case/Zoë %2541.txt".parse().expect("it is a document's name"));
    let why = "the document is another one by now".to_owned();
    Event::ReceiptBroken { receipt: receipt(n), share: FILES, guest: ANN, document, why }
}

fn policy_changed(by: Actor) -> Event {
    let (mark, print, text) = (Some(Strength::Strong), Some(true), Some(true));
    Event::ShareUpdated { share: FILES, by, expires: None, delivery: Some(Delivery::Watermarked), mark, print, text, upload: Some(true) }
}

fn covered(n: u8, area: &str) -> Event {
    Event::RedactionAdded {
        redaction: RedactionId::from_bytes([0x80 + n; 16]),
        share: FILES,
        document: of(Subject::Share(FILES), "documents:case/report.pdf".parse().expect("it is a document's name")),
        part: "1".parse().expect("it is a part"),
        page: 2,
        area: area.parse().expect("it is an area"),
        version: version(1),
        layout: "pdf 1".to_owned(),
        by: Actor::Operator(1000),
    }
}

fn uncovered(n: u8) -> Event {
    Event::RedactionRemoved { redaction: RedactionId::from_bytes([0x80 + n; 16]), share: FILES, by: Actor::Server }
}

fn sent(n: u8, ends: Timestamp) -> Event {
    Event::UploadStarted {
        upload: upload(n),
        share: FILES,
        recipient: ANN_FILES,
        guest: ANN,
        session: session(1),
        name: of(Subject::Share(FILES), format!("answer {n}.pdf")),
        inbox: of(Subject::Share(FILES), "documents:inbox/010101010101".parse().expect("it is a folder's name")),
        size: 1_000 + u64::from(n),
        ends,
        origin: origin(),
    }
}

fn whole(n: u8) -> Event {
    Event::UploadCompleted { upload: upload(n), share: FILES, sha256: ContentHash([n; 32]), media_type: "application/pdf".to_owned() }
}

fn received(n: u8) -> Event {
    let document = of(Subject::Share(FILES), "documents:inbox/010101010101/answer 1.pdf".parse().expect("it is a document's name"));
    Event::UploadReceived { upload: upload(n), share: FILES, document, version: version(n.into()), scan: Scan::Clean }
}

const fn upload(n: u8) -> UploadId {
    UploadId::from_bytes([0xc0 + n; 16])
}

fn progress(n: u8, bytes: u64, outcome: Outcome) -> Event {
    Event::ReceiptProgress { receipt: receipt(n), opens: 2, ranges: ranges(bytes), outcome }
}

fn ended(n: u8, ended: Timestamp) -> Event {
    let (outcome, ranges) = (Outcome::Complete, ranges(100));
    Event::ReceiptEnded {
        receipt: receipt(n),
        share: FILES,
        guest: ANN,
        ended,
        bytes: ranges.bytes(),
        opens: 2,
        outcome,
        ranges,
        shown: Shown::default(),
    }
}

fn ranges(bytes: u64) -> RangeSet {
    let mut set = RangeSet::default();
    set.add(ByteRange { start: 0, end: bytes / 2 });
    set.add(ByteRange { start: bytes / 2 + 5, end: bytes });
    set
}
