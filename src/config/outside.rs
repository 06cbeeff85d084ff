//! What a configuration takes from outside its own file: other files and the environment.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// The files and variables a configuration may name. A trait, so that checks and fuzzing need no machine.
pub trait Outside {
    /// The content of a regular file of at most `most` bytes.
    ///
    /// # Errors
    /// Whatever the system says, or `FileTooLarge`.
    fn file(&self, path: &Path, most: usize) -> io::Result<Zeroizing<Vec<u8>>>;

    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<OsString>;
}

/// The machine the program runs on.
#[derive(Debug, Clone, Copy)]
pub struct Machine;

impl Outside for Machine {
    fn file(&self, path: &Path, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
        // Looked at before it is opened: opening a FIFO would wait for its writer.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
        }
        // Room for all of it from the start: a vector that grows would leave parts of a secret behind in memory.
        let mut content = Zeroizing::new(Vec::with_capacity(most + 1));
        File::open(path)?.take(most as u64 + 1).read_to_end(&mut content)?;
        if content.len() > most {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {most} bytes")));
        }
        Ok(content)
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

/// No files and no variables.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Outside for Nothing {
    fn file(&self, _: &Path, _: usize) -> io::Result<Zeroizing<Vec<u8>>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn variable(&self, _: &str) -> Option<OsString> {
        None
    }
}
