//! Mail over a real server: encrypted and signed in to, refused, put off, and not there at all.

use crate::helpers::Fallible;
use crate::helpers::client::Browser;
use crate::helpers::mailbox::code_in;
use crate::helpers::server::{Server, free_port};
use crate::helpers::settings::{Settings, private};
use crate::helpers::wait::{Said, until};
use crate::helpers::walk::{GUEST, ask_for_code, sign_in_with};
use rustix::process::Signal;
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A mail server; it ends with the test.
struct MailServer {
    child: Child,
    out: Said,
    port: u16,
}

impl MailServer {
    /// Starts it with the certificate of a folder.
    fn start(folder: &Path, more: &[&str]) -> Fallible<Self> {
        let mails = folder.join("mails");
        std::fs::create_dir(&mails)?;
        let mut command = Command::new("python3");
        command.arg("tests/helpers/smtp_server.py").arg(&mails).arg("--cert").arg(folder.join("server.pem"));
        command.arg("--key").arg(folder.join("server.key")).args(more);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let out = Said::listen(child.stdout.take().ok_or("no standard output")?);
        let port = out.find("a port", |text| text.split_once('\n').map(|(port, _)| port.to_owned()))?.parse()?;
        Ok(Self { child, out, port })
    }

    /// Waits for the mail to an address that fits.
    fn mail(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Fallible<Value> {
        let mails = |text: &str| text.lines().skip(1).filter_map(|line| serde_json::from_str(line).ok()).collect::<Vec<Value>>();
        self.out.find(what, |text| mails(text).into_iter().find(&fits))
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that mails to this port, with one document.
fn settings(scratch: &TempDir, port: u16, security: &str) -> Fallible<Settings> {
    let mut settings = Settings::new(scratch.path())?;
    settings.document("a.txt", 10)?;
    settings.set("mail.transport", "smtp")?;
    settings.set("mail.smtp.host", "localhost")?;
    settings.set("mail.smtp.port", i64::from(port))?;
    settings.set("mail.smtp.security", security)?;
    settings.set("mail.smtp.ca_file", "ca.pem")?;
    Ok(settings)
}

fn share(server: &Server) -> Fallible<(String, String)> {
    let made = server.json(&["share", "create", "a.txt", "--to", GUEST])?;
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("no text");
    Ok((text(&made["id"])?, text(&made["links"][0]["url"])?))
}

fn body(mail: &Value) -> &str {
    mail["text"].as_str().unwrap_or_default()
}

#[test]
fn invitation_and_code_go_over_an_encrypted_line_that_was_signed_in_to() -> Fallible {
    let scratch = tempfile::tempdir()?;
    // The certificate is the one that settings make; the mail server has it, too.
    let mut settings = settings(&scratch, 1, "starttls")?;
    let mails = MailServer::start(scratch.path(), &["--tls", "starttls", "--user", "door", "--password", "pass word"])?;
    settings.set("mail.smtp.port", i64::from(mails.port))?;
    settings.set("mail.smtp.user", "door")?;
    settings.set("mail.smtp.password_file", "password")?;
    private(&scratch.path().join("password"), b"pass word\n")?;
    let server = settings.serve()?;
    let (_, link) = share(&server)?;
    let invitation = mails.mail("an invitation", |mail| body(mail).contains("/s/"))?;
    assert!(body(&invitation).contains(&link) && invitation["html"].as_str().is_some_and(|html| html.contains(&link)));
    assert_eq!((&invitation["tls"], &invitation["authenticated"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(invitation["to"], serde_json::json!([GUEST]));
    assert_eq!(code_in(body(&invitation)), None, "the code does not wait beside the link");
    let visitor = sign_in_with(Browser::new(server.port, &server.ca)?, &link, || {
        let mail = mails.mail("a code", |mail| code_in(body(mail)).is_some())?;
        assert!(!body(&mail).contains("/s/") && mail["tls"] == true);
        code_in(body(&mail)).ok_or_else(|| "no code".into())
    })?;
    assert_eq!(visitor.download(&visitor.at("a.txt"))?.len(), 10);
    assert!(!server.err.text().contains("pass word"));
    assert_eq!(server.stop(Signal::TERM)?, Some(0));
    Ok(())
}

#[test]
fn a_mail_that_is_refused_for_good_is_shown_at_its_share() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let mut settings = settings(&scratch, 1, "plain")?;
    let mails = MailServer::start(scratch.path(), &["--mode", "reject"])?;
    settings.set("mail.smtp.port", i64::from(mails.port))?;
    let server = settings.serve()?;
    let (id, _) = share(&server)?;
    let failed = until("the failed mail", || {
        let shown = server.json(&["share", "show", &id])?;
        Ok(shown["undelivered"].as_array().and_then(|all| all.first().cloned()))
    })?;
    assert_eq!((failed["email"].as_str(), failed["mail"].as_str()), (Some(GUEST), Some("invitation")));
    assert!(failed["why"].as_str().is_some_and(|why| why.contains("550 5.1.1")), "{failed}");
    let page = server.run(&["share", "show", &id])?.done()?;
    assert!(page.contains(&format!("mail failed invitation to {GUEST}")) && page.contains("User unknown"), "{page}");
    assert!(server.run(&["share", "list"])?.done()?.contains("open (mail failed)"));
    Ok(())
}

#[test]
fn a_mail_that_is_put_off_is_kept_and_the_rest_goes_on() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let mut settings = settings(&scratch, 1, "plain")?;
    let mails = MailServer::start(scratch.path(), &["--mode", "greylist"])?;
    settings.set("mail.smtp.port", i64::from(mails.port))?;
    let server = settings.serve()?;
    let (id, link) = share(&server)?;
    let told = server
        .err
        .find("the delay", |text| text.lines().find(|line| line.contains("mail not delivered yet")).map(str::to_owned))?;
    assert!(told.contains(&id) && told.contains("451") && !told.contains(GUEST), "{told}");
    assert_eq!(server.json(&["share", "show", &id])?["undelivered"], serde_json::json!([]), "it is tried again");
    // Greylisting lets the second mail to the same address through.
    let browser = Browser::new(server.port, &server.ca)?;
    let visitor = sign_in_with(browser, &link, || {
        let mail = mails.mail("a code", |mail| code_in(body(mail)).is_some())?;
        code_in(body(&mail)).ok_or_else(|| "no code".into())
    })?;
    assert_eq!(visitor.download(&visitor.at("a.txt"))?.len(), 10);
    Ok(())
}

#[test]
fn without_a_mail_server_shares_are_made_and_pages_answer() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let settings = settings(&scratch, free_port()?, "plain")?;
    let server = settings.serve()?;
    let (id, link) = share(&server)?;
    let browser = Browser::new(server.port, &server.ca)?;
    let page = ask_for_code(&browser, &link)?;
    let told = browser.get(&page)?.text(200)?;
    assert!(told.contains("name=\"code\""), "the page waits for the code: {told}");
    server.err.find("the delay", |text| text.contains("mail not delivered yet").then_some(()))?;
    let shown = server.json(&["share", "show", &id])?;
    assert_eq!((shown["status"].as_str(), &shown["undelivered"]), (Some("open"), &serde_json::json!([])));
    assert_eq!(browser.get("/readyz")?.head.status, 200);
    assert_eq!(server.stop(Signal::TERM)?, Some(0));
    Ok(())
}
