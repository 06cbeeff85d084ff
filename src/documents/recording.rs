//! Sound and film that browsers play: told from the first bytes, and by names where a list is made without looking inside.

/// What is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// Pictures that move, with or without sound.
    Film,
    /// Sound alone.
    Sound,
}

/// The types of names under which browsers usually find something to play.
const NAMED: [&str; 12] = [
    "audio/aac",
    "audio/flac",
    "audio/m4a",
    "audio/m4b",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "video/mp4",
    "video/webm",
    "video/x-m4v",
];
/// Brands of the files that MP4 players take; those of QuickTime, telephones and pictures are others.
const BRANDS: [&[u8]; 10] = [b"iso", b"mp4", b"mp7", b"avc", b"dash", b"M4V", b"M4A", b"M4B", b"MSNV", b"cmf"];
/// What the first packet of a stream in Ogg begins with, by codec; it stands behind the head of its page.
const OGG: [&[u8]; 3] = [b"OpusHead", b"\x01vorbis", b"\x7fFLAC"];
const OGG_PACKET: usize = 28;
/// Where WebM says that it is WebM.
const WEBM_HEAD: usize = 256;

/// Whether a document of a type that only its name tells is worth an attempt.
pub(super) fn is_named(essence: &str) -> bool {
    NAMED.contains(&essence)
}

/// What first bytes are a recording of, with the media type that all browsers know it by. `named` is what the name says: it decides whether a
/// container that may hold either is sound or film, and it must confirm signatures that are two bytes long.
pub(super) fn of(named: Option<&str>, probe: &[u8]) -> Option<(Recording, &'static str)> {
    let says = |group: &str| named.is_some_and(|essence| essence.starts_with(group));
    let either = |sound, film| if says("audio/") { (Recording::Sound, sound) } else { (Recording::Film, film) };
    let begins = |signature: &[u8]| probe.starts_with(signature);
    let at = |offset: usize, what: &[u8]| probe.get(offset..).is_some_and(|rest| rest.starts_with(what));
    match () {
        () if begins(b"ID3") => Some((Recording::Sound, "audio/mpeg")),
        () if begins(b"fLaC") => Some((Recording::Sound, "audio/flac")),
        () if begins(b"RIFF") && at(8, b"WAVE") => Some((Recording::Sound, "audio/wav")),
        () if begins(b"OggS") && OGG.iter().any(|codec| at(OGG_PACKET, codec)) => Some((Recording::Sound, "audio/ogg")),
        () if at(4, b"ftypM4A") || at(4, b"ftypM4B") => Some((Recording::Sound, "audio/mp4")),
        () if at(4, b"ftyp") && BRANDS.iter().any(|brand| at(8, brand)) => Some(either("audio/mp4", "video/mp4")),
        () if begins(b"\x1a\x45\xdf\xa3") && has(probe, WEBM_HEAD, b"webm") => Some(either("audio/webm", "video/webm")),
        () if says("audio/") => stream(probe).map(|essence| (Recording::Sound, essence)),
        () => None,
    }
}

/// Sound without a head: frames of MPEG audio, or of AAC with a head of its own each.
fn stream(probe: &[u8]) -> Option<&'static str> {
    match probe {
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Some("audio/aac"),
        [0xff, second, ..] if second & 0xe6 == 0xe2 && second & 0x18 != 0x08 => Some("audio/mpeg"),
        _ => None,
    }
}

fn has(probe: &[u8], within: usize, what: &[u8]) -> bool {
    probe[..probe.len().min(within)].windows(what.len()).any(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ogg(codec: &[u8]) -> Vec<u8> {
        let mut page = b"OggS".to_vec();
        page.resize(OGG_PACKET, 0);
        page.extend_from_slice(codec);
        page
    }

    fn mp4(brand: &str) -> Vec<u8> {
        [b"\0\0\0\x18ftyp", brand.as_bytes(), b"\0\0\0\0"].concat()
    }

    #[test]
    fn first_bytes_decide_what_is_played_and_as_what() {
        use Recording::{Film, Sound};
        for (named, probe, expected) in [
            ("audio/mpeg", b"ID3\x04\0\0".to_vec(), Some((Sound, "audio/mpeg"))),
            ("audio/mpeg", b"\xff\xfb\x90\x44".to_vec(), Some((Sound, "audio/mpeg"))),
            ("audio/mpeg", b"\xff\xf3\x44\xc4".to_vec(), Some((Sound, "audio/mpeg"))),
            ("audio/aac", b"\xff\xf1\x50\x80".to_vec(), Some((Sound, "audio/aac"))),
            ("application/pdf", b"\xff\xfb\x90\x44".to_vec(), None),
            ("", b"\xff\xf1\x50\x80".to_vec(), None),
            ("audio/flac", b"fLaC\0\0\0\x22".to_vec(), Some((Sound, "audio/flac"))),
            ("audio/wav", b"RIFF\x24\0\0\0WAVEfmt ".to_vec(), Some((Sound, "audio/wav"))),
            ("", b"RIFF\x24\0\0\0WAVEfmt ".to_vec(), Some((Sound, "audio/wav"))),
            ("image/webp", b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), None),
            ("video/x-msvideo", b"RIFF\x24\0\0\0AVI LIST".to_vec(), None),
            ("audio/ogg", ogg(b"OpusHead"), Some((Sound, "audio/ogg"))),
            ("audio/ogg", ogg(b"\x01vorbis"), Some((Sound, "audio/ogg"))),
            ("video/ogg", ogg(b"\x80theora"), None),
            ("audio/m4a", mp4("M4A "), Some((Sound, "audio/mp4"))),
            ("audio/m4a", mp4("mp42"), Some((Sound, "audio/mp4"))),
            ("video/mp4", mp4("mp42"), Some((Film, "video/mp4"))),
            ("video/mp4", mp4("iso8"), Some((Film, "video/mp4"))),
            ("", mp4("isom"), Some((Film, "video/mp4"))),
            ("video/x-m4v", mp4("M4V "), Some((Film, "video/mp4"))),
            ("video/quicktime", mp4("qt  "), None),
            ("image/heic", mp4("heic"), None),
            ("image/avif", mp4("avif"), None),
            ("video/webm", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm".to_vec(), Some((Film, "video/webm"))),
            ("audio/webm", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm".to_vec(), Some((Sound, "audio/webm"))),
            ("video/x-matroska", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska".to_vec(), None),
            ("video/mp4", b"%PDF-1.7".to_vec(), None),
            ("audio/mpeg", Vec::new(), None),
        ] {
            let named = Some(named).filter(|name| !name.is_empty());
            assert_eq!(of(named, &probe), expected, "{named:?} {}", probe.escape_ascii());
        }
    }
}
