//! How quick a large document comes, beside OpenSSH's own programs on the same server.

use super::{ALL, OpenSsh, open};
use crate::rig::{Outcome, documents, noise};
use doorward::crypto::primitives::Sha256;
use futures_util::TryStreamExt;
use std::fs;
use std::io::Write;
use std::process::Command;
use std::time::Instant;

const LARGE: usize = 256 * 1024 * 1024;
const PIECE: usize = 1024 * 1024;
const ROUNDS: usize = 3;

/// How many times as long as `sftp` it may take: what `sftp` does in less is not ours, and other tests share the machine.
const MOST: f64 = 2.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_document_comes_about_as_quickly_as_by_sftp() -> Outcome {
    let _alone = crate::cases::turn("large").await;
    let rig = OpenSsh::start()?;
    let (mut file, mut hash) = (fs::File::create(rig.at(b"large.bin"))?, Sha256::new());
    let mut piece = noise(9, PIECE);
    for number in 0..LARGE / PIECE {
        // No two pieces are the same, so that one in the place of another is seen.
        piece[..8].copy_from_slice(&number.to_le_bytes());
        file.write_all(&piece)?;
        hash.update(&piece);
    }
    let expected = hash.finish();
    let documents = documents(&rig);
    let (mut ours, mut sftp, mut scp) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut pieces = open(&documents, "large.bin").await?.read(ALL);
        let (mut hash, mut size) = (Sha256::new(), 0);
        while let Some(piece) = pieces.try_next().await? {
            size += piece.len();
            hash.update(&piece);
        }
        ours.push(start.elapsed().as_secs_f64());
        assert!(size == LARGE && hash.finish() == expected, "{size} bytes, of which not all are right");
        sftp.push(by("sftp", &rig)?);
        scp.push(by("scp", &rig)?);
    }
    let rate = |seconds: f64| 256.0 / seconds;
    let (ours, sftp, scp) = (median(ours), median(sftp), median(scp));
    println!("256 MiB over SFTP: {:.0} MiB/s with its SHA-256; sftp {:.0} MiB/s, scp {:.0} MiB/s", rate(ours), rate(sftp), rate(scp));
    assert!(ours < sftp * MOST, "{ours:.2} s; sftp takes {sftp:.2} s");
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Seconds that a program takes to fetch it.
fn by(program: &str, rig: &OpenSsh) -> Outcome<f64> {
    let to = rig.home.path().join("fetched.bin");
    let from = format!("{}@127.0.0.1:{}", rig.user, rig.at(b"large.bin").display());
    let start = Instant::now();
    let status = Command::new(program)
        .args(["-q", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"])
        .arg("-i")
        .arg(rig.home.path().join("user"))
        .args(["-P", &rig.port.to_string()])
        .args([&from, &to.display().to_string()])
        .status()?;
    let seconds = start.elapsed().as_secs_f64();
    let size = fs::metadata(&to).map(|found| found.len()).unwrap_or_default();
    fs::remove_file(&to)?;
    if status.success() && size == LARGE as u64 { Ok(seconds) } else { Err(format!("{program}: {status}, {size} bytes").into()) }
}
