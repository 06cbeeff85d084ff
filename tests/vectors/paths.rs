//! Paths of documents: as bytes, as text and in an address.

use crate::{Outcome, bytes, list, read, text};
use doorward::domain::document::{DocumentPath, InvalidPath};

#[test]
fn each_kept_path_has_the_same_three_forms() -> Outcome {
    for entry in list(&read("paths")?, "paths") {
        let path = DocumentPath::from_bytes(&bytes(text(entry, "bytes")))?;
        assert_eq!((path.to_string().as_str(), path.to_url().as_str()), (text(entry, "text"), text(entry, "url")));
        assert_eq!(text(entry, "text").parse().as_ref(), Ok(&path));
        assert_eq!(DocumentPath::from_url(text(entry, "url")).as_ref(), Ok(&path));
        for other in entry["also_read"].as_array().into_iter().flatten() {
            assert_eq!(DocumentPath::from_url(other.as_str().unwrap_or("/")).as_ref(), Ok(&path), "{other}");
        }
    }
    Ok(())
}

#[test]
fn each_kept_false_path_is_refused_for_its_reason() -> Outcome {
    for entry in list(&read("paths")?, "refused") {
        let value = text(entry, "value");
        let read: Result<DocumentPath, InvalidPath> = match text(entry, "form") {
            "bytes" => DocumentPath::from_bytes(&bytes(value)),
            "url" => DocumentPath::from_url(value),
            _ => value.parse(),
        };
        assert_eq!(format!("{:?}", read.err()), format!("Some({})", text(entry, "why")), "{entry}");
    }
    Ok(())
}
