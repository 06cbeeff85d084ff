//! Targets for what passes between the server and the processes that draw previews.

use doorward::preview::job::Trouble;
use doorward::preview::limits::{PAGE_SIDE, PAGES, PARTS, PICTURE_BYTES};
use doorward::preview::wire::{Answer, HEAD_BYTES, Order};

/// What a hostile worker might send, and what a worker might be sent: what is accepted is within its bounds and written again as it was meant.
pub fn preview_wire(data: &[u8]) {
    let mut pipe = data;
    while let Ok(answer) = Answer::read(&mut pipe) {
        check(&answer);
        let again = Answer::read(&mut answer.encode().as_slice());
        assert_eq!(again.ok().as_ref(), Some(&answer));
    }
    let mut pipe = data;
    while let Ok(Some(order)) = Order::read(&mut pipe) {
        let bytes = order.encode();
        assert!(bytes.len() >= HEAD_BYTES);
        let again = Order::read(&mut bytes.as_slice());
        assert_eq!(again.ok().flatten().as_ref(), Some(&order));
    }
}

fn check(answer: &Answer) {
    match answer {
        Answer::Opened(opened, _) => {
            assert!((1..=PAGES).contains(&opened.pages.len()) && opened.parts.len() <= PARTS);
            assert!(!opened.layout.contains(char::is_control));
            assert!(opened.parts.iter().all(|part| !part.name.contains(char::is_control)));
        }
        Answer::Picture(picture, _) => {
            assert!(picture.jpeg.starts_with(&[0xff, 0xd8]) && picture.jpeg.len() <= PICTURE_BYTES);
            assert!((1..=PAGE_SIDE).contains(&picture.width) && (1..=PAGE_SIDE).contains(&picture.height));
        }
        Answer::Failed(trouble, _) => assert!(!matches!(trouble, Trouble::Busy | Trouble::Unavailable)),
        Answer::Refused(why) => assert!(!why.contains(char::is_control)),
        Answer::Ready(_) | Answer::Text(..) => {}
    }
}
