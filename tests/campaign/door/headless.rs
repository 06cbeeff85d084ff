//! A real browser without a screen, which looks at links before their readers do (tests/helpers/headless.mjs).

use crate::rig::Outcome;
use serde::Deserialize;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// What one visit asked for and got.
#[derive(Debug, Deserialize)]
pub(super) struct Looked {
    pub(super) requests: usize,
    pub(super) refused: usize,
    pub(super) sessions: usize,
}

/// The browser; it ends with the test.
pub(super) struct Headless {
    _process: Child,
    asked: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
}

impl Headless {
    /// Starts it; nothing where the libraries that drive a browser are not there.
    pub(super) async fn start() -> Outcome<Option<Self>> {
        if std::env::var_os("DOORWARD_NODE_TOOLS").is_none() {
            return Ok(None);
        }
        let mut process = Command::new("node")
            .arg("tests/helpers/headless.mjs")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (asked, told) = (process.stdin.take().ok_or("no standard input")?, process.stdout.take().ok_or("no standard output")?);
        let mut told = BufReader::new(told).lines();
        told.next_line().await?.ok_or("the browser does not start")?;
        Ok(Some(Self { _process: process, asked, told }))
    }

    /// Opens an address in a fresh profile and looks at all that it leads to, without a click.
    pub(super) async fn look(&mut self, address: &str) -> Outcome<Looked> {
        self.asked.write_all(format!("{address}\n").as_bytes()).await?;
        let line = self.told.next_line().await?.ok_or("the browser has ended")?;
        Ok(serde_json::from_str(&line)?)
    }
}
