//! The scanner: clamd, spoken to by its INSTREAM command.

use crate::config::Clamd;
use crate::domain::bounds::SCAN_WAIT;
use clamav_client::tokio::{Socket, Tcp, scan_file};
use std::path::Path;

/// Bytes handed to the scanner at a time.
const STEP: usize = 64 * 1024;
/// The longest name of a virus that is kept, in characters.
const NAME_CHARS: usize = 100;

/// What the scanner says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing was found.
    Clean,
    /// This was found.
    Infected(String),
}

/// Has a file scanned; an error says why the scanner says nothing of it.
pub(super) async fn scan(clamd: &Clamd, file: &Path) -> Result<Verdict, String> {
    let asked = async {
        match clamd {
            Clamd::Socket(path) => scan_file(file, Socket { socket_path: path }, Some(STEP)).await,
            Clamd::Tcp(address) => scan_file(file, Tcp { host_address: address.as_str() }, Some(STEP)).await,
        }
    };
    match tokio::time::timeout(SCAN_WAIT, asked).await {
        Ok(Ok(answer)) => verdict(&answer),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} seconds", SCAN_WAIT.as_secs())),
    }
}

/// Reads `stream: OK` and `stream: NAME FOUND`; everything else is no verdict.
fn verdict(answer: &[u8]) -> Result<Verdict, String> {
    let text = String::from_utf8_lossy(answer);
    let said = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    match said.strip_prefix("stream: ") {
        Some("OK") => Ok(Verdict::Clean),
        Some(found) if found.ends_with(" FOUND") => {
            let name = found.trim_end_matches(" FOUND").chars().filter(|c| !c.is_control()).take(NAME_CHARS);
            Ok(Verdict::Infected(name.collect()))
        }
        _ => Err(format!("it answered '{}'", said.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect::<String>())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_word_is_a_verdict() {
        assert_eq!(verdict(b"stream: OK\0"), Ok(Verdict::Clean));
        assert_eq!(verdict(b"stream: Eicar-Test-Signature FOUND\0"), Ok(Verdict::Infected("Eicar-Test-Signature".to_owned())));
        for nothing in [&b""[..], b"OK", b"stream: ", b"stream: OKAY", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\xff"] {
            assert!(verdict(nothing).is_err(), "{}", nothing.escape_ascii());
        }
    }

    #[tokio::test]
    async fn a_scanner_that_is_away_gives_no_verdict() {
        let nowhere = Clamd::Socket("/nonexistent/clamd.ctl".into());
        assert!(scan(&nowhere, Path::new("Cargo.toml")).await.is_err());
    }
}
