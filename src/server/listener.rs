//! The public listener: who is let in, TLS, and the way from there to HTTP.

use crate::{
    domain::bounds::TLS_BYTES,
    limit::{
        connection::{ClientAddress, ConnectionHandle},
        rate::client_network,
    },
    server::{
        ServerLimits,
        connection::{Ends, Way, run},
        pulse::Pulse,
        shutdown::{Shutdown, Stage, Task, Tasks},
        socket::{Reset, ResetSwitch, Socket, tune},
        tls::Tls,
        wire::{Hosts, check},
    },
};
use axum::{Router, body::Body, http::Request};
use std::{
    collections::HashMap,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_rustls::TlsAcceptor;

/// Waits between two tries to accept while the system has no descriptor or memory left.
const BACK_OFF: [Duration; 6] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
];

/// Serves `router` over TLS until `shutdown` is triggered; then finishes what is running within `limits.drain`, cuts the rest, and returns
/// how many connections it cut. `hosts` are the authorities (`host` or `host:port`) that are served.
pub async fn serve(listener: TcpListener, tls: Tls, router: Router, hosts: Vec<String>, limits: ServerLimits, shutdown: Shutdown) -> usize {
    let tasks = Tasks::new();
    let door = Arc::new(Door { tls, router, hosts: Hosts::new(hosts), limits });
    let slots = Arc::new(Semaphore::new(door.limits.connections.min(Semaphore::MAX_PERMITS)));
    let places = Places::default();
    loop {
        // The place first: a connection that nobody can serve yet stays in the kernel's queue.
        let Some(slot) = unless(&shutdown, slots.clone().acquire_owned()).await.and_then(Result::ok) else { break };
        let Some((stream, peer)) = unless(&shutdown, accept(|| listener.accept())).await else { break };
        match places.take(peer.ip(), &door.limits) {
            Some(place) => {
                tokio::spawn(admit(stream, peer, door.clone(), place, slot, tasks.begin()));
            }
            None => stream.reset_on_drop(),
        }
    }
    drop(listener);
    tasks.drain(door.limits.drain).await
}

/// What `work` gives, or nothing once a stop is asked for.
pub(crate) async fn unless<T>(shutdown: &Shutdown, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        () = shutdown.triggered() => None,
        done = work => Some(done),
    }
}

/// The next connection, however often it takes. A client that is gone already is passed over; other errors are the system's, and are waited out.
pub(crate) async fn accept<T, F: Future<Output = io::Result<T>>>(next: impl Fn() -> F) -> T {
    let mut failures = 0;
    loop {
        match next().await {
            Ok(accepted) => return accepted,
            Err(error) if of_the_client(&error) => {}
            Err(error) => {
                let wait = BACK_OFF[failures.min(BACK_OFF.len() - 1)];
                tracing::warn!(%error, wait_ms = wait.as_millis(), "no connection can be accepted");
                failures += 1;
                tokio::time::sleep(wait).await;
            }
        }
    }
}

fn of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// What all connections of the listener share.
struct Door {
    tls: Tls,
    router: Router,
    hosts: Hosts,
    limits: ServerLimits,
}

/// `_slot` and `place` are held until the connection is over.
async fn admit(stream: TcpStream, peer: SocketAddr, door: Arc<Door>, mut place: Place, _slot: OwnedSemaphorePermit, task: Task) {
    let timeouts = door.limits.timeouts;
    if tune(&stream).is_err() {
        return;
    }
    let (pulse, reset) = (Pulse::new(timeouts), ResetSwitch::default());
    let socket = Socket::new(stream, pulse.clone(), reset.clone());
    let handshake = tokio::time::timeout(timeouts.handshake, TlsAcceptor::from(door.tls.current()).accept(socket));
    let mut stream = tokio::select! {
        _ = task.after(Stage::Running) => return,
        outcome = Box::pin(handshake) => match outcome {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return tracing::debug!(%error, "TLS handshake failed"),
            Err(_) => return tracing::debug!("TLS handshake took too long"),
        },
    };
    place.shake_hands();
    stream.get_mut().1.set_buffer_limit(Some(TLS_BYTES));
    let handle = ConnectionHandle::new(peer, stream.get_ref().1.alpn_protocol() == Some(b"h2"));
    let (hosts, known) = (door.hosts.clone(), handle.clone());
    let prepare = move |request: &mut Request<Body>| {
        if let Err(error) = check(request, &hosts) {
            return Some(error.answer(request.version()));
        }
        request.extensions_mut().insert(ClientAddress(peer.ip().to_canonical()));
        request.extensions_mut().insert(known.clone());
        None
    };
    let way = Way { router: door.router.clone(), prepare, timeouts, answer_within: None };
    drop(door);
    run(stream, way, Ends { pulse, handle, reset, task }).await;
}

/// Connections by client network.
#[derive(Debug, Clone, Default)]
struct Places(Arc<Mutex<HashMap<IpAddr, Count>>>);

#[derive(Debug, Default)]
struct Count {
    open: usize,
    shaking: usize,
}

/// One connection's place; given back when it is dropped.
#[derive(Debug)]
struct Place {
    places: Places,
    network: IpAddr,
    shaking: bool,
}

impl Places {
    /// A place for a connection that begins its handshake, if its network has one left.
    fn take(&self, address: IpAddr, limits: &ServerLimits) -> Option<Place> {
        let network = client_network(address);
        let mut places = self.lock();
        let (open, shaking) = places.get(&network).map_or((0, 0), |count| (count.open, count.shaking));
        if open >= limits.connections_per_network || shaking >= limits.handshakes_per_network {
            return None;
        }
        let count = places.entry(network).or_default();
        count.open += 1;
        count.shaking += 1;
        Some(Place { places: self.clone(), network, shaking: true })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Count>> {
        // Each change below the lock is complete in itself, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The handshake is over.
    fn shake_hands(&mut self) {
        if std::mem::take(&mut self.shaking)
            && let Some(count) = self.places.lock().get_mut(&self.network)
        {
            count.shaking -= 1;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shake_hands();
        let mut places = self.places.lock();
        if let Some(count) = places.get_mut(&self.network) {
            count.open -= 1;
            if count.open == 0 {
                places.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_network_has_its_places_and_gives_them_back() {
        let limits = ServerLimits { connections_per_network: 3, handshakes_per_network: 2, ..ServerLimits::default() };
        let (places, here, there) = (Places::default(), IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let mut first = places.take(here, &limits).expect("a place");
        let second = places.take(here, &limits).expect("a place");
        assert!(places.take(here, &limits).is_none(), "two handshakes at once");
        first.shake_hands();
        let third = places.take(here, &limits).expect("a place");
        drop(second);
        let fourth = places.take(here, &limits).expect("a place");
        assert!(places.take(here, &limits).is_none(), "three connections at once");
        assert!(places.take(there, &limits).is_some());
        drop((first, third, fourth));
        assert!(places.lock().is_empty());
    }

    #[tokio::test]
    async fn a_lack_of_descriptors_is_waited_out_and_a_client_that_left_is_passed_over() {
        let tries = AtomicU32::new(0);
        let accepted = accept(|| async {
            match tries.fetch_add(1, Ordering::Relaxed) {
                0 => Err(io::Error::from_raw_os_error(rustix::io::Errno::CONNABORTED.raw_os_error())),
                1 => Err(io::Error::from_raw_os_error(rustix::io::Errno::MFILE.raw_os_error())),
                n => Ok(n),
            }
        });
        assert_eq!(accepted.await, 2);
    }
}
