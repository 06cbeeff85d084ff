//! Whether scans show their colours, however their numbers are written, and whether lies in their tags end well.

use super::*;
use crate::preview::source::{Raster, image::open};
use proptest::prelude::{any, prop};
use proptest::{prop_assert_eq, proptest};

/// A TIFF of one page: tags with their numbers, and its strips.
fn page(order: &[u8; 2], mut tags: Vec<(u16, Vec<u32>)>, strips: &[&[u8]]) -> Vec<u8> {
    let big = order == b"MM";
    let word = |number: u32| if big { (number as u16).to_be_bytes() } else { (number as u16).to_le_bytes() };
    let long = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let mut bytes = [&order[..], &word(42), &[0; 4]].concat();
    let mut starts = Vec::new();
    for strip in strips {
        starts.push(bytes.len() as u32);
        bytes.extend_from_slice(strip);
    }
    tags.extend([(273, starts), (279, strips.iter().map(|strip| strip.len() as u32).collect())]);
    tags.sort_by_key(|(tag, _)| *tag);
    let mut entries = word(tags.len() as u32).to_vec();
    for (tag, numbers) in tags {
        let mut value: Vec<u8> = numbers.iter().flat_map(|number| word(*number)).collect();
        if value.len() > 4 {
            let place = bytes.len() as u32;
            bytes.append(&mut value);
            value = long(place).to_vec();
        }
        value.resize(4, 0);
        entries.extend([&word(u32::from(tag))[..], &word(3), &long(numbers.len() as u32), &value].concat());
    }
    let place = bytes.len() as u32;
    bytes[4..8].copy_from_slice(&long(place));
    bytes.extend([entries, vec![0; 4]].concat());
    bytes
}

/// The tags that each page has: size, bits, compression, meaning, numbers a dot.
fn tags(size: (u32, u32), bits: u32, compression: u32, photometric: u32, samples: u32) -> Vec<(u16, Vec<u32>)> {
    let bits = vec![bits; samples as usize];
    [(256, vec![size.0]), (257, vec![size.1]), (258, bits), (259, vec![compression]), (262, vec![photometric]), (277, vec![samples])]
        .to_vec()
}

fn drawn(bytes: Vec<u8>) -> Result<Vec<[u8; 3]>, Trouble> {
    let Raster { rgb, .. } = open(bytes)?.draw(0, 100)?;
    Ok(rgb.as_chunks::<3>().0.to_vec())
}

#[test]
fn palettes_of_every_depth_show_their_colours_in_both_byte_orders() {
    let rows: [(u32, &[u8]); 4] = [(1, &[0b0100_0000]), (2, &[0b0001_1000]), (4, &[0x01, 0x20]), (8, &[0, 1, 2])];
    for (bits, row) in rows {
        for order in [b"II", b"MM"] {
            let colours = 1_usize << bits;
            let mut map = vec![0; colours * 3];
            // The first is red, the second green, the third blue.
            (map[0], map[colours + 1], map[(2 * colours + 2).min(colours * 3 - 1)]) = (0xffff, 0xffff, 0xff00);
            let mut tags = tags((3, 1), bits, 1, 3, 1);
            tags.push((320, map));
            let dots = drawn(page(order, tags, &[row])).expect("it is drawn");
            let third = if bits == 1 { [255, 0, 0] } else { [0, 0, 255] };
            let second = if bits == 1 { [0, 255, 255] } else { [0, 255, 0] };
            assert_eq!(dots, [[255, 0, 0], second, third], "{bits} bits");
        }
    }
}

#[test]
fn a_place_beyond_the_palette_is_black_and_a_missing_palette_is_damage() {
    let mut short = tags((2, 1), 8, 1, 3, 1);
    short.push((320, vec![0xffff; 3]));
    assert_eq!(drawn(page(b"II", short, &[&[0, 200]])), Ok(vec![[255; 3], [0; 3]]));
    assert_eq!(drawn(page(b"II", tags((2, 1), 8, 1, 3, 1), &[&[0, 1]])), Err(Trouble::Damaged));
}

#[test]
fn few_bits_of_grey_fill_the_range_whichever_end_is_white() {
    for (bits, row) in [(2, vec![0b0001_1011]), (4, vec![0x05, 0xaf])] {
        for (photometric, wanted) in [(1, [0, 85, 170, 255]), (0, [255, 170, 85, 0])] {
            let dots = drawn(page(b"II", tags((4, 1), bits, 1, photometric, 1), &[&row]));
            assert_eq!(dots, Ok(wanted.map(|shade| [shade; 3]).to_vec()), "{bits} bits, {photometric}");
            let turned: Vec<u8> = row.iter().map(|byte: &u8| byte.reverse_bits()).collect();
            let mut modem = tags((4, 1), bits, 1, photometric, 1);
            modem.push((266, vec![2]));
            assert_eq!(drawn(page(b"II", modem, &[&turned])), Ok(wanted.map(|shade| [shade; 3]).to_vec()), "lowest bit first");
        }
    }
}

#[test]
fn luma_and_ink_become_red_green_and_blue() {
    let mut luma = tags((3, 1), 8, 1, 6, 3);
    luma.push((530, vec![1, 1]));
    let dots = drawn(page(b"II", luma, &[&[76, 85, 255, 150, 44, 21, 128, 128, 128]])).expect("it is drawn");
    for (dot, wanted) in dots.iter().zip([[254, 0, 0], [0, 255, 1], [128; 3]]) {
        assert!(dot.iter().zip(wanted).all(|(a, b): (&u8, u8)| a.abs_diff(b) < 3), "{dot:?} {wanted:?}");
    }
    let ink = drawn(page(b"II", tags((2, 1), 8, 1, 5, 4), &[&[0, 255, 255, 0, 0, 0, 0, 255]]));
    assert_eq!(ink, Ok(vec![[255, 0, 0], [0; 3]]));
}

#[test]
fn planes_are_put_together() {
    let mut planar = tags((2, 1), 8, 1, 2, 3);
    planar.push((284, vec![2]));
    assert_eq!(drawn(page(b"II", planar, &[&[1, 2], &[3, 4], &[5, 6]])), Ok(vec![[1, 3, 5], [2, 4, 6]]));
    let mut ink = tags((1, 1), 8, 1, 5, 4);
    ink.push((284, vec![2]));
    assert_eq!(drawn(page(b"II", ink, &[&[0], &[255], &[255], &[0]])), Ok(vec![[255, 0, 0]]));
}

#[test]
fn what_is_transparent_lies_on_white_weakened_or_not() {
    for (extra, red) in [(2, 200), (1, 100)] {
        let mut glass = tags((2, 1), 8, 1, 2, 4);
        glass.push((338, vec![extra]));
        let dots = drawn(page(b"II", glass, &[&[red, 0, 0, 128, 0, 0, 0, 0]])).expect("it is drawn");
        assert!(dots[0][0].abs_diff(227) < 2 && dots[0][1] == 127 && dots[1] == [255; 3], "{extra}: {dots:?}");
    }
    let mut grey = tags((2, 1), 8, 1, 0, 2);
    grey.push((338, vec![2]));
    assert_eq!(drawn(page(b"II", grey, &[&[255, 255, 255, 0]])), Ok(vec![[0; 3], [255; 3]]));
}

#[test]
fn a_fax_of_group_three_shows_its_black_runs() {
    // End of line, three white, two black, three white, twice; then two rows that are lost.
    let bits = "000000000001 1000 11 1000 000000000001 1000 11 1000".replace(' ', "");
    let strip: Vec<u8> = bits
        .as_bytes()
        .chunks(8)
        .map(|bits| bits.iter().enumerate().fold(0, |byte, (i, bit)| byte | (bit - b'0') << (7 - i)))
        .collect();
    let row = [255, 255, 255, 0, 0, 255, 255, 255].map(|shade| [shade; 3]);
    let wanted = [row, row, [[255; 3]; 8], [[255; 3]; 8]].concat();
    assert_eq!(drawn(page(b"II", tags((8, 4), 1, 3, 0, 1), &[&strip])), Ok(wanted.clone()));
    let turned: Vec<u8> = strip.iter().map(|byte| byte.reverse_bits()).collect();
    let mut modem = tags((8, 4), 1, 3, 0, 1);
    modem.push((266, vec![2]));
    assert_eq!(drawn(page(b"MM", modem, &[&turned])), Ok(wanted));
    assert_eq!(drawn(page(b"II", tags((8, 4), 8, 3, 0, 1), &[&strip])), Err(Trouble::Unsupported));
}

#[test]
fn numbers_without_an_agreed_white_are_stretched() {
    let mut signed = tags((3, 1), 16, 1, 1, 1);
    signed.push((339, vec![2]));
    let strip: Vec<u8> = [-100_i16, 0, 100].iter().flat_map(|height| height.to_le_bytes()).collect();
    assert_eq!(drawn(page(b"II", signed, &[&strip])), Ok(vec![[0; 3], [127; 3], [255; 3]]));
}

#[test]
fn what_is_above_a_bound_or_of_another_kind_is_refused() {
    for (size, wanted) in [((20_001, 1), Trouble::TooLarge), ((10_000, 10_000), Trouble::TooLarge), ((0, 4), Trouble::Damaged)] {
        assert_eq!(drawn(page(b"II", tags(size, 8, 1, 3, 1), &[&[0]])), Err(wanted), "{size:?}");
    }
    for (bits, compression, photometric) in [(8, 1, 8), (12, 1, 1), (8, 34_712, 1), (8, 6, 1)] {
        let refused = drawn(page(b"II", tags((1, 1), bits, compression, photometric, 1), &[&[0; 4]]));
        assert_eq!(refused, Err(Trouble::Unsupported), "{bits} bits, {compression}, {photometric}");
    }
}

#[test]
fn a_page_is_left_as_it_was_and_drawn_alike_again() {
    let mut modem = tags((4, 1), 4, 1, 0, 1);
    modem.push((266, vec![2]));
    let mut bytes = page(b"MM", modem, &[&[0xa0, 0xf5]]);
    let before = bytes.clone();
    let offset = u64::from(u32::from_be_bytes(bytes[4..8].try_into().expect("four bytes")));
    let head = head(&bytes).expect("it is read");
    let first = read(&mut bytes, offset, &head);
    assert_eq!(bytes, before);
    assert_eq!(read(&mut bytes, offset, &head), first);
}

proptest! {
    #[test]
    fn lies_in_the_tags_end_well(
        compression in prop::sample::select(vec![1_u32, 2, 3, 4, 5, 7, 8, 32_773, 50_001]),
        photometric in 0_u32..7,
        bits in prop::sample::select(vec![1_u32, 2, 4, 8, 16]),
        samples in 1_u32..6,
        size in (1_u32..40, 1_u32..40),
        lies in prop::collection::vec((prop::sample::select(vec![266_u16, 278, 284, 292, 317, 320, 322, 323, 338, 339, 530]),
            prop::collection::vec(0_u32..70, 1..7)), 0..4),
        strips in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..4),
    ) {
        let mut tags = tags(size, bits, compression, photometric, samples);
        tags.extend(lies);
        let strips: Vec<&[u8]> = strips.iter().map(Vec::as_slice).collect();
        if let Ok(mut picture) = open(page(b"II", tags, &strips)) && let Ok(Raster { width, height, rgb }) = picture.draw(0, 100) {
            prop_assert_eq!(rgb.len(), (width * height * 3) as usize);
        }
    }
}
