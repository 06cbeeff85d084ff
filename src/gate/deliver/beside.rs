//! Sums over the bytes of a document on their way out, taken on another core while the same bytes are encrypted and sent.

use crate::crypto::primitives::Sha256;
use crate::domain::bounds::{BESIDE_BYTES, BESIDE_STEP};
use crate::limit::connection::ConnectionHandle;
use bytes::Bytes;
use flate2::Crc;
use std::io;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{JoinHandle, spawn_blocking};

/// Room for bytes that were given out already and are not summed up yet, in all streams together.
static ROOM: Semaphore = Semaphore::const_new(BESIDE_BYTES);

/// What is summed up.
pub(in crate::gate) trait Sum: Send + 'static {
    /// Takes the next piece.
    fn add(&mut self, piece: &[u8]);
}

impl Sum for Sha256 {
    fn add(&mut self, piece: &[u8]) {
        self.update(piece);
    }
}

/// For archives, whose entries bear a checksum.
impl Sum for (Crc, Sha256) {
    fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
        self.1.update(piece);
    }
}

/// Where a sum is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gate) enum Summing {
    /// As the bytes come: where another task than the one that reads them encrypts and sends, or nobody waits.
    Here,
    /// On another core, where one task does all the rest.
    Beside,
}

impl Summing {
    /// Over HTTP/1.1 one task reads, encrypts and sends; HTTP/2 has a task for each stream and another one that encrypts and sends.
    pub(in crate::gate) fn over(connection: &ConnectionHandle) -> Self {
        if connection.is_http2() { Self::Here } else { Self::Beside }
    }
}

/// A sum that follows its bytes by at most two times [`BESIDE_STEP`].
pub(in crate::gate) struct Beside<S> {
    summing: Summing,
    state: State<S>,
    /// What the next step takes.
    waiting: Vec<Waiting>,
    bytes: usize,
}

/// A piece, and its room.
struct Waiting {
    piece: Bytes,
    _room: SemaphorePermit<'static>,
}

enum State<S> {
    /// All pieces but those that wait are in it.
    Here(S),
    /// A step is being taken.
    Away(JoinHandle<S>),
    /// Nobody asks again after an error.
    Lost,
}

impl<S: Sum> Beside<S> {
    /// The sum of nothing yet.
    pub(in crate::gate) const fn new(sum: S, summing: Summing) -> Self {
        Self { summing, state: State::Here(sum), waiting: Vec::new(), bytes: 0 }
    }

    /// Takes the next piece. It is kept for a moment, unless there is no room to keep it: then it is summed up at once.
    pub(in crate::gate) async fn add(&mut self, piece: &Bytes) -> io::Result<()> {
        let room = || u32::try_from(piece.len()).ok().and_then(|length| ROOM.try_acquire_many(length).ok());
        let Some(room) = (if self.summing == Summing::Beside { room() } else { None }) else {
            self.come_up().await?.add(piece);
            return Ok(());
        };
        self.bytes += piece.len();
        self.waiting.push(Waiting { piece: piece.clone(), _room: room });
        if self.bytes < BESIDE_STEP {
            return Ok(());
        }
        let mut sum = self.back().await?;
        let waiting = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        self.state = State::Away(spawn_blocking(move || {
            waiting.iter().for_each(|one| sum.add(&one.piece));
            sum
        }));
        Ok(())
    }

    /// The sum of all pieces up to now.
    pub(in crate::gate) async fn come_up(&mut self) -> io::Result<&mut S> {
        let mut sum = self.back().await?;
        self.bytes = 0;
        self.waiting.drain(..).for_each(|one| sum.add(&one.piece));
        self.state = State::Here(sum);
        match &mut self.state {
            State::Here(sum) => Ok(sum),
            State::Away(_) | State::Lost => Err(lost()),
        }
    }

    /// The sum of all pieces but those that wait.
    async fn back(&mut self) -> io::Result<S> {
        match std::mem::replace(&mut self.state, State::Lost) {
            State::Here(sum) => Ok(sum),
            State::Away(step) => step.await.map_err(|_| lost()),
            State::Lost => Err(lost()),
        }
    }
}

fn lost() -> io::Error {
    io::Error::other("the sum of a document's bytes could not be taken")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::primitives::sha256;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_sum_is_that_of_all_bytes_in_their_order(lengths in prop::collection::vec(0usize..100_000, 0..40), look in any::<u8>()) {
            let summing = if look < 64 { Summing::Here } else { Summing::Beside };
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
            runtime.block_on(async {
                let (mut beside, mut all) = (Beside::new(Sha256::new(), summing), Vec::new());
                for (at, length) in lengths.iter().enumerate() {
                    let fill = u8::try_from(at).expect("there are fewer than 40") ^ look;
                    let piece = Bytes::from(vec![fill; *length]);
                    all.extend_from_slice(&piece);
                    beside.add(&piece).await.expect("nothing stops it");
                    if at % 7 == usize::from(look) % 7 {
                        let now = beside.come_up().await.expect("nothing stops it").clone().finish();
                        assert_eq!(now, sha256(&[&all]));
                    }
                }
                assert_eq!(beside.come_up().await.expect("nothing stops it").clone().finish(), sha256(&[&all]));
            });
        }
    }

    #[tokio::test]
    async fn without_room_a_piece_is_summed_up_at_once() {
        let mut beside = Beside::new(Sha256::new(), Summing::Beside);
        let (first, large) = (Bytes::from(vec![1; 1000]), Bytes::from(vec![2; BESIDE_BYTES + 1]));
        beside.add(&first).await.expect("nothing stops it");
        beside.add(&large).await.expect("nothing stops it");
        assert!(beside.waiting.is_empty() && matches!(beside.state, State::Here(_)));
        assert_eq!(beside.come_up().await.expect("nothing stops it").clone().finish(), sha256(&[&first, &large]));
    }
}
