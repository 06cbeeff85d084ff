//! Connects with an SFTP server: makes sure by its key that it is the one that is meant, and signs in.

use super::session::Session;
use super::trouble::{Trouble, TroubleKind};
use crate::config::store::{HostKey, Key};
use crate::config::{HostName, Secret};
use russh::client::{self, AuthResult, KeyboardInteractiveAuthResponse, Session as Ssh};
use russh::keys::{Algorithm, EcdsaCurve, HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{MethodKind, Preferred, cipher, compression};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpStream;
use zeroize::Zeroizing;

/// A connection on which nothing is said for so long is asked whether the server is still there; after three times without an answer it is not.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// Nothing at all for so long, answers to the above included: the connection is closed.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest private key, in bytes.
const KEY_BYTES: u64 = 64 * 1024;
/// Rounds of questions and answers that a server may ask for the password in.
const ROUNDS: usize = 3;

/// Where a store is and how to sign in there.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) host: HostName,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: Option<Secret>,
    pub(super) key: Option<Key>,
    pub(super) host_key: HostKey,
    /// The folder that is the store, as configured.
    pub(super) path: String,
    /// How long an answer may take; also all that must be done until the session can be used.
    pub(super) timeout: Duration,
}

/// The kinds of host keys to ask the server for, most wanted first: it shows one key only, of the first kind it has.
#[derive(Debug)]
pub(super) struct KeyKinds(Vec<Algorithm>);

impl KeyKinds {
    /// All that a pinned key can be of. RSA with SHA-1 is none of them.
    pub(super) fn of(pinned: &HostKey) -> Self {
        let ecdsa = |curve| Algorithm::Ecdsa { curve };
        let rsa = |hash| Algorithm::Rsa { hash: Some(hash) };
        let mut all = vec![
            Algorithm::Ed25519,
            ecdsa(EcdsaCurve::NistP256),
            ecdsa(EcdsaCurve::NistP384),
            ecdsa(EcdsaCurve::NistP521),
            rsa(HashAlg::Sha512),
            rsa(HashAlg::Sha256),
        ];
        if let HostKey::Whole { algorithm, .. } = pinned {
            // The others only so that the server can say what it has instead.
            all.sort_by_key(|kind| !(kind.as_str() == algorithm || (algorithm == "ssh-rsa" && is_rsa(kind))));
        }
        Self(all)
    }

    /// Leaves out the kind of a key that was not the one. Whether another kind may have it.
    fn without(&mut self, shown: &Algorithm, pinned: &HostKey) -> bool {
        self.0.retain(|kind| kind != shown && !(is_rsa(kind) && is_rsa(shown)));
        matches!(pinned, HostKey::Fingerprint(_)) && !self.0.is_empty()
    }
}

const fn is_rsa(kind: &Algorithm) -> bool {
    matches!(kind, Algorithm::Rsa { .. })
}

/// A key that the server showed and that is not the one it is known by.
#[derive(Debug, Clone)]
struct Shown {
    kind: Algorithm,
    fingerprint: String,
}

/// Looks at the server's key, at every exchange of keys.
#[derive(Debug)]
pub(super) struct Doorman {
    pinned: HostKey,
    shown: Arc<OnceLock<Shown>>,
}

impl client::Handler for Doorman {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        let fingerprint = key.fingerprint(HashAlg::Sha256);
        let is_pinned = match &self.pinned {
            HostKey::Fingerprint(digest) => fingerprint.as_bytes() == digest,
            HostKey::Whole { blob, .. } => key.to_bytes().is_ok_and(|bytes| bytes == *blob),
        };
        if !is_pinned {
            let kind = key.algorithm();
            let fingerprint = format!("{fingerprint} ({})", kind.as_str());
            self.shown.get_or_init(|| Shown { kind, fingerprint });
        }
        Ok(is_pinned)
    }

    /// What a server greets with is not read.
    async fn auth_banner(&mut self, _: &str, _: &mut Ssh) -> Result<(), russh::Error> {
        Ok(())
    }
}

/// An SSH connection.
pub(super) type Connection = client::Handle<Doorman>;

impl Target {
    /// Its host and port, as they stand in texts.
    pub(super) fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Makes a session. `kinds` are the kinds of keys to ask for; on success only those are left among which the server had the right one.
    pub(super) async fn connect(&self, kinds: &mut KeyKinds) -> Result<Session, Trouble> {
        let made = tokio::time::timeout(self.timeout, async {
            let mut connection = self.known(kinds).await?;
            self.sign_in(&mut connection).await?;
            Session::start(connection, &self.path, self.timeout).await
        });
        let made = made.await.unwrap_or_else(|_| Err(TroubleKind::NotReached("it takes too long".to_owned())));
        made.map_err(|kind| kind.at(self.server()))
    }

    /// Connects with the server that has the pinned key. Where it shows another key, it is asked for its keys of other kinds.
    async fn known(&self, kinds: &mut KeyKinds) -> Result<Connection, TroubleKind> {
        let mut all_shown = Vec::new();
        loop {
            let shown = Arc::new(OnceLock::new());
            let doorman = Doorman { pinned: self.host_key.clone(), shown: Arc::clone(&shown) };
            let error = match client::connect_stream(Arc::new(settings(kinds)), self.stream().await?, doorman).await {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            };
            let more = match shown.get() {
                Some(shown) => {
                    all_shown.push(shown.fingerprint.clone());
                    kinds.without(&shown.kind, &self.host_key)
                }
                None if all_shown.is_empty() => return Err(TroubleKind::NotReached(error.to_string())),
                None => false,
            };
            if !more {
                *kinds = KeyKinds::of(&self.host_key);
                return Err(TroubleKind::HostKey(all_shown));
            }
        }
    }

    async fn stream(&self) -> Result<TcpStream, TroubleKind> {
        let host = self.host.as_str().trim_matches(['[', ']']);
        let not_reached = |error: std::io::Error| TroubleKind::NotReached(error.to_string());
        let stream = TcpStream::connect((host, self.port)).await.map_err(not_reached)?;
        stream.set_nodelay(true).map_err(not_reached)?;
        Ok(stream)
    }

    /// Signs in by key and by password, as far as the configuration has them and the server wants them.
    async fn sign_in(&self, connection: &mut Connection) -> Result<(), TroubleKind> {
        let broken = |error: russh::Error| TroubleKind::NotReached(error.to_string());
        let mut answer = AuthResult::Failure { remaining_methods: russh::MethodSet::client_supported(), partial_success: false };
        if let Some(key) = &self.key {
            let key = PrivateKeyWithHashAlg::new(Arc::new(private_key(key).await?), None);
            answer = connection.authenticate_publickey(&self.user, key).await.map_err(broken)?;
        }
        if let (AuthResult::Failure { remaining_methods, .. }, Some(password)) = (&answer, &self.password) {
            // Many servers ask for the password in questions and answers only.
            let asks = remaining_methods.contains(&MethodKind::KeyboardInteractive) && !remaining_methods.contains(&MethodKind::Password);
            answer = if asks {
                answer_questions(connection, &self.user, password).await.map_err(broken)?
            } else {
                connection.authenticate_password(&self.user, password.expose()).await.map_err(broken)?
            };
        }
        match answer {
            AuthResult::Success => Ok(()),
            AuthResult::Failure { .. } if connection.is_closed() => {
                Err(TroubleKind::NotReached("it closed the connection at the sign-in".to_owned()))
            }
            AuthResult::Failure { remaining_methods, .. } => {
                let ways: Vec<&str> = remaining_methods.iter().map(Into::into).collect();
                let ways = if ways.is_empty() { "it names no way".to_owned() } else { format!("it takes: {}", ways.join(", ")) };
                Err(TroubleKind::SignIn(ways))
            }
        }
    }
}

/// Answers each question that is for something secret with the password.
async fn answer_questions(connection: &mut Connection, user: &str, password: &Secret) -> Result<AuthResult, russh::Error> {
    let mut asked = connection.authenticate_keyboard_interactive_start(user, None::<String>).await?;
    for _ in 0..ROUNDS {
        match asked {
            KeyboardInteractiveAuthResponse::Success => return Ok(AuthResult::Success),
            KeyboardInteractiveAuthResponse::Failure { remaining_methods, partial_success } => {
                return Ok(AuthResult::Failure { remaining_methods, partial_success });
            }
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                let answers = prompts
                    .iter()
                    .map(|prompt| if prompt.echo { String::new() } else { password.expose().to_owned() })
                    .collect();
                asked = connection.authenticate_keyboard_interactive_respond(answers).await?;
            }
        }
    }
    let success = matches!(asked, KeyboardInteractiveAuthResponse::Success);
    let failure = AuthResult::Failure { remaining_methods: russh::MethodSet::empty(), partial_success: false };
    Ok(if success { AuthResult::Success } else { failure })
}

/// Reads the private key, anew for every connection, so that it can be changed without a restart.
async fn private_key(key: &Key) -> Result<russh::keys::PrivateKey, TroubleKind> {
    let (file, passphrase) = (key.file.clone(), key.passphrase.clone());
    let shown = file.display().to_string();
    // Opening one that has a passphrase takes a good part of a second on purpose.
    let read = tokio::task::spawn_blocking(move || {
        let size = std::fs::metadata(&file).map_err(|error| error.to_string())?.len();
        if size > KEY_BYTES {
            return Err("it is too large for a private key".to_owned());
        }
        let text = Zeroizing::new(std::fs::read_to_string(&file).map_err(|error| error.to_string())?);
        let passphrase = passphrase.as_ref().map(Secret::expose);
        russh::keys::decode_secret_key(&text, passphrase).map_err(|error| match error {
            russh::keys::Error::KeyIsEncrypted => "it has a passphrase, and none stands in the configuration".to_owned(),
            error if passphrase.is_some() => format!("it is no private key, or its passphrase is another one ({error})"),
            error => format!("it is no private key of a kind that is known ({error})"),
        })
    });
    let key = match read.await {
        Ok(read) => read.map_err(|why| TroubleKind::KeyFile(format!("{shown}: {why}")))?,
        Err(_) => return Err(TroubleKind::KeyFile(format!("{shown}: reading it was broken off"))),
    };
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } => Ok(key),
        // The library's private operations with RSA tell of the key by the time they take (RUSTSEC-2023-0071).
        Algorithm::Rsa { .. } => Err(TroubleKind::KeyFile(format!(
            "{shown} is an RSA key, which is not used to sign in: make one with `ssh-keygen -t ed25519` and let the server know its public key"
        ))),
        other => {
            Err(TroubleKind::KeyFile(format!("{shown} is a key of the kind {}: make one with `ssh-keygen -t ed25519`", other.as_str())))
        }
    }
}

fn settings(kinds: &KeyKinds) -> client::Config {
    const CIPHERS: &[cipher::Name] = &[
        cipher::AES_256_GCM,
        cipher::AES_128_GCM,
        cipher::CHACHA20_POLY1305,
        cipher::AES_256_CTR,
        cipher::AES_192_CTR,
        cipher::AES_128_CTR,
    ];
    client::Config {
        preferred: Preferred {
            key: Cow::Owned(kinds.0.clone()),
            cipher: Cow::Borrowed(CIPHERS),
            compression: Cow::Borrowed(&[compression::NONE]),
            ..Preferred::DEFAULT
        },
        keepalive_interval: Some(KEEPALIVE),
        keepalive_max: 3,
        inactivity_timeout: Some(SILENCE),
        ..client::Config::default()
    }
}
