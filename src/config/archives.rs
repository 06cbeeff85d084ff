//! `[archives]`: folders taken as one ZIP.

use crate::config::{
    reader::Reader,
    rule::{Plain, flag, number},
};
use crate::domain::bounds::{ARCHIVE_ENTRIES, ARCHIVE_GIGABYTES, ARCHIVES_AT_ONCE};

/// `[archives]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archives {
    /// `enabled`: whether folders, and all documents of a share, may be taken as one ZIP where documents may be downloaded. Default `true`.
    pub enabled: bool,
    /// `max_entries`: most documents and folders of one archive. Default `10000`, at most [`ARCHIVE_ENTRIES`].
    pub max_entries: usize,
    /// `max_gigabytes`: most gigabytes of one archive. Default `100`, at most [`ARCHIVE_GIGABYTES`].
    pub max_gigabytes: u64,
    /// `max_running`: archives on their way at the same time, of all recipients. Default `16`, at most [`ARCHIVES_AT_ONCE`].
    pub max_running: usize,
    /// `max_per_client`: the same of one client network, such as an office. Default `2`.
    pub max_per_client: usize,
}

impl Archives {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let enabled = r.key("enabled", Plain::Flag(true), flag());
        let max_entries = r.key("max_entries", Plain::Number(10_000), number(1..=ARCHIVE_ENTRIES));
        let max_gigabytes = r.key("max_gigabytes", Plain::Number(100), number(1..=ARCHIVE_GIGABYTES));
        let max_running = r.key("max_running", Plain::Number(16), number(1..=ARCHIVES_AT_ONCE));
        let max_per_client = r.key("max_per_client", Plain::Number(2), number(1..=ARCHIVES_AT_ONCE));
        Some(Self {
            enabled: enabled?,
            max_entries: max_entries?,
            max_gigabytes: max_gigabytes?,
            max_running: max_running?,
            max_per_client: max_per_client?,
        })
    }
}
