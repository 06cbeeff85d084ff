//! All mailboxes of the world: the letters that the server handed over, and the codes in them.

use super::soon;
use doorward::mail::{Letter, Memory};

/// The letters of everybody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mailbox(pub(crate) Memory);

impl Mailbox {
    /// Letters to one address whose subject holds `subject`, oldest first.
    pub(crate) fn of(&self, address: &str, subject: &str) -> Vec<Letter> {
        let wanted = |letter: &Letter| letter.to.expose() == address && letter.content.subject.contains(subject);
        self.0.letters().into_iter().filter(wanted).collect()
    }

    /// Those letters, as soon as there are so many.
    pub(crate) async fn wait_for(&self, address: &str, subject: &str, count: usize) -> Vec<Letter> {
        loop {
            let all = self.0.letters().len();
            let found = self.of(address, subject);
            if found.len() >= count {
                return found;
            }
            soon(self.0.wait_for(all + 1)).await;
        }
    }

    /// The codes mailed to an address so far, oldest first.
    pub(crate) fn codes(&self, address: &str) -> Vec<String> {
        self.of(address, "").iter().filter_map(code_in).collect()
    }

    /// The last code to an address, as soon as so many were mailed.
    pub(crate) async fn code(&self, address: &str, count: usize) -> String {
        loop {
            let all = self.0.letters().len();
            let codes = self.codes(address);
            if let Some(code) = codes.last().filter(|_| codes.len() >= count) {
                return code.clone();
            }
            soon(self.0.wait_for(all + 1)).await;
        }
    }
}

/// The digits that stand alone on their line.
pub(crate) fn code_in(letter: &Letter) -> Option<String> {
    let digits = |line: &&str| matches!(line.len(), 6 | 8) && line.bytes().all(|b| b.is_ascii_digit());
    letter.content.text.lines().map(str::trim).find(digits).map(str::to_owned)
}
