//! What tests of archives share: the way to a ticket, and other people's readers of ZIP files.

use crate::helpers::{Answer, Client, Outcome, Shared};
use serde::Deserialize;
use serde_json::Value;
use std::process::Command;

/// One entry as Python's `zipfile` read it, checksum and all.
#[derive(Debug, Deserialize)]
pub(super) struct Read {
    pub(super) name: String,
    pub(super) size: u64,
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
