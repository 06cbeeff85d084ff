//! Letters: composed from the message catalogue, written as RFC 5322, handed to a mail server, a directory or a test.
//!
//! The queue that decides when a letter goes out, and again after a failure, belongs to the ledger and the gate. This layer
//! composes one letter and makes one attempt.

mod clean;
mod directory;
mod layout;
pub mod letter;
pub mod markdown;
mod memory;
mod smtp;
pub mod templates;
mod transport;

pub use directory::Directory;
pub use letter::{Content, Letter, Sender};
pub use memory::Memory;
pub use smtp::{Security, Smtp, SmtpSettings};
pub use transport::{Accepted, Mailer, Undelivered};
