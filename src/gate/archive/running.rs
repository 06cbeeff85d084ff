//! How many archives are on their way: in all, of one client network, of one session.

use crate::config::Archives;
use crate::domain::bounds::{ARCHIVE_WAIT, ARCHIVES_PER_SESSION};
use crate::domain::ids::SessionId;
use crate::gate::Gate;
use crate::gate::archive::plans::Plans;
use crate::gate::refusal::Refusal;
use crate::limit::rate::client_network;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The archives on their way.
#[derive(Debug, Default)]
pub struct Running {
    held: Mutex<Vec<(SessionId, IpAddr)>>,
    /// Those that ended lately and may be gone on with.
    pub(super) plans: Plans,
    ended: Notify,
}

/// A place among them; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    running: Arc<Running>,
    whose: (SessionId, IpAddr),
}

impl Running {
    fn take(self: &Arc<Self>, session: SessionId, network: IpAddr, limits: Archives) -> Option<Place> {
        let mut held = self.lock();
        let of_session = held.iter().filter(|(other, _)| *other == session).count();
        let of_network = held.iter().filter(|(_, other)| *other == network).count();
        if held.len() >= limits.max_running || of_session >= ARCHIVES_PER_SESSION || of_network >= limits.max_per_client {
            return None;
        }
        held.push((session, network));
        Some(Place { running: Arc::clone(self), whose: (session, network) })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(SessionId, IpAddr)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.running.lock();
        if let Some(at) = held.iter().position(|other| *other == self.whose) {
            held.swap_remove(at);
        }
        drop(held);
        self.running.ended.notify_waiters();
    }
}

impl Gate {
    /// A place for one more archive, as soon as one is free; [`Refusal::Busy`] when that takes too long.
    pub(in crate::gate) async fn archive_place(&self, session: SessionId, client: IpAddr) -> Result<Place, Refusal> {
        let (network, until) = (client_network(client), self.clock.now().plus(ARCHIVE_WAIT));
        loop {
            // Made before the look, so that an end in between is not missed.
            let ended = self.archives.ended.notified();
            if let Some(place) = self.archives.take(session, network, self.settings.archives) {
                return Ok(place);
            }
            tokio::select! {
                () = ended => {}
                () = self.clock.wait_until(until) => return Err(Refusal::Busy),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_session_network_or_server_has_more_archives_on_their_way_than_it_may() {
        let limits = Archives { enabled: true, max_entries: 1, max_gigabytes: 1, max_running: 3, max_per_client: 2 };
        let running = Arc::new(Running::default());
        let take = |session: u8, network: u8| running.take(SessionId::from_bytes([session; 16]), [127, 0, 0, network].into(), limits);
        let first = take(1, 1);
        assert!(first.is_some() && take(1, 2).is_none(), "one of a session");
        let second = take(2, 1);
        assert!(second.is_some() && take(3, 1).is_none(), "two of a network");
        let third = take(3, 2);
        assert!(third.is_some() && take(4, 3).is_none(), "three of the server");
        drop(first);
        assert!(take(1, 3).is_some(), "a place that was given back is free");
    }
}
