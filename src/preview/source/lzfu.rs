//! The compression of RTF in Outlook messages, as MS-OXRTFCP describes it.

/// What the dictionary holds at the beginning.
const FIRST: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const SIZE: usize = 4096;
const PACKED: u32 = 0x7546_5A4C;
const NOT_PACKED: u32 = 0x414C_454D;

/// Unpacks RTF, at most so many bytes of it; nothing when the head is not that of packed RTF.
pub fn unpacked(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    let word = |at: usize| packed.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let size = usize::try_from(word(4)?).ok()?.min(most);
    let kind = word(8)?;
    let body = packed.get(16..)?;
    if kind == NOT_PACKED {
        return Some(body[..size.min(body.len())].to_vec());
    }
    (kind == PACKED).then(|| unpack(body, size))
}

fn unpack(body: &[u8], size: usize) -> Vec<u8> {
    let mut dictionary = [b' '; SIZE];
    dictionary[..FIRST.len()].copy_from_slice(FIRST);
    let mut end = FIRST.len();
    let mut text = Vec::new();
    let mut bytes = body.iter().copied();
    while let Some(control) = bytes.next() {
        for bit in 0..8 {
            if text.len() >= size {
                return text;
            }
            let Some(byte) = bytes.next() else { return text };
            if control & (1 << bit) == 0 {
                text.push(byte);
                dictionary[end % SIZE] = byte;
                end += 1;
                continue;
            }
            let Some(low) = bytes.next() else { return text };
            let offset = usize::from(byte) << 4 | usize::from(low >> 4);
            // A reference to the place of writing itself is the end.
            if offset == end % SIZE {
                return text;
            }
            for at in offset..offset + usize::from(low & 0xF) + 2 {
                let byte = dictionary[at % SIZE];
                text.push(byte);
                dictionary[end % SIZE] = byte;
                end += 1;
            }
        }
    }
    text
}
