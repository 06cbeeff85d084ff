//! Mails as the directory transport leaves them, and the code in one.

use super::Fallible;
use super::wait::until;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A folder of mails.
pub struct Mailbox {
    folder: PathBuf,
    known: BTreeSet<PathBuf>,
}

impl Mailbox {
    /// The outbox of a data directory; mails that are there already are old.
    pub fn of(data: &Path) -> Fallible<Self> {
        let mut mailbox = Self { folder: data.join("outbox"), known: BTreeSet::new() };
        mailbox.known = mailbox.files()?;
        Ok(mailbox)
    }

    /// Waits for a code mailed to an address since.
    pub fn code(&self, address: &str) -> Fallible<String> {
        until("a code", || {
            for file in self.files()?.difference(&self.known) {
                let mail = std::fs::read_to_string(file)?;
                if let (true, Some(code)) = (is_to(&mail, address), code_in(&mail)) {
                    return Ok(Some(code));
                }
            }
            Ok(None)
        })
    }

    fn files(&self) -> Fallible<BTreeSet<PathBuf>> {
        if !self.folder.is_dir() {
            return Ok(BTreeSet::new());
        }
        let entries = std::fs::read_dir(&self.folder)?.collect::<Result<Vec<_>, _>>()?;
        Ok(entries
            .into_iter()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .collect())
    }
}

fn is_to(mail: &str, address: &str) -> bool {
    mail.lines().any(|line| line.starts_with("To: ") && line.contains(address))
}

/// The code of a mail: a line of digits.
pub fn code_in(mail: &str) -> Option<String> {
    let is_code = |line: &&str| matches!(line.len(), 6 | 8) && line.bytes().all(|b| b.is_ascii_digit());
    mail.lines().map(str::trim).find(is_code).map(str::to_owned)
}
