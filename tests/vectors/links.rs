//! Recipients' links: those that are true and what they name, and every way to be false.

use crate::{Outcome, list, number, read, ring, text};
use data_encoding::BASE64URL_NOPAD;
use doorward::crypto::link::{CHARACTERS, Forged, Link};

#[test]
fn each_kept_link_names_what_it_named_or_is_refused() -> Outcome {
    let file = read("link")?;
    let ring = ring(&file)?;
    let mut true_ones = 0;
    for entry in list(&file, "links") {
        let (what, link) = (text(entry, "what"), text(entry, "text"));
        let names = &entry["names"];
        if names.is_null() {
            assert_eq!(Link::verify(link, &ring), Err(Forged), "{what}");
            continue;
        }
        let expected = Link {
            key: u8::try_from(number(names, "key"))?,
            share: text(names, "share").parse()?,
            recipient: text(names, "recipient").parse()?,
        };
        assert_eq!(Link::verify(link, &ring), Ok(expected), "{what}");
        assert_eq!(expected.sign(&ring).as_deref(), Some(link), "{what}");
        true_ones += 1;
    }
    assert!(true_ones >= 5);
    Ok(())
}

#[test]
fn no_flipped_bit_and_no_other_letter_leaves_a_link_true() -> Outcome {
    let file = read("link")?;
    let ring = ring(&file)?;
    for entry in list(&file, "links").iter().filter(|entry| !entry["names"].is_null()) {
        let link = text(entry, "text");
        let bytes = BASE64URL_NOPAD.decode(link.as_bytes())?;
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Link::verify(&BASE64URL_NOPAD.encode(&flipped), &ring), Err(Forged), "bit {bit}");
        }
        for at in 0..CHARACTERS {
            for letter in (0..=0x7f_u8).map(char::from).filter(|letter| !link[at..].starts_with(*letter)) {
                let changed = format!("{}{letter}{}", &link[..at], &link[at + 1..]);
                assert_eq!(Link::verify(&changed, &ring), Err(Forged), "{letter:?} at {at}");
            }
            let (shorter, longer) = ([&link[..at], &link[at + 1..]].concat(), [&link[..at], "A", &link[at..]].concat());
            assert_eq!([&shorter, &longer].map(|text| Link::verify(text, &ring)), [Err(Forged), Err(Forged)]);
        }
    }
    Ok(())
}

#[test]
fn a_retired_key_signs_no_link_and_one_that_is_not_there_neither() -> Outcome {
    let file = read("link")?;
    let ring = ring(&file)?;
    let names = &list(&file, "links")[0]["names"];
    let (share, recipient) = (text(names, "share").parse()?, text(names, "recipient").parse()?);
    for key in [0, 3, 4, 9, 255] {
        assert_eq!(Link { key, share, recipient }.sign(&ring), None, "{key}");
    }
    Ok(())
}
