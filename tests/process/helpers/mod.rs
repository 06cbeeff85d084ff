//! What these tests have in common: the program as a child, a client that goes the recipient's way, a configuration to be changed.

pub mod client;
pub mod converter;
#[path = "../../it/helpers/disk.rs"]
pub mod disk;
pub mod mailbox;
pub mod papers;
pub mod program;
pub mod server;
pub mod settings;
pub mod wait;
pub mod walk;

/// What a test or a helper of it comes to.
pub type Fallible<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Whether the long forms of the tests are wanted.
pub fn is_full() -> bool {
    std::env::var_os("DOORWARD_FULL").is_some_and(|value| value == "1")
}
