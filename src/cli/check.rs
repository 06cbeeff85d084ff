//! `doorward check`: says what is wrong with a configuration and what it names, in words that say the mend.

use crate::cli::assemble::{AssembleError, dkim, documents, mailer, preview};
use crate::cli::failure::Failure;
use crate::cli::{office, output};
use crate::config::{Config, Transport, load};
use crate::crypto::keys::KeyRing;
use crate::crypto::random;
use crate::domain::email::EmailAddress;
use crate::domain::ids::MailId;
use crate::domain::time::{Clock, SystemClock};
use crate::mail::templates::Trial;
use crate::mail::{Letter, Maildir, Mailer, Sender};
use crate::preview::pool::Preview;
use crate::preview::spawner::{OWN_PROGRAM, Spawner};
use crate::preview::wire::Confined;
use crate::server::admin::find_group;
use crate::server::tls::{Identity, install_provider};
use crate::words::Words;
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Options.
#[derive(Debug, Args)]
pub struct Options {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Send a test mail to this address the configured way
    #[arg(long, value_name = "ADDRESS", value_parser = EmailAddress::parse)]
    send_test_mail: Option<EmailAddress>,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
struct Finding {
    /// `ok`, `warning` or `wrong`.
    state: &'static str,
    /// What was looked at.
    what: String,
    /// What is wrong and how to mend it.
    detail: String,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut findings = Vec::new();
    match load(&options.config) {
        Ok(config) => {
            findings.push(finding("ok", "configuration", options.config.display()));
            findings.extend(config.warnings().iter().map(|warning| finding("warning", "configuration", warning)));
            look(&config, options, &mut findings)?;
        }
        Err(problems) => findings.extend(problems.0.iter().map(|problem| finding("wrong", "configuration", problem))),
    }
    show(&findings, options.json)?;
    if findings.iter().any(|finding| finding.state == "wrong") { Err(Failure::said()) } else { Ok(()) }
}

fn finding(state: &'static str, what: &str, detail: impl ToString) -> Finding {
    Finding { state, what: what.to_owned(), detail: detail.to_string() }
}

fn show(findings: &[Finding], json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&findings);
    }
    let line = |f: &Finding| format!("{:8} {:14} {}\n", f.state, f.what, output::clean(&f.detail));
    output::print(&findings.iter().map(line).collect::<String>())
}

fn look(config: &Config, options: &Options, findings: &mut Vec<Finding>) -> Result<(), Failure> {
    install_provider();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let now = clock.now();
    findings.push(look_at_preview(config, &clock));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    look_at_certificate(config, now, findings);
    findings.push(look_at_keys(config, now));
    findings.push(look_at_data(config));
    if let Some(group) = &config.admin.group {
        findings.push(match find_group(group) {
            Ok(_) => finding("ok", "admin group", group),
            Err(why) => finding("wrong", "admin group", why),
        });
    }
    for (name, found) in runtime.block_on(documents(config, &clock).check()) {
        findings.push(match found {
            Ok(()) => finding("ok", "store", &name),
            Err(problem) => finding("wrong", "store", format!("{name}: {problem}")),
        });
    }
    findings.push(match &config.preview.office_socket {
        None => finding("ok", "office", "preview.office_socket is not set: Office documents are shown as their text"),
        Some(socket) => match runtime.block_on(office::look(socket)) {
            Ok(found) => finding("ok", "office", found),
            Err(why) => finding("wrong", "office", why),
        },
    });
    look_at_signature(config, findings);
    if let Some(bounces) = &config.mail.bounces {
        findings.push(match Maildir::new(bounces.maildir.clone()).probe() {
            Ok(()) => finding("ok", "bounces", format!("read from {}", bounces.maildir.display())),
            Err(why) => finding("wrong", "bounces", why),
        });
    }
    match mailer(config) {
        Ok(mailer) => runtime.block_on(look_at_mail(config, &mailer, options.send_test_mail.as_ref(), findings)),
        // Told above.
        Err(AssembleError::Dkim(_)) => {}
        Err(why) => findings.push(finding("wrong", "mail", why)),
    }
    // A thread that a store which hangs does not give back is not waited for.
    runtime.shutdown_background();
    Ok(())
}

/// What DNS has to say, so that others can check the signatures in mails.
fn look_at_signature(config: &Config, findings: &mut Vec<Finding>) {
    match dkim(config) {
        Ok(None) => {
            findings.push(finding("ok", "signature", "[mail.dkim] is not set: mails are not signed here; let the mail server do it"))
        }
        Ok(Some(dkim)) => {
            let (name, text) = dkim.record();
            findings.push(finding("ok", "signature", format!("DNS must have this record: {name} TXT {}", quoted(&text))));
            if !dkim.is_known_everywhere() {
                findings.push(finding(
                    "warning",
                    "signature",
                    "the key is Ed25519, which many mail servers cannot check yet; an RSA key all can",
                ));
            }
        }
        Err(why) => findings.push(finding("wrong", "signature", why)),
    }
}

/// The text of a record as zone files have it: in strings of 255 bytes at most (RFC 1035 section 3.3), which readers join again.
fn quoted(text: &str) -> String {
    let strings: Vec<String> = text.as_bytes().chunks(255).map(|bytes| format!("\"{}\"", bytes.escape_ascii())).collect();
    strings.join(" ")
}

fn look_at_certificate(config: &Config, now: crate::domain::time::Timestamp, findings: &mut Vec<Finding>) {
    match Identity::from_files(&config.tls.certificate, &config.tls.key, now) {
        Err(why) => findings.push(finding("wrong", "certificate", why)),
        Ok(identity) => {
            let host = config.server.public_url.host().to_string();
            findings.push(if identity.covers(&host) {
                finding("ok", "certificate", format!("valid for {host}"))
            } else {
                finding(
                    "wrong",
                    "certificate",
                    format!("it is not made out to {host}, the host of server.public_url; get one that is, or correct the URL"),
                )
            });
            findings.extend(identity.warnings().iter().map(|warning| finding("warning", "certificate", warning)));
        }
    }
}

/// Starts a process for previews as the server would, and says what holds it.
fn look_at_preview(config: &Config, clock: &Arc<dyn Clock>) -> Finding {
    let spawner = Spawner::start(Path::new(OWN_PROGRAM));
    let preview = match spawner {
        Ok(spawner) => preview(config, Some(spawner), clock),
        Err(why) => Preview::off(format!("a process for previews cannot be started: {why}")),
    };
    let state = if config.preview.enabled { "warning" } else { "ok" };
    match (preview.unavailable(), preview.confined()) {
        (None, Some(Confined { landlock: 0, .. })) => {
            finding("warning", "preview", "drawn in processes held by a filter of system calls (seccomp), without Landlock")
        }
        (None, confined) => {
            let version = confined.map_or(0, |confined| confined.landlock);
            finding(
                "ok",
                "preview",
                format!("drawn in processes held by a filter of system calls (seccomp) and Landlock, version {version}"),
            )
        }
        (Some(why), _) => finding(state, "preview", format!("there are none: {why}")),
    }
}

fn look_at_keys(config: &Config, now: crate::domain::time::Timestamp) -> Finding {
    let file = config.data.join("keys").join("ring.json");
    if !file.exists() {
        return if config.data.join("ledger").exists() {
            finding(
                "wrong",
                "key ring",
                format!(
                    "{}: it is missing, and there is a ledger; put it back from a backup, without it no link works and no personal value opens",
                    file.display()
                ),
            )
        } else {
            finding("ok", "key ring", "none yet; the first start makes it")
        };
    }
    match KeyRing::open(&file, false, now) {
        Ok(ring) => finding("ok", "key ring", format!("{} key(s), number {} signs", ring.list().count(), ring.active())),
        Err(why) => finding("wrong", "key ring", why),
    }
}

fn look_at_data(config: &Config) -> Finding {
    let data = &config.data;
    let above = data.ancestors().find(|above| above.exists());
    let writable = above.is_some_and(|above| rustix::fs::access(above, rustix::fs::Access::WRITE_OK).is_ok());
    match above.filter(|above| above.is_dir()) {
        Some(folder) if writable && folder == data => finding("ok", "data", data.display()),
        Some(_) if writable => finding("ok", "data", format!("{} is not there yet; the first start makes it", data.display())),
        None => finding("wrong", "data", format!("{}: it is, or lies below, something that is no folder; correct data", data.display())),
        _ => finding(
            "wrong",
            "data",
            format!("{}: this user may not write there; give it to the user that runs doorward, or correct data", data.display()),
        ),
    }
}

async fn look_at_mail(config: &Config, mailer: &Mailer, to: Option<&EmailAddress>, findings: &mut Vec<Finding>) {
    findings.push(match mailer.probe().await {
        Ok(()) => finding("ok", "mail", "the way out is open"),
        Err(why) => finding(
            "wrong",
            "mail",
            match &config.mail.transport {
                Transport::Directory(_) => why,
                Transport::Smtp(smtp) => {
                    format!(
                        "{}:{}: {why}; look whether that server is up and takes mail from here, or correct [mail.smtp]",
                        smtp.host, smtp.port
                    )
                }
            },
        ),
    });
    let (Some(to), Ok(words)) = (to, Words::of(config.organisation.language)) else { return };
    let letter = Letter {
        id: MailId::from_bytes(random::bytes()),
        from: Sender { name: config.mail.from.name.clone(), address: config.mail.from.address.clone() },
        to: to.clone(),
        reply_to: None,
        date: SystemClock::start().now(),
        domain: config.server.public_url.host().to_string(),
        topic: "trial",
        bounces: None,
        unwanted: None,
        logo: config.branding.logo.clone(),
        content: Trial { organisation: &config.organisation.name }.compose(&words).dressed(
            &config.branding,
            &config.organisation.name,
            &words,
        ),
    };
    findings.push(match mailer.deliver(&letter).await {
        Ok(accepted) => finding("ok", "test mail", format!("handed over: {}", accepted.reply)),
        Err(why) => finding("wrong", "test mail", why),
    });
}
