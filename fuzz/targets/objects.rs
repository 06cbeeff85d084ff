//! A target for what object stores answer.

use doorward::documents::remote::s3::page::read;
use std::fmt::Write;

/// A page of a listing: never a panic, no more than was sent; what was understood is understood again when it is written otherwise.
pub fn object_page(data: &[u8]) {
    let Ok(page) = read(data) else { return };
    assert!(page.objects.len() + page.folders.len() <= data.len(), "more than was sent");
    let coded = |key: &str| key.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect::<String>();
    let mut text = String::from("<ListBucketResult>");
    for object in &page.objects {
        let _ = write!(text, "<Contents><Size>{}</Size><Key>{}</Key></Contents>", object.size, coded(&object.key));
    }
    for folder in &page.folders {
        let _ = write!(text, "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", coded(folder));
    }
    text.push_str("</ListBucketResult>");
    let again = read(text.as_bytes()).expect("it is a page");
    let same = again
        .objects
        .iter()
        .map(|object| (&object.key, object.size))
        .eq(page.objects.iter().map(|object| (&object.key, object.size)));
    assert!(same && again.folders == page.folders, "{text}");
}
