//! Where a command finds its server: a data directory, a configuration file, or `./doorward-data`.

use crate::cli::Server;
use crate::cli::failure::Failure;
use crate::config::{Place, locate};
use std::path::{Path, PathBuf};

/// The data directory when nothing is said.
pub const DATA: &str = "doorward-data";

/// The place of a data directory.
pub fn of_data(data: &Path) -> Place {
    Place { data: data.to_owned(), socket: data.join("admin.sock") }
}

impl Server {
    /// Finds data directory and socket.
    pub fn place(&self) -> Result<Place, Failure> {
        match (&self.config, &self.data) {
            (Some(file), _) => locate(file).map_err(|problems| Failure::refused(problems.to_string().trim_end())),
            (None, data) => Ok(of_data(&data.clone().unwrap_or_else(|| PathBuf::from(DATA)))),
        }
    }
}
