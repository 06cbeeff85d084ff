//! `Upload-Metadata` (tus 1.0, "Creation"): names and base64 values, of which only the name of the document is of use.

use crate::domain::bounds::UPLOAD_METADATA_BYTES;
use data_encoding::BASE64;

/// What a program says that a document is called: `filename`, or `name` as some write it. Empty when it says nothing; `None` when what stands
/// there is not in the form of metadata.
pub fn file_name(header: &str) -> Option<String> {
    if header.len() > UPLOAD_METADATA_BYTES {
        return None;
    }
    let (mut file_name, mut name) = (None, None);
    for pair in header.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic());
        let value = BASE64.decode(value.trim().as_bytes()).ok().filter(|_| plain)?;
        let slot = match key {
            "filename" => &mut file_name,
            "name" => &mut name,
            _ => continue,
        };
        // No key may stand twice.
        if slot.replace(String::from_utf8_lossy(&value).into_owned()).is_some() {
            return None;
        }
    }
    Some(file_name.or(name).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_document_is_found_among_other_metadata() {
        for (header, name) in [
            ("", Some("")),
            ("filename cGxhbi5wZGY=", Some("plan.pdf")),
            ("filetype dGV4dC9wbGFpbg==,filename cGxhbi5wZGY=", Some("plan.pdf")),
            ("filename cGxhbi5wZGY=, is_secret", Some("plan.pdf")),
            ("name cGxhbi5wZGY=", Some("plan.pdf")),
            ("name YQ==,filename cGxhbi5wZGY=", Some("plan.pdf")),
            ("filename /w==", Some("\u{fffd}")),
            ("filename", Some("")),
            ("filename cGxhbi5wZGY=,filename YQ==", None),
            ("filename cGxhbi5wZGY", None),
            ("filename plan.pdf", None),
            ("file\u{7}name YQ==", None),
        ] {
            assert_eq!(file_name(header).as_deref(), name, "{header}");
        }
        assert_eq!(file_name(&"a".repeat(UPLOAD_METADATA_BYTES + 1)), None);
    }
}
