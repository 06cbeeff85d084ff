//! The body of a picture: handed over piece by piece, and ended with access, even while the client does not read.

use crate::domain::bounds::CHUNK_BYTES;
use crate::gate::ending::Ending;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A picture on its way. Its pieces are no copies, so it keeps its room in memory until the last of them was sent.
#[derive(Debug)]
pub struct PictureBody {
    left: Bytes,
    ending: Ending,
}

impl PictureBody {
    pub(super) const fn new(jpeg: Bytes, ending: Ending) -> Self {
        Self { left: jpeg, ending }
    }
}

impl Body for PictureBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(error) = this.ending.poll_ended(context) {
            return Poll::Ready(Some(Err(error)));
        }
        // The last byte goes alone, once there is room for it: until then the body is there, and with it what ends it.
        let piece = this.left.len().saturating_sub(1).clamp(1, CHUNK_BYTES);
        Poll::Ready((!this.left.is_empty()).then(|| Ok(Frame::data(this.left.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
