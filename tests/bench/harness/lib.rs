//! What the benches have in common: a server in a process of its own, a client, a mailbox, figures and plots.

pub mod browser;
pub mod chart;
pub mod mailbox;
pub mod people;
pub mod server;
pub mod slow;

/// What goes wrong ends a bench with its reason.
pub type Fallible<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
