//! Targets for what stores on other machines answer.

use doorward::documents::remote::http::autoindex::{Entries, Member as Listed};
use doorward::documents::remote::webdav::multistatus::{Ended, Member, Unread, read};
use doorward::domain::bounds::LISTING_PART_BYTES;
use futures_util::FutureExt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

/// A source that gives its bytes in pieces of a length.
struct Pieces<'a>(&'a [u8], usize);

impl AsyncBufRead for Pieces<'_> {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        Poll::Ready(Ok(&this.0[..this.0.len().min(this.1)]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.0 = &this.0[amount..];
    }
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        unreachable!("it is read by its buffer only")
    }
}

/// How long the pieces are that a listing comes in: by the first byte, so that cuts fall anywhere.
fn pieces(data: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(*first) + 1, rest))
}

/// A listing of a folder in JSON: the same entries whatever pieces it comes in, none longer than it may be, and nothing after its end.
pub fn autoindex(data: &[u8]) {
    let Some((length, text)) = pieces(data) else { return };
    let all = |length: usize| -> Option<Vec<Listed>> {
        let (mut entries, mut found) = (Entries::default(), Vec::new());
        for piece in text.chunks(length) {
            let more = entries.read(piece, |member| {
                found.push(member);
                true
            });
            assert!(more.ok()?, "nobody said stop");
        }
        entries.end().ok().map(|()| found)
    };
    let whole = all(text.len().max(1));
    assert_eq!(whole, all(length), "pieces of {length}");
    if let Some(found) = &whole {
        assert!(found.iter().all(|member| member.name.len() <= LISTING_PART_BYTES));
        assert!(text.trim_ascii().starts_with(b"[") && text.trim_ascii().ends_with(b"]"));
        let mut seen = 0;
        let more = Entries::default().read(text, |_| {
            seen += 1;
            false
        });
        assert_eq!((more.is_ok(), seen), (true, found.len().min(1)));
    }
}

/// What WebDAV answers: the same entries whatever pieces it comes in, each within its bounds.
pub fn multistatus(data: &[u8]) {
    let Some((length, text)) = pieces(data) else { return };
    let all = |length: usize| {
        let mut found = Vec::new();
        let ended = read(Pieces(text, length), |member| {
            found.push(member);
            true
        });
        match ended.now_or_never().expect("the bytes are all there") {
            Ok(Ended::Whole) => Some(found),
            Ok(Ended::Cut) => unreachable!("nobody said stop, and it is not that long"),
            Err(Unread::Form) => None,
            Err(Unread::Io(error)) => unreachable!("{error}"),
        }
    };
    let whole: Option<Vec<Member>> = all(text.len().max(1));
    assert_eq!(whole, all(length), "pieces of {length}");
    if let Some(found) = whole {
        assert!(found.iter().all(|member| member.href.len() <= LISTING_PART_BYTES));
        assert!(found.is_empty() || text.windows(8).any(|word| word == b"response"));
    }
}
