//! The records of a ZIP file, byte by byte.

use crate::domain::archive::layout::Member;
use jiff::tz::TimeZone;

/// What 32 bits cannot say stands in the ZIP64 fields instead, and this in its place.
const FULL: u64 = 0xffff_ffff;
/// The same of 16 bits.
const FULL_COUNT: u64 = 0xffff;

/// Lengths of the records without names and extra fields.
const LOCAL: u64 = 30;
const ENTRY: u64 = 46;
const END: u64 = 22;
const END64: u64 = 56;
const LOCATOR: u64 = 20;
/// The extra field with the time of change in UTC.
const STAMP: u64 = 9;
/// The first four bytes of an extra field.
const EXTRA_HEAD: u64 = 4;

/// Needed to read it: folders, or ZIP64.
const VERSION: u16 = 20;
const VERSION64: u16 = 45;
/// Made by a system with Unix modes.
const UNIX: u16 = 3 << 8;
/// General purpose flags: the checksum follows the data; names are UTF-8.
const DESCRIPTOR_FOLLOWS: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;

const FILE_MODE: u32 = 0o100_644 << 16;
/// A folder, and the same in MS-DOS.
const FOLDER_MODE: u32 = 0o040_755 << 16 | 0x10;

/// The first moment that MS-DOS can write: 1 January 1980.
const DOS_START: (u16, u16) = (0, 0x21);

/// A record that is being written.
struct Record(Vec<u8>);

impl Record {
    fn new(signature: u32) -> Self {
        Self(signature.to_le_bytes().to_vec())
    }

    fn u16(mut self, value: u16) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// As 32 bits, or the mark that it stands in the ZIP64 field.
    fn narrow(self, value: u64) -> Self {
        self.u32(u32::try_from(value).unwrap_or(u32::MAX))
    }

    /// As 16 bits, or the mark that it stands in the ZIP64 record.
    fn narrow_count(self, value: u64) -> Self {
        self.u16(u16::try_from(value).unwrap_or(u16::MAX))
    }

    fn length(self, bytes: u64) -> Self {
        self.u16(u16::try_from(bytes).expect("names are cut to what a path may have, and extra fields are short"))
    }
}

fn name_bytes(member: &Member) -> u64 {
    member.name.len() as u64
}

/// Whether a value needs 64 bits: the largest of 32 is the mark for that.
const fn is_wide(value: u64) -> bool {
    value >= FULL
}

pub(super) fn local_length(member: &Member) -> u64 {
    let wide = if is_wide(member.size) { EXTRA_HEAD + 16 } else { 0 };
    LOCAL + name_bytes(member) + STAMP + wide
}

/// What stands before a document's bytes.
pub(super) fn local(member: &Member) -> Vec<u8> {
    let (wide, known) = (is_wide(member.size), member.crc32);
    // Behind the bytes stand the true values; until then all of them are zero (APPNOTE 4.4.4).
    let size = if known.is_some() { member.size } else { 0 };
    let narrow = if wide { FULL } else { size };
    let record = head(Record::new(0x0403_4b50).u16(if wide { VERSION64 } else { VERSION }), member)
        .u32(known.unwrap_or(0))
        .narrow(narrow)
        .narrow(narrow)
        .length(name_bytes(member))
        .length(local_length(member) - LOCAL - name_bytes(member))
        .bytes(member.name.as_bytes());
    let record = stamp(record, member);
    if wide { record.u16(1).u16(16).u64(size).u64(size).0 } else { record.0 }
}

pub(super) const fn descriptor_length(member: &Member) -> u64 {
    match member.crc32 {
        Some(_) => 0,
        None if is_wide(member.size) => 24,
        None => 16,
    }
}

/// What stands behind a document's bytes whose checksum was not known before them.
pub(super) fn descriptor(member: &Member, crc32: u32) -> Vec<u8> {
    let record = Record::new(0x0807_4b50).u32(crc32);
    if is_wide(member.size) { record.u64(member.size).u64(member.size).0 } else { record.narrow(member.size).narrow(member.size).0 }
}

fn wide_values(member: &Member, start: u64) -> Vec<u64> {
    let sizes = is_wide(member.size).then_some([member.size; 2]);
    sizes.into_iter().flatten().chain(is_wide(start).then_some(start)).collect()
}

pub(super) fn entry_length(member: &Member, start: u64) -> u64 {
    let wide = wide_values(member, start).len() as u64;
    ENTRY + name_bytes(member) + STAMP + if wide > 0 { EXTRA_HEAD + 8 * wide } else { 0 }
}

/// What the directory at the end says of a document whose first record begins at `start`.
pub(super) fn entry(member: &Member, start: u64, crc32: u32) -> Vec<u8> {
    let wide = wide_values(member, start);
    let version = if wide.is_empty() { VERSION } else { VERSION64 };
    let record = head(Record::new(0x0201_4b50).u16(UNIX | VERSION64).u16(version), member)
        .u32(crc32)
        .narrow(member.size)
        .narrow(member.size)
        .length(name_bytes(member))
        .length(entry_length(member, start) - ENTRY - name_bytes(member))
        // No comment, the first disk, no word about its kind.
        .u16(0)
        .u16(0)
        .u16(0)
        .u32(if member.is_folder() { FOLDER_MODE } else { FILE_MODE })
        .narrow(start)
        .bytes(member.name.as_bytes());
    let record = stamp(record, member);
    if wide.is_empty() {
        return record.0;
    }
    let record = record.u16(1).length(8 * wide.len() as u64);
    wide.into_iter().fold(record, Record::u64).0
}

/// Whether the end needs the ZIP64 records.
const fn is_wide_end(count: u64, start: u64, length: u64) -> bool {
    count >= FULL_COUNT || is_wide(start) || is_wide(length)
}

pub(super) const fn end_length(count: u64, start: u64, length: u64) -> u64 {
    if is_wide_end(count, start, length) { END64 + LOCATOR + END } else { END }
}

/// The end of an archive of `count` members, whose directory begins at `start` and is `length` bytes long.
pub(super) fn end(count: u64, start: u64, length: u64) -> Vec<u8> {
    let mut all = Vec::new();
    if is_wide_end(count, start, length) {
        let wide = Record::new(0x0606_4b50)
            .u64(END64 - 12)
            .u16(UNIX | VERSION64)
            .u16(VERSION64)
            .u32(0)
            .u32(0)
            .u64(count)
            .u64(count)
            .u64(length)
            .u64(start);
        let locator = Record::new(0x0706_4b50).u32(0).u64(start.saturating_add(length)).u32(1);
        all = [wide.0, locator.0].concat();
    }
    let end = Record::new(0x0605_4b50)
        .u16(0)
        .u16(0)
        .narrow_count(count)
        .narrow_count(count)
        .narrow(length)
        .narrow(start)
        .u16(0);
    all.extend_from_slice(&end.0);
    all
}

/// Flags, method and time, which both records of a member have in the same place.
fn head(record: Record, member: &Member) -> Record {
    let (time, day) = dos_time(member);
    let follows = if member.crc32.is_none() { DESCRIPTOR_FOLLOWS } else { 0 };
    record.u16(UTF8 | follows).u16(0).u16(time).u16(day)
}

/// The time of change in UTC, to the second; MS-DOS has neither.
fn stamp(record: Record, member: &Member) -> Record {
    let seconds = i32::try_from(member.changed.seconds()).unwrap_or(i32::MAX);
    record.u16(0x5455).u16(5).bytes(&[1]).bytes(&seconds.to_le_bytes())
}

fn dos_time(member: &Member) -> (u16, u16) {
    let at = member.changed.in_zone(&TimeZone::UTC);
    let part = |value: i8| u16::try_from(value).unwrap_or(0);
    match u16::try_from(i32::from(at.year()) - 1980) {
        Ok(year) if year < 128 => {
            (part(at.hour()) << 11 | part(at.minute()) << 5 | (part(at.second()) / 2), year << 9 | part(at.month()) << 5 | part(at.day()))
        }
        _ => DOS_START,
    }
}
