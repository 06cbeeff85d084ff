//! What tells one version of a document from the next.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of a file of a local folder, as its file system states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileVersion {
    /// Bytes.
    pub size: u64,
    /// Last change of the content, in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Device.
    pub device: u64,
    /// Inode on that device.
    pub inode: u64,
}

/// Receipts name a version by this text.
impl fmt::Display for FileVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:x}-{:x}", self.size, self.mtime_ns, self.device, self.inode)
    }
}
