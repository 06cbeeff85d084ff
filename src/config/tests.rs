//! What a whole configuration comes to, and that no text whatever upsets its reader.

use super::*;
use crate::domain::policy::Delivery;
use proptest::prelude::*;
use std::{collections::HashMap, ffi::OsString, io, time::Duration};
use zeroize::Zeroizing;

/// A machine with just these files and variables.
#[derive(Default)]
pub(super) struct Pretended {
    pub(super) files: HashMap<&'static str, &'static [u8]>,
    pub(super) variables: HashMap<&'static str, &'static str>,
}

impl Outside for Pretended {
    fn file(&self, path: &Path, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
        let content = path.to_str().and_then(|path| self.files.get(path)).ok_or(io::ErrorKind::NotFound)?;
        if content.len() > most { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(Zeroizing::new(content.to_vec())) }
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.get(name).map(OsString::from)
    }
}

/// The least that is a configuration.
pub(super) const LEAST: &str = r#"data = "/var/lib/doorward"
[organisation]
name = "Example Organisation"
contact = "help@example.org"
[[staff]]
name = "Ann"
address = "ann@example.org"
[[store]]
name = "documents"
path = "documents"
[server]
public_url = "https://docs.example.org"
[tls]
certificate = "server.pem"
key = "server.key"
[mail]
from = { address = "documents@example.org" }
transport = "directory"
"#;

fn least() -> Config {
    parse(LEAST, Path::new("/etc/doorward/doorward.toml"), &Nothing).expect("it is the least")
}

#[test]
fn what_is_left_out_has_its_documented_default() {
    let config = least();
    assert!(matches!(&config.store[0].kind, StoreKind::Folder { path } if path == Path::new("/etc/doorward/documents")));
    assert_eq!(config.mail.from.name, "Example Organisation");
    assert!(matches!(&config.mail.transport, Transport::Directory(path) if path == Path::new("/var/lib/doorward/outbox")));
    assert_eq!(config.mail.notice_window, Duration::from_secs(900));
    assert_eq!(config.admin, Admin { group: None, socket: "/var/lib/doorward/admin.sock".into() });
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8443");
    assert_eq!((config.server.max_connections, config.server.max_per_client, config.server.max_handshakes_per_client), (10_000, 100, 50));
    let otp = Otp {
        digits: 6,
        delivery: CodeDelivery::OnRequest,
        validity: Duration::from_secs(600),
        mails_per_hour: 5,
        mails_per_day: 10,
        mails_per_share: 400,
        mails_of_all: 5_000,
        alarm: 1_000,
        wrong_answer: Duration::from_millis(250),
    };
    assert_eq!(config.otp, otp);
    assert_eq!(config.session, Session { idle: Duration::from_secs(1800), life: Duration::from_secs(28_800) });
    assert_eq!((config.shares.delivery, config.shares.pin, &config.shares.subject), (Delivery::Download, true, &None));
    assert_eq!(config.shares.max_expiry, Duration::from_secs(365 * 86_400));
    assert_eq!(config.limits.miss.to_string(), "60 per 10m");
    assert_eq!(config.log, Log { level: LogLevel::Info, format: LogFormat::Text });
    assert_eq!((config.disclaimer, config.template), (None, Vec::new()));
}

#[test]
fn requests_are_meant_for_the_public_host_and_those_named_beside_it() {
    let text = LEAST.replace("[tls]", "hosts = [\"Docs.Example.NET\", \"192.0.2.7\"]\n[tls]");
    let server = parse(&text, Path::new("c.toml"), &Nothing).expect("it is in order").server;
    let known = |host: &str| HostName::with_port(host).is_ok_and(|(host, _)| server.is_known(&host));
    assert!(
        ["docs.example.org", "DOCS.example.org:8443", "docs.example.net", "192.0.2.7:443"]
            .into_iter()
            .all(known)
    );
    assert!(!["example.org", "127.0.0.1", "docs.example.org.evil.example", ""].into_iter().any(known));
}

#[test]
fn a_bound_set_alone_takes_the_defaults_below_it_along() {
    let text = LEAST.replace("[tls]", "max_connections = 40\n[session]\nlife = \"10m\"\n[shares]\nmax_expiry = \"2w\"\n[tls]");
    let config = parse(&text, Path::new("c.toml"), &Nothing).expect("it is in order");
    assert_eq!((config.server.max_per_client, config.server.max_handshakes_per_client), (40, 40));
    assert_eq!(config.session.idle, Duration::from_secs(600));
    assert_eq!(config.shares.default_expiry, Duration::from_secs(14 * 86_400));
}

fn password(extra: &str, outside: &Pretended) -> Result<Option<String>, Problems> {
    let text = LEAST.replace("\"directory\"", &format!("\"smtp\"\n[mail.smtp]\nhost = \"mail.example.org\"\nuser = \"doorward\"\n{extra}"));
    let config = parse(&text, Path::new("/etc/c.toml"), outside)?;
    let Transport::Smtp(smtp) = config.mail.transport else { return Ok(None) };
    assert_eq!((smtp.port, smtp.security), (587, Security::Starttls));
    Ok(smtp.login.map(|login| login.password.expose().to_owned()))
}

#[test]
fn a_password_comes_from_a_file_the_environment_or_a_credential() {
    let outside = Pretended {
        files: [("/etc/pw", &b"from file\n"[..]), ("/run/credentials/smtp", b"from systemd")].into(),
        variables: [("SMTP_PW", "from environment"), ("CREDENTIALS_DIRECTORY", "/run/credentials")].into(),
    };
    for (key, secret) in [
        ("password_file = \"pw\"", "from file"),
        ("password_env = \"SMTP_PW\"", "from environment"),
        ("password_credential = \"smtp\"", "from systemd"),
    ] {
        assert_eq!(password(key, &outside), Ok(Some(secret.to_owned())));
    }
}

#[test]
fn what_is_allowed_but_unwise_is_warned_about() {
    let text = LEAST.replace("[tls]", "hsts = false\n[limits]\nexempt_networks = [\"127.0.0.0/8\"]\n[tls]");
    let text = text.replace("\"directory\"", "\"smtp\"\nsmtp = { host = \"mail.example.org\", security = \"plain\" }");
    let config = parse(&text, Path::new("c.toml"), &Nothing).expect("it is allowed");
    assert_eq!(
        config.warnings(),
        [
            "limits.exempt_networks: no rate limit binds clients of 127.0.0.0/8",
            "mail.smtp.security: mail, codes included, crosses the network unencrypted",
            "server.hsts: browsers are not told to insist on HTTPS",
        ]
    );
}

#[test]
fn a_quickstart_needs_nothing_but_its_paths() {
    let listen = "127.0.0.1:9443".parse().expect("it is an address");
    let config = Config::quickstart(Path::new("d"), Path::new("docs"), listen, None);
    assert_eq!(config.server.public_url.to_string(), "https://localhost:9443");
    assert_eq!(config.tls.key, Path::new("d/tls/server.key"));
    assert_eq!(config.staff[0].address.expose(), "owner@example.org");
    assert!(matches!(&config.store[0].kind, StoreKind::Folder { path } if path == Path::new("docs")));
    assert!(!config.server.hsts);
    assert!(config.disclaimer.is_some_and(|entry| entry.required && entry.text.contains("receipt")));
    let named = "https://docs.example.org".parse().ok();
    let config = Config::quickstart(Path::new("d"), Path::new("docs"), "192.0.2.7:443".parse().expect("an address"), named);
    assert_eq!(config.server.public_url.to_string(), "https://docs.example.org");
    assert!("192.0.2.7".parse().is_ok_and(|host| config.server.is_known(&host)));
    assert!("localhost".parse().is_ok_and(|host| config.server.is_known(&host)));
}

#[test]
fn a_command_finds_its_server_however_broken_the_rest_is() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("c.toml");
    std::fs::write(&file, "data = \"d\"\nunknown = 1\n[mail]\ntransport = 7\n[admin]\ngroup = \"doorward\"\n")?;
    let found = Place { data: folder.path().join("d"), socket: folder.path().join("d/admin.sock") };
    assert_eq!(locate(&file), Ok(found));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_mutation_of_the_sample_upsets_the_reader(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..30, "[\\PC\\n\"=\\[\\]{}#.0-9a-z]{0,6}"), 1..12),
        uncommented in any::<bool>(),
    ) {
        let mut text = include_str!("../../config/doorward.toml").to_owned();
        if uncommented {
            text = text.replace("\n#", "\n");
        }
        for (at, length, put) in cuts {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, &put);
        }
        if let Err(problems) = parse(&text, Path::new("c.toml"), &Nothing) {
            prop_assert!(!problems.0.is_empty());
            for problem in &problems.0 {
                let line = problem.to_string();
                prop_assert!(!line.contains(char::is_control), "{line:?}");
                prop_assert!(problem.line.is_none_or(|at| at <= text.lines().count() + 1));
            }
        }
    }

    #[test]
    fn no_text_upsets_the_reader(text in "\\PC{0,200}") {
        let _ = parse(&text, Path::new("c.toml"), &Nothing);
    }
}
