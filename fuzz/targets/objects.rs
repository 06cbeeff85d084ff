//! A target for what object stores answer.

use doorward::documents::remote::s3::page::read;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use std::fmt::Write;

/// A page of a listing: never a panic, no more than was sent; what was understood is understood again when it is written otherwise.
pub fn object_page(data: &[u8]) {
    let Ok(page) = read(data) else { return };
    let keys = || page.objects.iter().map(|object| &object.key).chain(&page.folders);
    assert!(keys().map(|key| key.len() + 1).sum::<usize>() <= data.len(), "more than was sent");
    let coded = |key: &[u8]| percent_encode(key, NON_ALPHANUMERIC).to_string();
    let mut text = String::from("<ListBucketResult>");
    for object in &page.objects {
        let _ = write!(text, "<Contents><Size>{}</Size><Key><![CDATA[{}]]></Key></Contents>", object.size, coded(&object.key));
    }
    for folder in &page.folders {
        let _ = write!(text, "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", coded(folder));
    }
    text.push_str("<EncodingType>url</EncodingType></ListBucketResult>");
    let again = read(text.as_bytes()).expect("it is a page");
    let same = again.objects.iter().map(|object| (&object.key, object.size)).eq(page.objects.iter().map(|object| (&object.key, object.size)));
    assert!(same && again.folders == page.folders, "{text}");
}
