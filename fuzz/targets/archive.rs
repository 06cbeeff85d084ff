//! Archives: whatever their members are and whichever range is asked for, each byte comes from one place.

use doorward::domain::archive::layout::{Kind, Layout, Member};
use doorward::domain::range::ByteRange;
use doorward::domain::time::Timestamp;

/// Members taken from the bytes.
const MOST: usize = 40;
/// All sizes together stay below what can be laid out.
const LARGEST: u64 = (1 << 63) / 64;

/// Two places in an archive, then its members, ten bytes each: a range of it is one unbroken row of pieces, and what stands between the documents is
/// the same whatever range it is asked for in.
pub fn archive_range(data: &[u8]) {
    let Some((places, rest)) = data.split_first_chunk::<16>() else { return };
    let layout = Layout::new(rest.as_chunks::<10>().0.iter().take(MOST).enumerate().map(|(n, bytes)| member(n, bytes)).collect());
    let total = layout.total();
    let place = |at: usize| u64::from_le_bytes(std::array::from_fn(|n| places[at + n])) % (total + 1);
    let (start, end) = (place(0).min(place(8)), place(0).max(place(8)));
    let (whole, part) = (ByteRange { start: 0, end: total }, ByteRange { start, end });
    let all = written(&layout, whole);
    let (before, within, behind) = (
        written(&layout, ByteRange { start: 0, end: start }),
        written(&layout, part),
        written(&layout, ByteRange { start: end, end: total }),
    );
    assert!([before, within, behind].concat() == all, "{part:?} of {total}");
    let mut at = 0;
    for member in 0..layout.members().len() {
        let extent = layout.extent(member);
        assert!(extent.start >= at && extent.end <= total, "{extent:?}");
        at = extent.end;
    }
}

fn member(n: usize, bytes: &[u8; 10]) -> Member {
    let [length, flags, size @ ..] = *bytes;
    let most = match flags & 3 {
        0 => 1,
        1 => 300,
        2 => 1 << 34,
        _ => LARGEST,
    };
    let (is_folder, is_known) = (flags & 4 != 0, flags & 8 != 0);
    let name = format!("{n}{}{}", "\u{eb}".repeat(length.into()), if is_folder { "/" } else { "" });
    let size = if is_folder { 0 } else { u64::from_le_bytes(size) % most };
    let changed = Timestamp::from_millis(i64::from_le_bytes(bytes[2..].try_into().expect("there are eight bytes")) / 4);
    Member { name, size, crc32: (is_known || size == 0).then_some(u32::from(flags)), changed }
}

/// The bytes of a range without those of documents.
fn written(layout: &Layout, range: ByteRange) -> Vec<u8> {
    let (mut next, mut bytes) = (range.start, Vec::new());
    for piece in layout.pieces(range) {
        assert!(piece.range.start < piece.range.end, "{piece:?}");
        next += piece.range.len();
        if piece.kind != Kind::Data {
            let some = layout.write(piece, |member| member as u32);
            assert_eq!(some.len() as u64, piece.range.len(), "{piece:?}");
            bytes.extend(some);
        } else {
            assert!(piece.range.end <= layout.members()[piece.member].size, "{piece:?}");
        }
    }
    assert_eq!(next, range.end, "a range is made of pieces without a gap");
    bytes
}
