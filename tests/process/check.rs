//! The real server on a configuration, and `doorward check`: what is wrong, told with its mend.

use crate::helpers::Fallible;
use crate::helpers::program::{doorward_at, run};
use crate::helpers::server::free_port;
use crate::helpers::settings::{DAY, Settings, certificate, private};
use crate::helpers::walk::sign_in;
use rustix::process::Signal;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// What `check` finds wrong.
fn wrong(settings: &Settings) -> Fallible<Vec<String>> {
    let file = settings.write()?;
    let ran = doorward_at(&["check", "--json", "--config"], &file)?;
    let found: Vec<Value> = serde_json::from_str(&ran.out).map_err(|why| format!("{why}: {ran:?}"))?;
    let wrong: Vec<String> = found
        .iter()
        .filter(|finding| finding["state"] == "wrong")
        .map(|finding| format!("{}: {}", finding["what"].as_str().unwrap_or_default(), finding["detail"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!((ran.code, ran.err.as_str()), (Some(i32::from(!wrong.is_empty())), ""), "{ran:?}");
    Ok(wrong)
}

/// The one finding, which names the mend.
fn only(settings: &Settings, mend: &[&str]) -> Fallible<String> {
    match wrong(settings)?.as_slice() {
        [one] if mend.iter().all(|part| one.contains(part)) => Ok(one.clone()),
        other => Err(format!("expected {mend:?}: {other:?}").into()),
    }
}

/// The line with which the server refuses to start.
fn refused(settings: &Settings) -> Fallible<String> {
    let ran = doorward_at(&["serve", "--config"], &settings.write()?)?;
    let said: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("doorward: ")).collect();
    match (ran.code, ran.out.as_str(), said.as_slice()) {
        (Some(1), "", [line]) => Ok((*line).to_owned()),
        _ => Err(format!("{ran:?}").into()),
    }
}

#[test]
fn the_server_runs_on_the_configuration_that_comes_with_it_and_reads_its_certificate_as_the_guide_makes_it() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let settings = Settings::new(scratch.path())?;
    let guide = std::fs::read_to_string("certs/README.md")?;
    let own = guide
        .split_once("## From your own authority")
        .and_then(|(_, rest)| rest.split("```sh").nth(1))
        .and_then(|rest| rest.split("```").next());
    let script = own
        .ok_or("no commands in the guide")?
        .replace("docs.example.org", "localhost")
        .replace("192.0.2.7", "127.0.0.1");
    let mut shell = Command::new("sh");
    shell.args(["-euc", &script]).current_dir(scratch.path());
    assert_eq!(run(shell)?.code, Some(0));
    settings.document("a.txt", 10)?;
    assert_eq!(wrong(&settings)?, Vec::<String>::new());
    let server = settings.serve()?;
    let made = server.json(&["share", "create", "a.txt", "--to", "guest@example.org"])?;
    let visitor = sign_in(&server, made["links"][0]["url"].as_str().ok_or("no link")?, "guest@example.org")?;
    assert_eq!(visitor.download(&visitor.at("a.txt"))?.len(), 10);
    let by_config = doorward_at(&["receipts", "--json", "--config"], &scratch.path().join("doorward.toml"))?.json()?;
    assert_eq!(by_config.as_array().map(Vec::len), Some(1), "commands find the server by its configuration, too");
    assert_eq!(wrong(&settings)?, Vec::<String>::new(), "a running server is no problem");
    assert_eq!(server.stop(Signal::TERM)?, Some(0));
    Ok(())
}

#[test]
fn a_certificate_that_cannot_serve_is_told_with_its_mend_and_nothing_is_begun() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let folder = scratch.path();
    let settings = Settings::new(folder)?;
    let key = std::fs::read(folder.join("server.key"))?;
    certificate(folder, "elsewhere.example.org", SystemTime::now() + 90 * DAY)?;
    only(&settings, &["certificate", "not made out to localhost", "get one that is"])?;
    private(&folder.join("server.key"), &key)?;
    only(&settings, &["certificate", "server.key"])?;
    assert!(refused(&settings)?.contains("server.key"), "a key of another certificate");
    certificate(folder, "localhost", SystemTime::now() - DAY)?;
    only(&settings, &["certificate", "ended at", "get a new one"])?;
    assert!(refused(&settings)?.contains("get a new one"));
    for (content, mend) in [
        (&b""[..], "must hold '-----BEGIN CERTIFICATE-----'"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "damaged"),
    ] {
        std::fs::write(folder.join("server.pem"), content)?;
        only(&settings, &["server.pem", mend])?;
        assert!(refused(&settings)?.contains(mend));
    }
    std::fs::remove_file(folder.join("server.pem"))?;
    only(&settings, &["server.pem", "check the path"])?;
    assert!(refused(&settings)?.contains("check the path"));
    assert!(!folder.join("data").exists(), "nothing was begun");
    Ok(())
}

#[test]
fn a_store_that_is_missing_is_told_and_keeps_nothing_else_from_running() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let settings = Settings::new(scratch.path())?;
    std::fs::remove_dir(scratch.path().join("documents"))?;
    only(&settings, &["store: documents: ", "is not there: create it, mount it"])?;
    let server = settings.serve()?;
    let refused = server.run(&["share", "create", "a.txt", "--to", "guest@example.org"])?.refused(1)?;
    assert!(!refused.is_empty());
    settings_document(scratch.path())?;
    server.json(&["share", "create", "a.txt", "--to", "guest@example.org"])?;
    assert_eq!(wrong(&settings)?, Vec::<String>::new(), "the store is back without a new start");
    Ok(())
}

fn settings_document(folder: &Path) -> Fallible {
    std::fs::create_dir(folder.join("documents"))?;
    Ok(std::fs::write(folder.join("documents").join("a.txt"), b"back")?)
}

#[test]
fn a_mail_server_that_is_down_is_told() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let mut settings = Settings::new(scratch.path())?;
    settings.set("mail.transport", "smtp")?;
    settings.set("mail.smtp.host", "127.0.0.1")?;
    settings.set("mail.smtp.port", i64::from(free_port()?))?;
    settings.set("mail.smtp.security", "plain")?;
    only(&settings, &["mail: 127.0.0.1:", "no connection to the mail server", "correct [mail.smtp]"])?;
    Ok(())
}

#[test]
fn a_key_ring_that_is_lost_or_damaged_is_told_and_never_made_anew_beside_a_ledger() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let settings = Settings::new(scratch.path())?;
    settings.serve()?.stop(Signal::TERM)?;
    let ring = scratch.path().join("data").join("keys").join("ring.json");
    let good = std::fs::read_to_string(&ring)?;
    let secret = serde_json::from_str::<Value>(&good)?["keys"][0]["secret"].as_str().ok_or("no secret")?.to_owned();
    let blank = "A".repeat(43) + "=";
    for (content, mend) in [
        (String::new(), "put the file back from a backup"),
        (good[..good.len() / 2].to_owned(), "put the file back from a backup"),
        (good.replace(&secret, &blank), "is blank; put the file back from a backup"),
    ] {
        private(&ring, content.as_bytes())?;
        let told = only(&settings, &["key ring: ", mend])? + &refused(&settings)?;
        assert!(told.matches(mend).count() == 2 && !told.contains(&secret), "{told}");
    }
    private(&ring, good.as_bytes())?;
    std::fs::set_permissions(&ring, std::fs::Permissions::from_mode(0o644))?;
    only(&settings, &["key ring: ", "chmod 600"])?;
    assert!(refused(&settings)?.contains("chmod 600"));
    std::fs::remove_file(&ring)?;
    std::fs::create_dir(&ring)?;
    only(&settings, &["key ring: ", "ring.json"])?;
    std::fs::remove_dir(&ring)?;
    only(&settings, &["key ring: ", "put it back from a backup"])?;
    assert!(refused(&settings)?.contains("ring.json") && !ring.exists(), "no new ring beside an old ledger");
    private(&ring, good.as_bytes())?;
    assert_eq!(wrong(&settings)?, Vec::<String>::new());
    assert_eq!(settings.serve()?.stop(Signal::TERM)?, Some(0));
    Ok(())
}

#[test]
fn a_data_directory_of_somebody_else_is_told() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let mut settings = Settings::new(scratch.path())?;
    std::fs::write(scratch.path().join("file"), b"no folder")?;
    settings.set("data", "file")?;
    let told = wrong(&settings)?;
    assert!(told.first().is_some_and(|line| line.starts_with("data: ") && line.contains("file")), "{told:?}");
    assert!(refused(&settings)?.contains("file"));
    Ok(())
}

#[test]
fn the_record_for_dns_is_told_and_the_test_mail_is_signed_so_that_it_fits() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let folder = scratch.path();
    let mut settings = Settings::new(folder)?;
    let mut openssl = Command::new("openssl");
    openssl
        .args(["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "dkim.pem"])
        .current_dir(folder);
    assert_eq!(run(openssl)?.code, Some(0));
    settings.set("mail.dkim.selector", "Door1")?;
    settings.set("mail.dkim.key_file", "dkim.pem")?;
    settings.set("mail.bounces.address", "bounces@example.org")?;
    settings.set("mail.bounces.maildir", "returned")?;
    only(&settings, &["bounces: ", "returned/new", "name a Maildir"])?;
    for box_folder in ["returned/new", "returned/cur"] {
        std::fs::create_dir_all(folder.join(box_folder))?;
    }
    let file = settings.write()?;
    let told = doorward_at(&["check", "--send-test-mail", "guest@example.net", "--json", "--config"], &file)?.json()?;
    let detail = |what: &str| {
        let found = told.as_array().into_iter().flatten().find(|finding| finding["what"] == what);
        found.and_then(|finding| finding["detail"].as_str()).unwrap_or_default().to_owned()
    };
    let (name, strings) = detail("signature")
        .strip_prefix("DNS must have this record: ")
        .and_then(|record| record.split_once(" TXT "))
        .map(|(name, text)| (name.to_owned(), text.trim_matches('"').split("\" \"").map(str::to_owned).collect::<Vec<_>>()))
        .ok_or_else(|| format!("no record in {told}"))?;
    assert_eq!(name, "door1._domainkey.example.org");
    assert!(strings.len() == 2 && strings.iter().all(|string| string.len() <= 255), "as zone files have it: {strings:?}");
    let text = strings.concat();
    assert!(detail("bounces").starts_with("read from ") && detail("test mail").starts_with("handed over"), "{told}");
    let outbox = folder.join("data/outbox");
    let mail = std::fs::read_dir(&outbox)?.next().ok_or("no test mail")??.path();
    let mut verify = Command::new("sh");
    verify
        .args(["-euc", "python3 tests/helpers/dkim_verify.py \"$1\" \"$2\" <\"$3\"", "sh", &name, &text])
        .arg(mail);
    let verified = run(verify)?;
    assert_eq!(verified.out.trim(), "good", "{verified:?}");
    std::fs::write(folder.join("dkim.pem"), "no key")?;
    only(&settings, &["signature: [mail.dkim]: the key is no private key in PEM"])?;
    assert!(refused(&settings)?.contains("[mail.dkim]"));
    Ok(())
}
