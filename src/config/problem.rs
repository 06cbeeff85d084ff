//! What is wrong with a configuration: each mistake in one line that names file, line, key, value and what is allowed.

use std::fmt;

/// Problems kept of one file; the rest would only repeat the first ones.
pub const MOST_PROBLEMS: usize = 100;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named by whoever started the program.
    pub file: String,
    /// The line in it, from 1; none where something is missing as a whole.
    pub line: Option<usize>,
    /// The key with its section, such as `server.listen`; empty where the file cannot be read as TOML at all.
    pub key: String,
    /// The value found, shortened; none where there is none or where it may be a secret.
    pub value: Option<String>,
    /// What is allowed, as the end of a sentence whose subject is the key: "must be …".
    pub allowed: String,
}

impl fmt::Display for Problem {
    /// `config/doorward.toml:12: server.listen = "foo": must be an address like 127.0.0.1:8443`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        match (self.key.as_str(), &self.value) {
            ("", _) => {}
            (key, None) => write!(f, ": {key}")?,
            (key, Some(value)) => write!(f, ": {key} = {value}")?,
        }
        write!(f, ": {}", self.allowed)
    }
}

/// All mistakes of a configuration, in the order of their lines; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    /// One line each, without a line end after the last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
