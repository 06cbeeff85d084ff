//! What each kind of letter says. Pure: small structs in, text and HTML out, every word from the catalogue.

mod changed;
mod code;
mod copies;
mod ended;
mod failed;
mod invitation;
mod notice;
mod reminder;
mod said;
mod trial;

pub use changed::DocumentsChanged;
pub use code::Code;
pub use copies::{AgreedText, MoreTimeGiven, VisitCopy, VisitLine};
pub use ended::{AccessEnded, Ended, ShareEnded};
pub use failed::{Cause, DeliveryFailed};
pub use invitation::{Invitation, What};
pub use notice::{Notice, NoticeLine};
pub use reminder::Reminder;
pub use said::{RecipientSaid, Saying};
pub use trial::Trial;

#[cfg(test)]
mod tests;
