//! Targets for what passes between the processes of a preview.

use doorward::preview::limits::{DOCUMENT_BYTES, OFFICE_PDF_BYTES};
use doorward::preview::office::wire::{ANSWER_HEAD, Answer, REQUEST_HEAD, Request, VERSION_BYTES};

/// Heads of the converter of Office documents: what is accepted lies within its bounds and is written again byte for byte.
pub fn office_wire(data: &[u8]) {
    if let Some(head) = data.first_chunk::<REQUEST_HEAD>()
        && let Some(request) = Request::parse(head)
    {
        assert_eq!(&request.head(), head);
        if let Request::Convert { size, .. } = request {
            assert!((1..=DOCUMENT_BYTES).contains(&size), "{request:?}");
        }
    }
    if let Some(answer) = Answer::parse(data) {
        assert_eq!(answer.head(), data);
        assert!(data.len() <= ANSWER_HEAD + VERSION_BYTES, "{answer:?}");
        if let Answer::Converted { version, size } = answer {
            assert!((1..=OFFICE_PDF_BYTES).contains(&size), "{size}");
            let layout = version.layout();
            assert!(layout.strip_prefix("office/").is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit() || b == b'.')), "{layout}");
        }
    }
}
