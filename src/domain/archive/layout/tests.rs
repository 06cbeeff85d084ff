//! Archives that are laid out, written, read by another program's code, and cut anywhere.

use super::*;
use flate2::Crc;
use proptest::prelude::*;
use std::io::{Cursor, Read};

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Members with these bytes; `known` says whether their checksums are.
fn members(contents: &[(String, Vec<u8>)], known: bool) -> Vec<Member> {
    let member = |(name, bytes): &(String, Vec<u8>)| Member {
        name: name.clone(),
        size: bytes.len() as u64,
        crc32: (known || bytes.is_empty()).then(|| crc(bytes)),
        changed: Timestamp::from_millis(1_772_366_400_500),
    };
    contents.iter().map(member).collect()
}

/// A range of the archive, put together from its pieces.
fn written(layout: &Layout, contents: &[(String, Vec<u8>)], range: ByteRange) -> Vec<u8> {
    let mut all = Vec::new();
    for piece in layout.pieces(range) {
        match piece.kind {
            Kind::Data => all.extend_from_slice(&contents[piece.member].1[piece.range.start as usize..piece.range.end as usize]),
            _ => all.extend_from_slice(&layout.write(piece, |member| crc(&contents[member].1))),
        }
    }
    all
}

fn whole(layout: &Layout) -> ByteRange {
    ByteRange { start: 0, end: layout.total() }
}

#[test]
fn an_archive_is_read_by_a_library_with_known_checksums_and_without() -> Result<(), Box<dyn std::error::Error>> {
    let contents = [
        ("MANIFEST.jsonl".to_owned(), b"{}\n".to_vec()),
        ("Zoë/empty.txt".to_owned(), Vec::new()),
        ("Zoë/a.txt".to_owned(), vec![7; 70_000]),
        ("nothing/".to_owned(), Vec::new()),
    ];
    for known in [true, false] {
        let layout = Layout::new(members(&contents, known));
        assert_eq!(layout.is_fixed(), known);
        let bytes = written(&layout, &contents, whole(&layout));
        assert_eq!(bytes.len() as u64, layout.total());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
        assert_eq!(archive.len(), contents.len());
        for (at, (name, expected)) in contents.iter().enumerate() {
            let mut file = archive.by_index(at)?;
            assert_eq!((&*file.name()?, file.is_dir()), (name.as_str(), name.ends_with('/')));
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            assert_eq!(&bytes, expected);
        }
    }
    Ok(())
}

#[test]
fn what_32_bits_cannot_say_stands_in_zip64_fields() {
    const LARGE: u64 = 5 << 30;
    let member = |name: &str, size, crc32| Member { name: name.to_owned(), size, crc32, changed: Timestamp::default() };
    for known in [Some(1), None] {
        let layout = Layout::new(vec![member("large", LARGE, known), member("after", 1, known)]);
        let heads: Vec<_> = layout.pieces(whole(&layout)).filter(|piece| piece.kind != Kind::Data).collect();
        let bytes: Vec<_> = heads.iter().map(|piece| layout.write(*piece, |_| 1)).collect();
        for (piece, bytes) in heads.iter().zip(&bytes) {
            assert_eq!(piece.range.len(), bytes.len() as u64, "{piece:?}");
        }
        let entry = heads.iter().position(|piece| piece.kind == Kind::Entry && piece.member == 1).expect("it is listed");
        let start = layout.extent(1).start;
        assert!(bytes[entry].windows(8).any(|eight| eight == start.to_le_bytes()), "the offset behind four gigabytes");
        let end = bytes.last().expect("there is an end");
        assert_eq!(end.len(), 56 + 20 + 22);
        assert!(layout.total() > LARGE);
    }
}

#[test]
fn more_entries_than_16_bits_count_are_read_by_a_library() -> Result<(), Box<dyn std::error::Error>> {
    for count in [65_534_usize, 65_535, 65_536] {
        let contents: Vec<_> = (0..count).map(|n| (format!("{n}"), Vec::new())).collect();
        let layout = Layout::new(members(&contents, true));
        let bytes = written(&layout, &contents, whole(&layout));
        assert_eq!(zip::ZipArchive::new(Cursor::new(bytes))?.len(), count);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_range_is_that_slice_of_the_whole(
        sizes in proptest::collection::vec(0usize..300, 0..12), known in any::<bool>(), cuts in proptest::collection::vec((0.0f64..1.0, 0.0f64..1.0), 20),
    ) {
        let contents: Vec<_> = sizes.iter().enumerate().map(|(n, size)| (format!("f{n}"), vec![n as u8; *size])).collect();
        let layout = Layout::new(members(&contents, known));
        let all = written(&layout, &contents, whole(&layout));
        prop_assert_eq!(all.len() as u64, layout.total());
        for (from, to) in cuts {
            let place = |part: f64| (part * (all.len() + 1) as f64) as usize;
            let (start, end) = (place(from).min(place(to)), place(from).max(place(to)));
            let range = ByteRange { start: start as u64, end: end as u64 };
            prop_assert_eq!(written(&layout, &contents, range), &all[start..end]);
        }
    }
}
