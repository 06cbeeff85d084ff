//! `[store.http]`, `[store.s3]`, `[store.sftp]`, `[store.webdav]`: stores on other machines, and how to sign in to them.

use crate::config::{
    host::HostName,
    network::Network,
    reader::Reader,
    rule::{Plain, line, matching, number, one_of, parsed},
    secret::Secret,
    store::host_key::HostKey,
};
use crate::domain::document::DocumentPath;
use http::Uri;
use std::{fmt, path::PathBuf, str::FromStr};

/// The address of a store: http or https, a host, perhaps a port and a path; no user, no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreUrl(Uri);

/// A text that is not the address of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address of a store is written https://files.example.org/folder, without user, password and query")]
pub struct InvalidStoreUrl;

impl StoreUrl {
    /// Its host, IPv6 addresses in brackets.
    pub fn host(&self) -> &str {
        self.0.host().unwrap_or_default()
    }

    /// Whether what is sent to it crosses a network in the open.
    fn is_open(&self) -> bool {
        let own = self.host().parse::<HostName>().is_ok_and(|host| host.is_loopback());
        self.0.scheme_str() == Some("http") && !own
    }
}

impl fmt::Display for StoreUrl {
    /// Without a slash at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_string().trim_end_matches('/'))
    }
}

impl FromStr for StoreUrl {
    type Err = InvalidStoreUrl;

    fn from_str(text: &str) -> Result<Self, InvalidStoreUrl> {
        let uri: Uri = text.parse().map_err(|_| InvalidStoreUrl)?;
        let plain = matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.query().is_none()
            && !text.contains('#')
            && uri.authority().is_some_and(|a| !a.as_str().contains('@') && !a.host().is_empty());
        let inside = uri.path().split('/').all(|name| !matches!(name, "." | ".."));
        if plain && inside { Ok(Self(uri)) } else { Err(InvalidStoreUrl) }
    }
}

/// How to sign in to a server over HTTP.
#[derive(Debug, Clone)]
pub enum SignIn {
    /// Not at all.
    Nobody,
    /// `user` with one of `password_file`, `password_env`, `password_credential`.
    Password(Login),
    /// One of `token_file`, `token_env`, `token_credential`: a bearer token (RFC 6750).
    Token(Secret),
    /// `client_certificate` and `client_key`: PEM files.
    Certificate {
        /// `client_certificate`.
        certificate: PathBuf,
        /// `client_key`.
        key: PathBuf,
    },
}

/// A name and a password.
#[derive(Debug, Clone)]
pub struct Login {
    /// `user`.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// What HTTP and WebDAV servers have in common.
#[derive(Debug, Clone)]
pub struct Web {
    /// `url`: the folder that is the store. Required of this kind.
    pub url: StoreUrl,
    /// How to sign in. No default: not at all.
    pub sign_in: SignIn,
    /// `ca_file`: PEM file with a further authority to trust for the server's certificate. No default.
    pub ca_file: Option<PathBuf>,
    /// `networks`: the only ones its name may lead to. Default: all but those that are never a document server (link-local, multicast, metadata of clouds).
    pub networks: Vec<Network>,
}

/// `[store.http]`
#[derive(Debug, Clone)]
pub struct Http {
    /// Where it is.
    pub web: Web,
    /// `listing`: how it lists folders. Default `none`.
    pub listing: Listing,
}

/// How a document server lists its folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// `none`: not at all; its documents are shared by their names.
    None,
    /// `json`: as nginx does with `autoindex_format json`.
    Json,
}

/// `[store.webdav]`
#[derive(Debug, Clone)]
pub struct Webdav {
    /// Where it is.
    pub web: Web,
}

/// `[store.s3]`
#[derive(Debug, Clone)]
pub struct S3 {
    /// `endpoint`: where the object store is. No default: Amazon's own for the region.
    pub endpoint: Option<StoreUrl>,
    /// `region`. Default `us-east-1`.
    pub region: String,
    /// `bucket`. Required of this kind.
    pub bucket: String,
    /// `prefix`: the folder in the bucket that is the store. Default: the whole bucket.
    pub prefix: DocumentPath,
    /// `style`: `path` writes the bucket after the host, `virtual` before it. Default `path`.
    pub virtual_style: bool,
    /// `access_key` with one of `secret_key_file`, `secret_key_env`, `secret_key_credential`. No default: requests are not signed.
    pub login: Option<Login>,
    /// `ca_file`: PEM file with a further authority to trust. No default.
    pub ca_file: Option<PathBuf>,
}

/// `[store.sftp]`
#[derive(Debug, Clone)]
pub struct Sftp {
    /// `host`. Required of this kind.
    pub host: HostName,
    /// `port`. Default 22.
    pub port: u16,
    /// `user`. Required of this kind.
    pub user: String,
    /// One of `password_file`, `password_env`, `password_credential`.
    pub password: Option<Secret>,
    /// `key_file`, with one of `passphrase_file`, `passphrase_env`, `passphrase_credential` where it has one.
    pub key: Option<Key>,
    /// `host_key`: the server's key, `SHA256:…` as `ssh-keygen -l` prints it, or `ssh-ed25519 AAAA…`. Required of this kind; no other key is ever taken.
    pub host_key: HostKey,
    /// `path`: the folder on that machine that is the store. Required of this kind.
    pub path: String,
}

/// A private key for SSH.
#[derive(Debug, Clone)]
pub struct Key {
    /// Where it is.
    pub file: PathBuf,
    /// What opens it.
    pub passphrase: Option<Secret>,
}

const PASSWORD: [&str; 3] = ["password_file", "password_env", "password_credential"];
const TOKEN: [&str; 3] = ["token_file", "token_env", "token_credential"];
const SECRET_KEY: [&str; 3] = ["secret_key_file", "secret_key_env", "secret_key_credential"];
const PASSPHRASE: [&str; 3] = ["passphrase_file", "passphrase_env", "passphrase_credential"];

/// A key that its section must have when the store is of its kind.
fn wanted<T>(r: &Reader<'_, '_>, key: &'static str, found: Option<T>, used: bool, allowed: &str) -> Option<T> {
    if used && !r.has(key) {
        r.missing(key, allowed);
    }
    found
}

/// A user with a password, of keys that stand together or not at all.
fn login(r: &Reader<'_, '_>, user_key: &'static str, password_keys: [&'static str; 3], used: bool) -> Option<Login> {
    let user = r.optional(user_key, line(320));
    let password = Secret::read(r, password_keys, used);
    let named = password_keys.into_iter().find(|key| r.has(key));
    if let (Some(key), false) = (named, r.has(user_key)) {
        r.fail_hidden(key, format!("must stand beside {user_key}"));
    }
    if r.has(user_key) && named.is_none() {
        r.fail(user_key, format!("must stand beside one of {}", password_keys.join(", ")));
    }
    Some(Login { user: user?, password: password? })
}

const URL: &str = "must be an address like \"https://files.example.org/folder\", without user, password and query";

impl Web {
    fn read(r: &Reader<'_, '_>, used: bool) -> Option<Self> {
        let url = wanted(r, "url", r.optional("url", parsed::<StoreUrl>(URL)), used, URL);
        let login = login(r, "user", PASSWORD, used);
        let token = Secret::read(r, TOKEN, used);
        let certificate = r.optional("client_certificate", r.path());
        let key = r.optional("client_key", r.path());
        let ca_file = r.optional("ca_file", r.path());
        let networks = r.list("networks", parsed::<Network>("must be a network like \"192.0.2.0/24\" or \"2001:db8::/32\""));
        if r.has("client_certificate") != r.has("client_key") {
            let alone = if r.has("client_key") { "client_key" } else { "client_certificate" };
            r.fail(alone, "must stand together: client_certificate and client_key".to_owned());
        }
        let has_token = TOKEN.into_iter().find(|key| r.has(key));
        if let (Some(token), true) = (has_token, r.has("user")) {
            r.fail_hidden(token, "must be the only way to sign in; a user stands here too".to_owned());
        }
        let sign_in = match (login, token, certificate.zip(key)) {
            (Some(login), ..) => SignIn::Password(login),
            (_, Some(token), _) => SignIn::Token(token),
            (.., Some((certificate, key))) => SignIn::Certificate { certificate, key },
            _ => SignIn::Nobody,
        };
        let url = url?;
        if url.is_open() && matches!(sign_in, SignIn::Password(_) | SignIn::Token(_)) {
            r.fail("url", "must begin with https: what signs in would cross the network in the open".to_owned());
        }
        Some(Self { url, sign_in, ca_file, networks })
    }
}

impl Http {
    pub(super) fn read(r: &Reader<'_, '_>, used: bool) -> Option<Self> {
        let web = Web::read(r, used);
        let listings = &[(Plain::Text("none"), Listing::None), (Plain::Text("json"), Listing::Json)];
        let listing = r.key("listing", Plain::Text("none"), one_of(listings));
        Some(Self { web: web?, listing: listing? })
    }
}

impl Webdav {
    pub(super) fn read(r: &Reader<'_, '_>, used: bool) -> Option<Self> {
        Some(Self { web: Web::read(r, used)? })
    }
}

impl S3 {
    pub(super) fn read(r: &Reader<'_, '_>, used: bool) -> Option<Self> {
        const BUCKET: &str = "must be the name of a bucket: 3 to 63 lower-case letters, digits, '-' or '.'";
        let endpoint = r.optional("endpoint", parsed::<StoreUrl>(URL));
        let region = r.key("region", Plain::Text("us-east-1"), line(64));
        let bucket = wanted(r, "bucket", r.optional("bucket", matching(BUCKET, bucket)), used, BUCKET);
        let prefix = r.optional("prefix", parsed::<DocumentPath>("must be a path in the bucket, without a slash at its start or end"));
        let virtual_style = r.key("style", Plain::Text("path"), one_of(&[(Plain::Text("path"), false), (Plain::Text("virtual"), true)]));
        let login = login(r, "access_key", SECRET_KEY, used);
        let ca_file = r.optional("ca_file", r.path());
        let prefix = prefix.unwrap_or(DocumentPath::root());
        Some(Self { endpoint, region: region?, bucket: bucket?, prefix, virtual_style: virtual_style?, login, ca_file })
    }
}

impl Sftp {
    pub(super) fn read(r: &Reader<'_, '_>, used: bool) -> Option<Self> {
        const HOST: &str = "must be a host like \"files.example.org\" or \"192.0.2.7\", without a port";
        const HOST_KEY: &str = "must be the server's key: \"SHA256:…\" as ssh-keygen -l prints it, or \"ssh-ed25519 AAAA…\"";
        const FOLDER: &str = "must be the path of a folder on that machine, from its root or from where one is after signing in";
        let host = wanted(r, "host", r.optional("host", parsed::<HostName>(HOST)), used, HOST);
        let port = r.key("port", Plain::Number(22), number(1..=65_535));
        let user = wanted(r, "user", r.optional("user", line(320)), used, &line(320).allowed);
        let password = Secret::read(r, PASSWORD, used);
        let file = r.optional("key_file", r.path());
        let passphrase = Secret::read(r, PASSPHRASE, used);
        let host_key = wanted(r, "host_key", r.optional("host_key", parsed::<HostKey>(HOST_KEY)), used, HOST_KEY);
        let path = wanted(r, "path", r.optional("path", line(1024)), used, FOLDER);
        if used && !r.has("key_file") && !PASSWORD.into_iter().any(|key| r.has(key)) {
            r.missing("key_file", &format!("must be a private key, or one of {} must stand here", PASSWORD.join(", ")));
        }
        if let (Some(key), false) = (PASSPHRASE.into_iter().find(|key| r.has(key)), r.has("key_file")) {
            r.fail_hidden(key, "must stand beside key_file".to_owned());
        }
        let key = file.map(|file| Key { file, passphrase });
        Some(Self { host: host?, port: port?, user: user?, password, key, host_key: host_key?, path: path? })
    }
}

fn bucket(text: &str) -> Option<String> {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.');
    ((3..=63).contains(&text.len()) && text.bytes().all(plain)).then(|| text.to_owned())
}
