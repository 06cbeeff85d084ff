//! The admin socket: HTTP/1.1 over a Unix socket, where the kernel says who is at the other end.

use crate::{
    limit::connection::ConnectionHandle,
    server::{
        Timeouts,
        connection::{Ends, Way, run},
        listener::{accept, unless},
        pulse::Pulse,
        shutdown::{Shutdown, Task, Tasks},
        socket::{ResetSwitch, Socket},
        wire::plain_answer,
    },
};
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, StatusCode, header::CONNECTION},
};
use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::{FileTypeExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{UnixListener, UnixStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// Connections to the admin socket at the same time.
pub const CONNECTIONS: usize = 64;
/// Longest time until an answer begins.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Largest `/etc/passwd` or `/etc/group` that is read, in bytes.
const ACCOUNT_BYTES: u64 = 4 * 1024 * 1024;

/// Who is at the other end of an admin connection, as the kernel says. A request extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its user id.
    pub uid: u32,
    /// Its group id.
    pub gid: u32,
}

/// Why the admin socket cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// A server is using it.
    #[error("{0}: another server answers on this socket; stop it first, or use another data directory")]
    InUse(PathBuf),
    /// Something else has its name.
    #[error("{0}: this is no socket; move it away")]
    NoSocket(PathBuf),
    /// There is no such group.
    #[error("there is no group '{0}' in /etc/group; make it, or leave admin.group out")]
    UnknownGroup(String),
    /// The system refuses.
    #[error("{path}: {reason}; check that the directory exists and that the user the server runs as may write to it")]
    Unusable {
        /// The socket.
        path: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
}

/// The group that a name or a number means, as `/etc/group` says.
pub fn find_group(name: &str) -> Result<u32, AdminError> {
    let groups = read_accounts("/etc/group").unwrap_or_default();
    entries(&groups)
        .find(|entry| entry.first() == Some(&name) || entry.get(2) == Some(&name))
        .and_then(|entry| entry.get(2)?.parse().ok())
        .ok_or_else(|| AdminError::UnknownGroup(name.to_owned()))
}

/// Opens the socket: for this user alone, or for a group too. A socket file that nobody answers on is replaced.
pub fn bind(path: &Path, group: Option<u32>) -> Result<UnixListener, AdminError> {
    let unusable = |reason| AdminError::Unusable { path: path.to_owned(), reason };
    match fs::symlink_metadata(path) {
        Ok(meta) if !meta.file_type().is_socket() => return Err(AdminError::NoSocket(path.to_owned())),
        Ok(_) => match std::os::unix::net::UnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path).map_err(unusable)?,
            Err(error) => return Err(unusable(error)),
            Ok(_) => return Err(AdminError::InUse(path.to_owned())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(unusable(error)),
    }
    let listener = UnixListener::bind(path).map_err(unusable)?;
    // Who connects before this is done is asked for its user id like everybody else.
    let mode = if group.is_some() { 0o660 } else { 0o600 };
    chown(path, None, group)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(mode)))
        .map_err(unusable)?;
    Ok(listener)
}

/// Serves `router` to this user, root and the members of `group` until `shutdown` is triggered; then finishes what is running within `drain`,
/// cuts the rest, and returns how many connections it cut. Requests carry [`Peer`].
pub async fn serve(listener: UnixListener, router: Router, group: Option<u32>, drain: Duration, shutdown: Shutdown) -> usize {
    let (tasks, slots) = (Tasks::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    loop {
        let Some(slot) = unless(&shutdown, slots.clone().acquire_owned()).await.and_then(Result::ok) else { break };
        let Some((stream, _)) = unless(&shutdown, accept(|| listener.accept())).await else { break };
        tokio::spawn(admit(stream, router.clone(), group, slot, tasks.begin()));
    }
    drop(listener);
    tasks.drain(drain).await
}

/// `_slot` is held until the connection is over.
async fn admit(stream: UnixStream, router: Router, group: Option<u32>, _slot: OwnedSemaphorePermit, task: Task) {
    let Ok(credentials) = stream.peer_cred() else { return };
    let peer = Peer { uid: credentials.uid(), gid: credentials.gid() };
    let welcome = is_welcome(peer.uid, peer.gid, group);
    if !welcome {
        tracing::warn!(uid = peer.uid, "refused at the admin socket");
    }
    let prepare = move |request: &mut Request<Body>| {
        if !welcome {
            let mut refusal =
                plain_answer(StatusCode::FORBIDDEN, "This socket is for the server's own user, root and members of admin.group.");
            refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return Some(refusal);
        }
        request.extensions_mut().insert(peer);
        None
    };
    let timeouts = Timeouts::default();
    let (pulse, reset) = (Pulse::new(timeouts), ResetSwitch::default());
    let socket = Socket::new(stream, pulse.clone(), reset.clone());
    // A Unix socket has no address; the handle only serves to end the connection.
    let handle = ConnectionHandle::new(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)), false);
    let way = Way { router, prepare, timeouts, answer_within: Some(ANSWER_WITHIN) };
    run(socket, way, Ends { pulse, handle, reset, task }).await;
}

/// Whether a user at the other end of a Unix socket is let in: the own one, root, and the members of a group.
pub fn is_welcome(uid: u32, gid: u32, group: Option<u32>) -> bool {
    uid == rustix::process::geteuid().as_raw() || uid == 0 || group.is_some_and(|group| in_group(Peer { uid, gid }, group))
}

/// Read anew for each connection, so that taking somebody out of the group takes effect. Accounts of a directory service are found only by
/// the group the process runs in.
fn in_group(peer: Peer, group: u32) -> bool {
    let file = |path| read_accounts(path).unwrap_or_default();
    peer.gid == group || is_member(peer.uid, group, &file("/etc/passwd"), &file("/etc/group"))
}

fn read_accounts(path: &str) -> io::Result<String> {
    use io::Read;
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(ACCOUNT_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn entries(file: &str) -> impl Iterator<Item = Vec<&str>> {
    file.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(':').collect())
}

/// `passwd(5)`: name, password, uid, gid; `group(5)`: name, password, gid, members.
fn is_member(uid: u32, group: u32, passwd: &str, groups: &str) -> bool {
    let number = |field: Option<&&str>| field.and_then(|text| text.parse::<u32>().ok());
    entries(passwd).filter(|user| number(user.get(2)) == Some(uid)).any(|user| {
        let listed = |entry: Vec<&str>| {
            number(entry.get(2)) == Some(group)
                && entry
                    .get(3)
                    .is_some_and(|members| members.split(',').any(|m| !m.is_empty() && Some(&m) == user.first()))
        };
        number(user.get(3)) == Some(group) || entries(groups).any(listed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Extension, routing::get};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    async fn ask(path: &Path, text: &str) -> io::Result<String> {
        let mut stream = UnixStream::connect(path).await?;
        stream.write_all(text.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    #[tokio::test]
    async fn the_own_user_is_let_in_and_named() -> Outcome {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("admin.sock");
        let listener = bind(&path, None)?;
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
        let router = Router::new().route("/whoami", get(|Extension(peer): Extension<Peer>| async move { peer.uid.to_string() }));
        let shutdown = Shutdown::default();
        let server = tokio::spawn(serve(listener, router, None, Duration::from_secs(1), shutdown.clone()));
        let answer = ask(&path, "GET /whoami HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n").await?;
        let uid = rustix::process::geteuid().as_raw();
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with(&format!("\r\n\r\n{uid}")), "{answer}");
        shutdown.trigger();
        assert_eq!(server.await?, 0);
        Ok(())
    }

    #[tokio::test]
    async fn only_a_socket_that_nobody_answers_on_is_replaced() -> Outcome {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("admin.sock");
        fs::write(&path, "a file")?;
        assert!(matches!(bind(&path, None), Err(AdminError::NoSocket(_))));
        fs::remove_file(&path)?;
        let first = bind(&path, None)?;
        assert!(matches!(bind(&path, None), Err(AdminError::InUse(_))));
        drop(first);
        let own_group = rustix::process::getegid().as_raw();
        bind(&path, Some(own_group))?;
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o660);
        Ok(())
    }

    #[test]
    fn a_member_is_found_by_name_or_by_first_group_and_nobody_else() {
        let passwd = "# users\nroot:x:0:0::/:\nann:x:1001:100::/:\nbob:x:1002:50::/:\nan:x:1003:100::/:\nbroken\n:x:1004:100::/:\n";
        let groups = "root:x:0:\nadm:x:50:ann,cid\nother:x:51:an\nempty:x:52:\nbroken\n";
        assert!(is_member(1001, 50, passwd, groups), "listed");
        assert!(is_member(1002, 50, passwd, groups), "first group");
        assert!(!is_member(1003, 50, passwd, groups), "a part of a listed name");
        assert!(!is_member(1004, 52, passwd, groups), "a user without a name");
        assert!(!is_member(9999, 50, passwd, groups), "unknown");
        assert!(!is_member(1001, 51, passwd, groups), "another group");
    }

    #[test]
    fn a_group_is_found_by_name_and_by_number() {
        assert_eq!(find_group("root").ok(), Some(0));
        assert_eq!(find_group("0").ok(), Some(0));
        assert!(find_group("no such group").is_err());
    }
}
