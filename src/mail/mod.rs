//! Letters: composed from the message catalogue, written as RFC 5322, handed to a mail server, a directory or a test.
//!
//! The queue that decides when a letter goes out, and again after a failure, belongs to the ledger and the gate. This layer
//! composes one letter and makes one attempt.

pub mod bounce;
mod clean;
mod directory;
mod dkim;
mod layout;
pub mod letter;
mod maildir;
pub mod markdown;
mod memory;
mod smtp;
pub mod templates;
mod transport;

pub use bounce::Report;
pub use directory::Directory;
pub use dkim::Dkim;
pub use letter::{Content, Letter, Sender};
pub use maildir::Maildir;
pub use memory::Memory;
pub use smtp::{Security, Smtp, SmtpSettings};
pub use transport::{Accepted, Mailer, Undelivered};
