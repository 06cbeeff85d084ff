//! Conversations with a real mail server (aiosmtpd, run by Python): what arrives, and what each refusal becomes.

use super::settings::tests::settings;
use super::*;
use crate::domain::email::EmailAddress;
use crate::mail::Mailer;
use crate::mail::letter::tests::letter;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

type Fallible = Result<(), Box<dyn std::error::Error>>;

/// A mail server of its own for one test; it ends with it.
struct Server {
    child: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
    scratch: TempDir,
}

impl Server {
    fn start(arguments: &[&str]) -> Result<Self, Box<dyn std::error::Error>> {
        let scratch = tempfile::tempdir()?;
        let certificate = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        std::fs::write(scratch.path().join("cert.pem"), certificate.cert.pem())?;
        std::fs::write(scratch.path().join("key.pem"), certificate.signing_key.serialize_pem())?;
        let mut child = Command::new("python3")
            .arg("tests/helpers/smtp_server.py")
            .arg(scratch.path())
            .arg("--cert")
            .arg(scratch.path().join("cert.pem"))
            .arg("--key")
            .arg(scratch.path().join("key.pem"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|problem| format!("python3 is needed for this test: {problem}"))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no stdout")?);
        let mut port = String::new();
        lines.read_line(&mut port)?;
        let port = port
            .trim()
            .parse()
            .map_err(|_| "the mail server did not start; is aiosmtpd there (python3 -m pip install aiosmtpd)?")?;
        Ok(Self { child, lines, port, scratch })
    }

    fn settings(&self, security: Security) -> SmtpSettings {
        SmtpSettings { port: self.port, security, ca_file: Some(self.ca_file()), timeout: Duration::from_secs(20), ..settings() }
    }

    fn ca_file(&self) -> PathBuf {
        self.scratch.path().join("cert.pem")
    }

    fn next_mail(&mut self) -> Result<Value, Box<dyn std::error::Error>> {
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn mailer(settings: SmtpSettings) -> Result<Mailer, String> {
    Ok(Mailer::Smtp(Box::new(Smtp::new(settings)?)))
}

async fn refused(server: &Server) -> Result<Undelivered, Box<dyn std::error::Error>> {
    let answer = mailer(server.settings(Security::Plain))?.deliver(&letter()).await;
    Ok(answer.err().ok_or("the letter was taken")?)
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() -> Fallible {
    let mut server = Server::start(&[])?;
    let mailer = mailer(server.settings(Security::Plain))?;
    let mut letter = letter();
    letter.from.name = "Büro \"für\" Akten, Abt. 3".to_owned();
    letter.content.subject =
        "Akte 7: ein sehr langer Betreff über mehrere Zeilen, mit Ümläuten, 漢字 und einem 🗝 am Ende der Zeile".to_owned();
    letter.content.text = "Zeile eins\n.\n.. zwei Punkte\nÄnde\n".to_owned();
    letter.content.html = format!("<p>{}</p>", "Wörter ".repeat(300));
    let accepted = mailer.deliver(&letter).await?;
    assert_eq!(accepted.reply, "250 2.0.0 Ok: queued as 1");
    let mail = server.next_mail()?;
    assert_eq!(mail["from"], "records@example.org");
    assert_eq!(mail["to"], serde_json::json!(["guest@example.net"]));
    assert_eq!(mail["to_header"], serde_json::json!(["guest@example.net"]));
    assert_eq!(mail["from_name"], letter.from.name);
    assert_eq!(mail["subject"], letter.content.subject);
    assert_eq!(mail["date"], "2027-01-15T08:00:00+00:00");
    let text = mail["text"].as_str().map(|text| text.replace("\r\n", "\n"));
    assert_eq!(text.as_deref().map(str::trim_end), Some(letter.content.text.trim_end()));
    assert_eq!(mail["html"].as_str().map(str::trim_end), Some(letter.content.html.as_str()));
    assert_eq!(mail["defects"], serde_json::json!([]));
    assert_eq!(mail["hello"], "share.example.org");
    assert_eq!(mail["tls"], false);
    let file = std::fs::read(server.scratch.path().join("0001.eml"))?;
    assert_eq!(file.trim_ascii_end(), letter.format().trim_ascii_end());
    Ok(())
}

#[tokio::test]
async fn starttls_with_sign_in_carries_the_letter() -> Fallible {
    let mut server = Server::start(&["--tls", "starttls", "--user", "doorward", "--password", "pass wörd"])?;
    let signed =
        SmtpSettings { user: Some("doorward".to_owned()), password: Some("pass wörd".to_owned()), ..server.settings(Security::StartTls) };
    let mailer = mailer(signed)?;
    assert_eq!(mailer.probe().await, Ok(()));
    mailer.deliver(&letter()).await?;
    let mail = server.next_mail()?;
    assert_eq!((&mail["tls"], &mail["authenticated"]), (&Value::Bool(true), &Value::Bool(true)));
    Ok(())
}

#[tokio::test]
async fn tls_from_the_start_carries_the_letter_to_a_name_and_to_an_address() -> Fallible {
    let mut server = Server::start(&["--tls", "implicit"])?;
    for host in ["localhost", "127.0.0.1"] {
        let mailer = mailer(SmtpSettings { host: host.to_owned(), ..server.settings(Security::Tls) })?;
        assert_eq!(mailer.probe().await, Ok(()));
        mailer.deliver(&letter()).await?;
        assert_eq!(server.next_mail()?["tls"], true);
    }
    Ok(())
}

#[tokio::test]
async fn a_greylisted_letter_is_taken_at_the_next_attempt() -> Fallible {
    let mut server = Server::start(&["--mode", "greylist"])?;
    let mailer = mailer(server.settings(Security::Plain))?;
    let first = mailer.deliver(&letter()).await.err().ok_or("taken at once")?;
    assert!(!first.permanent);
    assert_eq!(first.reason, "the mail server did not take the recipient: 451 4.7.1 <…>: Greylisted, try again in 60 seconds");
    mailer.deliver(&letter()).await?;
    assert_eq!(server.next_mail()?["file"], "0001.eml");
    Ok(())
}

#[tokio::test]
async fn a_refused_recipient_and_a_refused_letter_are_final_and_told_without_the_address() -> Fallible {
    let recipient = refused(&Server::start(&["--mode", "reject"])?).await?;
    assert!(recipient.permanent);
    assert_eq!(recipient.reason, "the mail server did not take the recipient: 550 5.1.1 <…>: Recipient address rejected: User unknown");
    let content = refused(&Server::start(&["--mode", "reject-content"])?).await?;
    assert!(content.permanent);
    assert_eq!(content.reason, "the mail server did not take the letter: 554 5.7.1 Message rejected under suspicion of spam");
    Ok(())
}

#[tokio::test]
async fn what_the_operator_can_mend_is_worth_another_attempt() -> Fallible {
    let sender = refused(&Server::start(&["--mode", "reject-sender"])?).await?;
    assert!(!sender.permanent);
    assert_eq!(sender.reason, "the mail server did not take the sender: 553 5.7.1 <…>: Sender address rejected: not owned by user");

    let server = Server::start(&["--tls", "starttls", "--user", "doorward", "--password", "right"])?;
    let wrong =
        SmtpSettings { user: Some("doorward".to_owned()), password: Some("wrong".to_owned()), ..server.settings(Security::StartTls) };
    let password = mailer(wrong)?;
    let answer = password.deliver(&letter()).await.err().ok_or("signed in with a wrong password")?;
    assert!(!answer.permanent);
    assert!(answer.reason.starts_with("the mail server did not let us sign in: 535 5.7.8"), "{}", answer.reason);
    assert_eq!(password.probe().await, Err(answer.reason));

    let nobody = mailer(server.settings(Security::StartTls))?
        .deliver(&letter())
        .await
        .err()
        .ok_or("taken without sign-in")?;
    assert!(!nobody.permanent && nobody.reason.contains("530"), "{}", nobody.reason);
    Ok(())
}

#[tokio::test]
async fn a_server_without_starttls_or_with_a_foreign_certificate_gets_no_letter() -> Fallible {
    let plain = Server::start(&[])?;
    let answer = mailer(plain.settings(Security::StartTls))?
        .deliver(&letter())
        .await
        .err()
        .ok_or("sent in the clear")?;
    assert!(!answer.permanent);
    assert!(answer.reason.starts_with("no encrypted connection to the mail server: "), "{}", answer.reason);

    for (arguments, security, stage) in [
        (["--tls", "starttls"], Security::StartTls, "no encrypted connection to the mail server: "),
        (["--tls", "implicit"], Security::Tls, "no connection to the mail server: "),
    ] {
        let server = Server::start(&arguments)?;
        let settings = SmtpSettings { ca_file: Some(plain.ca_file()), ..server.settings(security) };
        let answer = mailer(settings)?.deliver(&letter()).await.err().ok_or("trusted a foreign certificate")?;
        assert!(!answer.permanent);
        assert!(answer.reason.starts_with(stage) && answer.reason.contains("certificate"), "{}", answer.reason);
    }
    Ok(())
}

#[tokio::test]
async fn a_dropped_connection_a_closed_port_and_a_silent_server_are_worth_another_attempt() -> Fallible {
    let dropped = refused(&Server::start(&["--mode", "drop"])?).await?;
    assert!(!dropped.permanent && dropped.reason.starts_with("the mail server did not take the letter: "), "{}", dropped.reason);

    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = silent.local_addr()?.port();
    let quick = SmtpSettings { port, timeout: Duration::from_millis(200), ..settings() };
    let answer = mailer(quick.clone())?.deliver(&letter()).await.err().ok_or("a silent server took it")?;
    assert_eq!(answer, Undelivered::temporary("no connection to the mail server: no answer within 200ms".to_owned()));

    drop(silent);
    let answer = mailer(quick)?.deliver(&letter()).await.err().ok_or("a closed port took it")?;
    assert!(!answer.permanent && answer.reason.starts_with("no connection to the mail server: "), "{}", answer.reason);
    Ok(())
}

#[tokio::test]
async fn many_letters_at_once_share_a_few_conversations() -> Fallible {
    let mut server = Server::start(&[])?;
    let mailer = std::sync::Arc::new(mailer(server.settings(Security::Plain))?);
    let sending: Vec<_> = (0..24_u8)
        .map(|number| {
            let mailer = std::sync::Arc::clone(&mailer);
            let to = EmailAddress::parse(&format!("guest{number}@example.net"));
            tokio::spawn(async move { mailer.deliver(&Letter { to: to.expect("a good address"), ..letter() }).await })
        })
        .collect();
    for sent in sending {
        sent.await??;
    }
    for _ in 0..24 {
        let peak = server.next_mail()?["peak"].as_u64().ok_or("no number")?;
        assert!(peak <= u64::try_from(MAIL_CONNECTIONS)?, "{peak} conversations at once");
    }
    Ok(())
}

#[test]
fn a_ca_file_that_is_none_is_named() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let missing = SmtpSettings { security: Security::Tls, ca_file: Some(scratch.path().join("ca.pem")), ..settings() };
    assert!(Smtp::new(missing.clone()).is_err_and(|problem| problem.contains("ca.pem cannot be used")));
    std::fs::write(scratch.path().join("ca.pem"), "no certificate")?;
    assert!(Smtp::new(missing).is_err_and(|problem| problem.contains("no PEM certificate")));
    Ok(())
}

#[test]
fn the_password_is_not_printed() -> Fallible {
    let signed = SmtpSettings { user: Some("u".to_owned()), password: Some("hunter2".to_owned()), ..settings() };
    let printed = format!("{:?}", mailer(signed)?);
    assert!(!printed.contains("hunter2"), "{printed}");
    Ok(())
}
