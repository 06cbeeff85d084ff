//! The way to a mail server that breaks now and then: before a word, in the middle, and when the mail is taken but the answer is not there yet.

use crate::rig::Outcome;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What happens to one connection; ten of them make a round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nothing.
    Whole,
    /// It ends before the server says a word.
    AtOnce,
    /// It ends after so many bytes of the client's.
    After(usize),
    /// It ends when the mail is with the server, and before the answer is back.
    Unanswered,
}

const ROUND: [Fate; 10] = [
    Fate::Whole,
    Fate::Whole,
    Fate::AtOnce,
    Fate::Whole,
    Fate::Whole,
    Fate::After(150),
    Fate::Whole,
    Fate::Whole,
    Fate::Whole,
    Fate::Unanswered,
];

#[derive(Default)]
struct Seen {
    all: AtomicUsize,
    broken: AtomicUsize,
    unanswered: AtomicUsize,
}

/// A listener in front of a mail server.
pub(crate) struct Line {
    pub(crate) port: u16,
    seen: Arc<Seen>,
}

impl Line {
    /// In front of the server on this port.
    pub(crate) async fn start(server: u16) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, seen) = (listener.local_addr()?.port(), Arc::new(Seen::default()));
        let counted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = counted.all.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(carry(client, server, ROUND[number % ROUND.len()], Arc::clone(&counted)));
            }
        });
        Ok(Self { port, seen })
    }

    /// Connections so far.
    pub(crate) fn all(&self) -> usize {
        self.seen.all.load(Ordering::Relaxed)
    }

    /// Those that were broken.
    pub(crate) fn broken(&self) -> usize {
        self.seen.broken.load(Ordering::Relaxed)
    }

    /// Those whose mail was taken without an answer.
    pub(crate) fn unanswered(&self) -> usize {
        self.seen.unanswered.load(Ordering::Relaxed)
    }
}

async fn carry(client: TcpStream, server: u16, fate: Fate, seen: Arc<Seen>) {
    if fate == Fate::AtOnce {
        seen.broken.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let mute = AtomicBool::new(false);
    let broken = tokio::select! {
        broken = forward(from_client, to_server, fate, &mute) => broken,
        broken = back(from_server, to_client, &mute) => broken,
    };
    seen.broken.fetch_add(usize::from(broken), Ordering::Relaxed);
    seen.unanswered.fetch_add(usize::from(broken && fate == Fate::Unanswered), Ordering::Relaxed);
}

/// Carries what the client says until it ends, or until the line breaks: then says so.
async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, fate: Fate, mute: &AtomicBool) -> bool {
    let (mut buffer, mut carried, mut last) = (vec![0; 16 * 1024], 0, Vec::new());
    while let Some(read) = from.read(&mut buffer).await.ok().filter(|read| *read > 0) {
        let left = if let Fate::After(bytes) = fate { bytes - carried } else { read };
        let piece = &buffer[..read.min(left)];
        last.extend_from_slice(&piece[piece.len().saturating_sub(8)..]);
        let tail = last.len().saturating_sub(8);
        last.drain(..tail);
        if fate == Fate::Unanswered && last.ends_with(b"\r\n.\r\n") {
            mute.store(true, Ordering::Release);
        }
        if to.write_all(piece).await.is_err() {
            return false;
        }
        carried += piece.len();
        if fate == Fate::After(carried) {
            return true;
        }
    }
    false
}

/// Carries what the server says. Once the line is mute its next word, which says that the mail is taken, is the end.
async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mute: &AtomicBool) -> bool {
    let mut buffer = vec![0; 4 * 1024];
    while let Some(read) = from.read(&mut buffer).await.ok().filter(|read| *read > 0) {
        if mute.load(Ordering::Acquire) {
            return true;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return false;
        }
    }
    false
}
