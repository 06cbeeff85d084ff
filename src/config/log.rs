//! `[log]`: what the server says of its work.

use crate::config::{
    reader::Reader,
    rule::{Plain, one_of},
};

/// `[log]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// `level`: the least grave that is logged. Default `info`.
    pub level: LogLevel,
    /// `format`: for eyes or for machines. Default `text`.
    pub format: LogFormat,
}

/// How grave a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// What helps to find a fault.
    Debug,
    /// Something failed.
    Error,
    /// The ordinary course of things.
    Info,
    /// Every step.
    Trace,
    /// Something needs to be looked at.
    Warn,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Lines of text.
    Text,
}

impl Log {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let level = r.key("level", Plain::Text("info"), one_of(LEVELS));
        let format = r.key("format", Plain::Text("text"), one_of(FORMATS));
        Some(Self { level: level?, format: format? })
    }
}

impl LogLevel {
    /// Its name, as the logging library takes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Error => "error",
            Self::Info => "info",
            Self::Trace => "trace",
            Self::Warn => "warn",
        }
    }
}

const LEVELS: &[(Plain<'static>, LogLevel)] = &[
    (Plain::Text("error"), LogLevel::Error),
    (Plain::Text("warn"), LogLevel::Warn),
    (Plain::Text("info"), LogLevel::Info),
    (Plain::Text("debug"), LogLevel::Debug),
    (Plain::Text("trace"), LogLevel::Trace),
];

const FORMATS: &[(Plain<'static>, LogFormat)] = &[(Plain::Text("text"), LogFormat::Text), (Plain::Text("json"), LogFormat::Json)];
