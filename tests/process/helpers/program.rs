//! Commands run to their end.

use super::Fallible;
use super::wait::{Said, until};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program under test: the one named by the test command, or the one cargo built.
pub fn program() -> PathBuf {
    std::env::var_os("DOORWARD_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_doorward")), PathBuf::from)
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Exit status; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs the program with these arguments.
pub fn doorward<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Fallible<Ran> {
    let mut command = Command::new(program());
    command.args(arguments);
    run(command)
}

/// Runs the program with these arguments and a path behind them.
pub fn doorward_at(arguments: &[&str], path: &Path) -> Fallible<Ran> {
    doorward(arguments.iter().map(OsStr::new).chain([path.as_os_str()]))
}

/// Runs a command without input to its end; one that does not end is killed.
pub fn run(mut command: Command) -> Fallible<Ran> {
    command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|why| format!("{}: {why}", command.get_program().display()))?;
    let out = Said::listen(child.stdout.take().ok_or("no standard output")?);
    let err = Said::listen(child.stderr.take().ok_or("no standard error")?);
    let ended = until("a command to end", || Ok(child.try_wait()?));
    if ended.is_err() {
        child.kill()?;
        child.wait()?;
    }
    Ok(Ran { code: ended?.code(), out: out.whole()?, err: err.whole()? })
}

impl Ran {
    /// What it printed, when it did what was asked without a word on standard error.
    pub fn done(self) -> Fallible<String> {
        match (self.code, self.err.as_str()) {
            (Some(0), "") => Ok(self.out),
            _ => Err(format!("it failed: {self:?}").into()),
        }
    }

    /// The one JSON value it printed.
    pub fn json(self) -> Fallible<Value> {
        let out = self.done()?;
        serde_json::from_str(&out).map_err(|why| format!("{why}: {out}").into())
    }

    /// The one line with which it refused, without the program's name.
    pub fn refused(&self, code: i32) -> Fallible<String> {
        let line = self
            .err
            .strip_suffix('\n')
            .and_then(|line| line.strip_prefix("doorward: "))
            .filter(|line| !line.contains('\n'));
        match (self.code == Some(code) && self.out.is_empty(), line) {
            (true, Some(line)) => Ok(line.to_owned()),
            _ => Err(format!("expected one line and exit status {code}: {self:?}").into()),
        }
    }
}
