//! Archives of ten thousand documents; and, in the long form, of more than 16 or 32 bits can count.

use super::rig::{python, random, ticket, unzip};
use crate::helpers::{Client, Outcome, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use http_body_util::BodyExt;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// What is read after each resumption.
const PIECE: u64 = 1024 * 1024;

/// The long form of the tests.
fn is_long() -> bool {
    std::env::var_os("DOORWARD_FULL").is_some()
}

#[tokio::test]
async fn an_archive_of_ten_thousand_documents_is_whole() -> Outcome {
    let app = TestApp::start().await?;
    for n in 0..10_000 {
        app.put(&format!("case/{}/document-{n}.txt", n / 2_500), format!("{n}"))?;
    }
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let start = Instant::now();
    let address = ticket(&client, &share, "").await?;
    let offered = start.elapsed();
    let archive = client.get(&address).await?;
    println!("10,000 documents: offer and ticket {offered:?}, archive {:?}, {} bytes", start.elapsed() - offered, archive.body.len());
    assert_eq!(python(&archive.body)?.len(), 10_001);
    unzip(&archive.body)?;
    let receipt = app.settled_receipt().await?;
    assert_eq!(receipt.parts.len(), 10_000);
    Ok(())
}

#[tokio::test]
async fn more_documents_than_16_bits_count() -> Outcome {
    if !is_long() {
        return Ok(());
    }
    let app = TestApp::with(|config| config.archives.max_entries = 100_000).await?;
    for n in 0..66_000 {
        app.put(&format!("case/{}/{n}", n / 6_000), "")?;
    }
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let archive = taken(&client, &ticket(&client, &share, "").await?).await?;
    read_by_others(archive.path())
}

#[tokio::test]
async fn more_bytes_than_32_bits_count_can_be_gone_on_with_anywhere() -> Outcome {
    if !is_long() {
        return Ok(());
    }
    let app = TestApp::start().await?;
    std::fs::create_dir(app.documents().join("case"))?;
    numbered(&app.documents().join("case/large.bin"), (4 << 30) + 5)?;
    app.put("case/zz.txt", "behind four gigabytes")?;
    let share = app.share(CreateShare { pin: Some(true), ..documents(&["case"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    let address = ticket(&client, &share, "").await?;
    let archive = taken(&client, &address).await?;
    resumes(&client, &address, archive.as_file()).await?;
    read_by_others(archive.path())
}

/// A file of zeros with a number at the start of each [`PIECE`], so that no two pieces of its length are the same.
fn numbered(path: &Path, length: u64) -> Outcome {
    let file = File::create(path)?;
    file.set_len(length)?;
    for n in 0..length / PIECE {
        file.write_all_at(&(n + 1).to_be_bytes(), n * PIECE)?;
    }
    Ok(())
}

/// What an address gives, as a file.
async fn taken(client: &Client, address: &str) -> Outcome<tempfile::NamedTempFile> {
    let mut body = client.open("GET", address, &[], Vec::new()).await?.into_body();
    let mut file = tempfile::NamedTempFile::with_suffix(".zip")?;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            file.write_all(&data)?;
        }
    }
    file.flush()?;
    Ok(file)
}

/// Has `unzip` and Python's `zipfile` test all that is in an archive.
fn read_by_others(archive: &Path) -> Outcome {
    for command in
        [Command::new("unzip").arg("-tqq").arg(archive), Command::new("/usr/bin/python3").args(["-m", "zipfile", "-t"]).arg(archive)]
    {
        let output = command.output()?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Goes on with the archive at random bytes, those behind 32 bits included, and at its last one: what comes is what was there.
async fn resumes(client: &Client, address: &str, whole: &File) -> Outcome {
    let length = whole.metadata()?.len();
    for n in 0..50 {
        let from = if n == 0 { length - 1 } else { random(n, length) };
        let to = length.min(from + PIECE);
        let answer = client.get_with(address, &[("range", &format!("bytes={from}-{}", to - 1))]).await?;
        let mut expected = vec![0; usize::try_from(to - from)?];
        whole.read_exact_at(&mut expected, from)?;
        assert!(answer.code() == 206 && answer.body == expected, "{} at {from} of {length}", answer.code());
    }
    Ok(())
}
