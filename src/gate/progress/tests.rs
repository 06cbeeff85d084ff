//! What is put down of downloads, views and copies, and that it fits.

use super::*;
use crate::crypto::sealed::{Private, Subject};
use crate::domain::bounds::LINE_BYTES;
use crate::domain::ids::{GuestId, RecipientId, SessionId, ShareId};
use crate::domain::version::FileVersion;

fn receipt(number: u32) -> Receipt {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let share = ShareId::from_bytes(id);
    Receipt {
        id: ReceiptId::from_bytes(id),
        share,
        recipient: RecipientId::from_bytes(id),
        guest: GuestId::from_bytes(id),
        session: SessionId::from_bytes(id),
        document: Private::new(Subject::Share(share), "a:b".parse().expect("a store and a path")),
        version: FileVersion::plain(10, 0),
        action: Action::Download,
        started: Timestamp::MAX,
        ends: Timestamp::MAX,
        last: Timestamp::MAX,
        opens: 1,
        ranges: RangeSet::default(),
        sent: 0,
        shown: Shown::default(),
        outcome: Outcome::Open,
        broken: None,
    }
}

#[test]
fn any_number_of_running_downloads_is_put_down_in_one_look() {
    let progress = Progress::default();
    let running: Vec<_> = (0..3_000).map(|number| progress.begin(&receipt(number), 0, false)).collect();
    assert!(progress.changed(Which::All).is_empty(), "nothing has moved");
    running.iter().for_each(|transfer| transfer.handed(3));
    assert_eq!(progress.changed(Which::All).len(), 3_000);
    assert!(progress.changed(Which::Complete).is_empty());
}

#[test]
fn a_document_is_told_to_be_complete_once_and_forgotten_when_all_is_put_down() {
    let progress = Progress::default();
    let first = progress.begin(&receipt(1), 0, false);
    let second = progress.begin(&receipt(1), 5, true);
    first.handed(5);
    second.handed(5);
    progress.end(&first);
    let complete = progress.changed(Which::Complete);
    assert_eq!(complete.iter().map(|(.., reached)| reached.opens).collect::<Vec<_>>(), [2]);
    progress.written(&complete);
    progress.end(&second);
    assert!(progress.changed(Which::Complete).is_empty(), "it is on the disk already");
    let rest = progress.changed(Which::All);
    progress.written(&rest);
    assert_eq!((rest.len(), progress.lock().live.len()), (1, 0));
}

#[test]
fn a_view_is_complete_once_all_its_pages_were_shown_and_its_news_are_told_once() {
    let progress = Progress::default();
    let mut known = Receipt { action: Action::Preview, ..receipt(1) };
    let (part, extent) = (PartPath::default(), Extent { pages: 2, inside: 0 });
    let show = |page| {
        progress.show(
            &Receipt { action: Action::Preview, ..receipt(1) },
            100,
            Some(&PageShown { part: &part, extent, page, at: Timestamp::MAX, again: true }),
        )
    };
    show(2);
    progress.show(&known, 7, None);
    let reached = progress.of(known.id).expect("it has moved");
    assert_eq!((reached.bytes(), reached.shown.len(), reached.outcome), (107, 1, Outcome::Part));
    show(1);
    let complete = progress.changed(Which::Complete);
    let event = complete[0].2.news(&known);
    let Some(Event::ReceiptPages { bytes: 207, outcome: Outcome::Complete, shown, .. }) = event else { panic!("{event:?}") };
    (known.sent, known.outcome, known.shown) = (207, Outcome::Complete, shown);
    assert_eq!(complete[0].2.news(&known), None, "the ledger knows it all");
    progress.written(&complete);
    assert!(progress.of(known.id).is_none());
}

#[test]
fn a_marked_copy_is_complete_only_when_its_end_went_out_with_every_page() {
    for (whole, pages, outcome) in [(false, 1, Outcome::Part), (true, 1, Outcome::Complete), (true, 2, Outcome::Part)] {
        let progress = Progress::default();
        let known = Receipt { action: Action::Watermarked, ..receipt(1) };
        let transfer = progress.begin(&known, 0, false);
        transfer.handed(500);
        let (part, extent) = (PartPath::default(), Extent { pages, inside: 0 });
        progress.show(&known, 0, Some(&PageShown { part: &part, extent, page: 1, at: Timestamp::MAX, again: true }));
        assert_eq!(progress.of(known.id).map(|reached| (reached.sent, reached.outcome)), Some((500, Outcome::Open)));
        if whole {
            transfer.whole();
        }
        progress.end(&transfer);
        assert_eq!(progress.of(known.id).map(|reached| (reached.sent, reached.outcome)), Some((500, outcome)), "{pages} pages");
    }
}

#[test]
fn portions_hold_few_enough_receipts_and_pages_and_leave_none_out() {
    let pages: Vec<usize> = (0..1_000).map(|n| if n % 3 == 0 { 500 } else { 0 }).collect();
    let portions: Vec<&[usize]> = portions(&pages, |pages| *pages).collect();
    assert_eq!(portions.concat(), pages);
    assert!(
        portions
            .iter()
            .all(|some| some.len() <= RECEIPTS_AT_ONCE && some.iter().sum::<usize>() <= PAGES_AT_ONCE)
    );
}

#[test]
fn the_most_pages_of_one_transaction_fit_a_line() {
    let mut shown = Shown::default();
    let deepest: PartPath = "65535.65535.65535".parse().expect("a part");
    let extent = Extent { pages: u32::MAX, inside: u16::MAX };
    (0..500).for_each(|page| shown.note(&deepest, extent, u32::MAX - page, Timestamp::MAX, true));
    let event = Event::ReceiptPages { receipt: receipt(1).id, opens: u64::MAX, bytes: u64::MAX, outcome: Outcome::Interrupted, shown };
    let bytes = serde_json::to_vec(&event).expect("events have a form in JSON").len();
    assert!(bytes * PAGES_AT_ONCE / 500 < LINE_BYTES, "{bytes}");
}

#[test]
fn the_longest_progress_of_one_transaction_fits_a_line() {
    let mut ranges = RangeSet::default();
    (0..200u64).for_each(|at| ranges.add(ByteRange { start: at * (1 << 45), end: at * (1 << 45) + (1 << 44) }));
    let event = Event::ReceiptProgress { receipt: receipt(1).id, opens: u64::MAX, ranges, outcome: Outcome::Part };
    let bytes = serde_json::to_vec(&event).expect("events have a form in JSON").len();
    assert!(bytes * RECEIPTS_AT_ONCE < LINE_BYTES, "{bytes}");
}
