//! Compound files, the envelope of older Office documents and of Outlook messages.

use crate::preview::job::Trouble;
use cfb::CompoundFile;
use std::io::{Cursor, Read};

/// The first bytes of a compound file.
pub const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// A compound file in memory.
pub type Compound<'a> = CompoundFile<Cursor<&'a [u8]>>;

/// Opens a compound file.
///
/// # Errors
/// `Damaged` when it is none.
pub fn open(bytes: &[u8]) -> Result<Compound<'_>, Trouble> {
    CompoundFile::open(Cursor::new(bytes)).map_err(|_| Trouble::Damaged)
}

/// The bytes of a stream, if it is there and whole.
pub fn stream(file: &mut Compound<'_>, path: &str) -> Option<Vec<u8>> {
    let size = file.entry(path).ok().filter(cfb::Entry::is_stream)?.len();
    // What a header claims is believed only as far as the file could hold it.
    let most = file.open_stream(path).ok()?;
    let mut bytes = Vec::new();
    most.take(size.min(crate::preview::limits::DOCUMENT_BYTES)).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Whether a compound file is an Office document behind a password.
///
/// # Errors
/// `Protected` when it is, `Damaged` when it is no compound file.
pub fn unprotected(bytes: &[u8]) -> Result<(), Trouble> {
    let file = open(bytes)?;
    if file.is_stream("/EncryptedPackage") || file.is_storage("/\u{6}DataSpaces") { Err(Trouble::Protected) } else { Ok(()) }
}
