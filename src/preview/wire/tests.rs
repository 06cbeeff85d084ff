//! Every frame is read as it was written, and nothing else is.

use super::*;
use crate::domain::language::Language;
use crate::preview::job::{Kind, Note, PageJob, PageSize, Part};

fn opened() -> Opened {
    Opened {
        pages: vec![PageSize { width: 595, height: 842 }],
        kind: Kind::Pdf,
        layout: "pdf-1".to_owned(),
        notes: vec![Note::FirstFrame],
        parts: vec![Part { name: "a.txt".to_owned(), size: 3 }],
    }
}

fn picture() -> Picture {
    Picture { width: 2, height: 3, jpeg: Bytes::from_static(&[0xff, 0xd8, 1, 2]) }
}

fn answers() -> Vec<Answer> {
    let cpu = Duration::from_millis(1234);
    vec![
        Answer::Ready(Confined { landlock: 6, seccomp: true }),
        Answer::Refused("no".to_owned()),
        Answer::Opened(opened(), cpu),
        Answer::Failed(Trouble::Damaged, cpu),
        Answer::Picture(picture(), cpu),
        Answer::Text("line\nline".to_owned(), cpu),
    ]
}

#[test]
fn orders_are_read_as_they_were_written() -> io::Result<()> {
    let orders = [
        Order::Open(Open { name: "a.pdf".to_owned(), part: vec![1, 2], size: 5, language: Language::German }),
        Order::Chunk(Bytes::from_static(b"bytes")),
        Order::End,
        Order::Job(Job::Page(PageJob { page: 1, dpi: 100, covered: Vec::new(), grid: false, mark: None })),
    ];
    let pipe: Vec<u8> = orders.iter().flat_map(Order::encode).collect();
    let mut pipe = pipe.as_slice();
    for order in orders {
        assert_eq!(Order::read(&mut pipe)?, Some(order));
    }
    assert_eq!(Order::read(&mut pipe)?, None);
    Ok(())
}

#[tokio::test]
async fn answers_are_read_as_they_were_written_by_both_readers() -> io::Result<()> {
    let pipe: Vec<u8> = answers().iter().flat_map(Answer::encode).collect();
    let (mut waiting, mut polling) = (pipe.as_slice(), pipe.as_slice());
    for answer in answers() {
        assert_eq!(Answer::read(&mut waiting)?, answer);
        assert_eq!(Answer::receive(&mut polling).await?, answer);
    }
    Ok(())
}

#[tokio::test]
async fn a_frame_cut_anywhere_is_no_answer() {
    for answer in answers() {
        let whole = answer.encode();
        for cut in 0..whole.len() {
            let mut pipe = &whole[..cut];
            assert!(Answer::receive(&mut pipe).await.is_err(), "{answer:?} cut at {cut}");
        }
    }
}

#[test]
fn what_no_honest_worker_says_is_refused() {
    let no_jpeg = Picture { jpeg: Bytes::from_static(b"<svg>"), ..picture() };
    let endless = Picture { width: PAGE_SIDE + 1, ..picture() };
    let flat = Picture { height: 0, ..picture() };
    let none = Opened { pages: Vec::new(), ..opened() };
    let many = Opened { pages: vec![PageSize { width: 1, height: 1 }; PAGES + 1], ..opened() };
    let loud = Opened { parts: vec![Part { name: "a\nb".to_owned(), size: 1 }], ..opened() };
    let cpu = Duration::ZERO;
    let lies = [
        Answer::Picture(no_jpeg, cpu),
        Answer::Picture(endless, cpu),
        Answer::Picture(flat, cpu),
        Answer::Opened(none, cpu),
        Answer::Opened(many, cpu),
        Answer::Opened(loud, cpu),
        Answer::Failed(Trouble::Busy, cpu),
        Answer::Failed(Trouble::Unavailable, cpu),
        Answer::Refused("a\u{1b}b".to_owned()),
    ];
    for lie in lies {
        assert!(Answer::read(&mut lie.encode().as_slice()).is_err(), "{lie:?}");
    }
}

#[test]
fn a_promise_above_the_bound_of_its_kind_is_refused_before_anything_is_read() {
    for kind in 0..=u8::MAX {
        let most = Answer::most(kind);
        let promise = u32::try_from(most.map_or(0, |most| most + 1)).unwrap_or(u32::MAX).to_le_bytes();
        let bytes = [promise[0], promise[1], promise[2], promise[3], kind];
        assert_eq!(head(bytes, Answer::most), Err(Malformed), "{kind}");
    }
}
