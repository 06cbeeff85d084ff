//! What tests of archives share: pins with checksums, the way to a ticket, and other people's readers of ZIP files.

use crate::helpers::{Answer, Client, Outcome, Shared, TestApp};
use doorward::crypto::random;
use doorward::crypto::sealed::{Private, Subject};
use doorward::domain::document::DocumentPath;
use doorward::domain::ids::ShareId;
use doorward::domain::scope::ItemKind;
use doorward::ledger::event::{Actor, Event};
use doorward::ledger::tx::{Class, Unavailable};
use serde::Deserialize;
use serde_json::Value;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::sync::Arc;

/// One entry as Python's `zipfile` read it, checksum and all.
#[derive(Debug, Deserialize)]
pub(super) struct Read {
    pub(super) name: String,
    pub(super) size: u64,
}

/// The same share once more, its pins with the checksums that are taken while documents are hashed.
pub(super) async fn with_checksums(app: &TestApp, share: &Shared) -> Outcome<Shared> {
    let old: ShareId = share.id.parse()?;
    let was = app.gate.ledger().state().shares.get(&old).cloned().ok_or("the share is there")?;
    let mut items = was.items.get().map(|items| items.to_vec()).unwrap_or_default();
    let crc = |folder: &DocumentPath, below: &DocumentPath| -> Outcome<Option<u32>> {
        let path = folder.append(below)?;
        let mut crc = flate2::Crc::new();
        crc.update(&std::fs::read(app.documents().join(std::ffi::OsStr::from_bytes(path.as_bytes())))?);
        Ok(Some(crc.sum()))
    };
    for item in &mut items {
        match &mut item.kind {
            ItemKind::PinnedDocument(pinned) => pinned.crc32 = crc(&item.name.path, &DocumentPath::root())?,
            ItemKind::PinnedFolder(pins) => {
                for pin in Arc::make_mut(pins) {
                    pin.version.crc32 = crc(&item.name.path, &pin.path)?;
                }
            }
            _ => {}
        }
    }
    let (id, key) = (ShareId::from_bytes(random::bytes()), app.gate.keys().active());
    let subject = Subject::Share(id);
    let made = Event::ShareCreated {
        share: id,
        owner: was.owner,
        by: Actor::Server,
        items: Private::new(subject, Arc::new(items)),
        subject: Private::new(subject, "Papers".to_owned()),
        message: Private::new(subject, String::new()),
        policy: was.policy,
        expires: was.expires,
    };
    let recipients: Vec<_> = was
        .recipients
        .values()
        .map(|recipient| Event::RecipientAdded { share: id, recipient: recipient.id, guest: recipient.guest, key })
        .collect();
    app.gate
        .ledger()
        .tx(Class::First, move |t| {
            std::iter::once(&made).chain(&recipients).for_each(|event| t.emit(event.clone()));
            Ok::<_, Unavailable>(())
        })
        .await?;
    let known = Shared { id: id.to_string(), view: share.view.clone() };
    let view = app.view(&known).await?;
    Ok(Shared { view, ..known })
}

/// The page that says what an archive would hold.
pub(super) async fn offered(client: &Client, share: &Shared, folder: &str) -> Outcome<Answer> {
    let query = if folder.is_empty() { String::new() } else { format!("?folder={folder}") };
    client.get(&format!("/d/{}/z{query}", share.id)).await
}

/// The address of an archive, as its page's button leads to it.
pub(super) async fn ticket(client: &Client, share: &Shared, folder: &str) -> Outcome<String> {
    let page = offered(client, share, folder).await?;
    assert_eq!(page.code(), 200, "{}", page.text());
    let answer = client.post_form(&page.form(&format!("/d/{}/z", share.id))).await?;
    assert_eq!(answer.code(), 303, "{}", answer.text());
    Ok(answer.location().to_owned())
}

/// A number up to `most`, another one for each `n`.
pub(super) fn random(n: u64, most: u64) -> u64 {
    n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) % most
}

/// The length of the manifest, and its lines.
pub(super) fn manifest(archive: &[u8]) -> Outcome<(u64, Vec<Value>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive))?;
    let text = std::io::read_to_string(archive.by_name("MANIFEST.jsonl")?)?;
    let lines = text.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    Ok((text.len() as u64, lines))
}

fn said(command: &mut Command) -> Outcome<Vec<u8>> {
    let output = command.output()?;
    assert!(output.status.success(), "{command:?}: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}

/// Has `unzip` test all that is in an archive.
pub(super) fn unzip(archive: &[u8]) -> Outcome {
    let file = tempfile::NamedTempFile::with_suffix(".zip")?;
    std::fs::write(file.path(), archive)?;
    said(Command::new("unzip").arg("-tqq").arg(file.path())).map(drop)
}

/// Has Python's `zipfile` read all that is in an archive.
pub(super) fn python(archive: &[u8]) -> Outcome<Vec<Read>> {
    const READ: &str = "import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n\
                        print(json.dumps([{'name':i.filename,'size':len(z.read(i))} for i in z.infolist()]))";
    let file = tempfile::NamedTempFile::with_suffix(".zip")?;
    std::fs::write(file.path(), archive)?;
    Ok(serde_json::from_slice(&said(Command::new("/usr/bin/python3").args(["-c", READ]).arg(file.path()))?)?)
}
