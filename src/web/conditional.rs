//! Conditional requests and ranges (RFC 9110 sections 13 and 14): what of a document a request is answered with.

use crate::domain::range::{ByteRange, RangeRequest, parse_range};
use crate::domain::time::Timestamp;
use data_encoding::BASE64URL_NOPAD;
use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::time::{Duration, UNIX_EPOCH};

/// A strong entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// The tag that shows these bytes: a digest, so that it tells nothing of what it stands for.
    pub fn of_digest(digest: &[u8]) -> Self {
        Self(BASE64URL_NOPAD.encode(digest))
    }

    /// As it stands in `ETag`.
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::try_from(format!("\"{}\"", self.0)).expect("base64url is printable ASCII")
    }
}

/// What a request is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The whole document: 200.
    Full,
    /// Nothing, the client has it: 304.
    NotModified,
    /// One range: 206.
    Part(ByteRange),
    /// A condition of the request is not met: 412.
    PreconditionFailed,
    /// No byte of the document is in the range: 416.
    Unsatisfiable,
}

/// Decides in the order of RFC 9110 section 13.2.2. `modified` counts in whole seconds, as HTTP's dates do; of the forms of If-Range only the strong tag is
/// honoured, because two versions may fall into one second.
pub fn evaluate(headers: &HeaderMap, method: &Method, etag: &EntityTag, modified: Timestamp, size: u64) -> Answer {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if headers.contains_key(IF_MATCH) {
        if !matches(headers, &IF_MATCH, etag, Comparison::Strong) {
            return Answer::PreconditionFailed;
        }
    } else if date(headers, &IF_UNMODIFIED_SINCE).is_some_and(|since| modified.seconds() > since) {
        return Answer::PreconditionFailed;
    }
    if headers.contains_key(IF_NONE_MATCH) {
        if matches(headers, &IF_NONE_MATCH, etag, Comparison::Weak) {
            return if reads { Answer::NotModified } else { Answer::PreconditionFailed };
        }
    } else if reads && date(headers, &IF_MODIFIED_SINCE).is_some_and(|since| modified.seconds() <= since) {
        return Answer::NotModified;
    }
    let Some(range) = only(headers, &RANGE).filter(|_| *method == Method::GET) else { return Answer::Full };
    if headers.contains_key(IF_RANGE) && !only(headers, &IF_RANGE).is_some_and(|tag| is_strong_match(tag, etag)) {
        return Answer::Full;
    }
    match parse_range(range, size) {
        RangeRequest::Whole => Answer::Full,
        RangeRequest::Part(part) => Answer::Part(part),
        RangeRequest::Unsatisfiable => Answer::Unsatisfiable,
    }
}

/// A moment as it stands in `Last-Modified` and `Date` (IMF-fixdate).
pub fn http_date(moment: Timestamp) -> HeaderValue {
    let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(moment.seconds()));
    HeaderValue::try_from(text).expect("a date is printable ASCII")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// The field's value when it is there exactly once; repeated, it is no valid field.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let moment = httpdate::parse_http_date(only(headers, name)?.trim()).ok()?;
    Some(moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}

fn is_strong_match(text: &str, etag: &EntityTag) -> bool {
    text.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(etag.0.as_str())
}

/// Whether one of the listed tags is this one. `*` is any, and the document is there. A list is read as far as it is well-formed.
fn matches(headers: &HeaderMap, name: &HeaderName, etag: &EntityTag, comparison: Comparison) -> bool {
    headers.get_all(name).iter().any(|value| {
        let text = value.as_bytes().trim_ascii();
        text == b"*" || Tags(text).any(|(weak, tag)| tag == etag.0.as_bytes() && (!weak || comparison == Comparison::Weak))
    })
}

/// The entity tags of a list: whether weak, and what is between the quotes. A comma may stand inside of them.
struct Tags<'a>(&'a [u8]);

impl<'a> Iterator for Tags<'a> {
    type Item = (bool, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.0.iter().position(|b| !b", \t".contains(b))?;
        let tag = &self.0[start..];
        let (weak, tag) = tag.strip_prefix(b"W/").map_or((false, tag), |tag| (true, tag));
        let tag = tag.strip_prefix(b"\"")?;
        let end = tag.iter().position(|&b| b == b'"')?;
        self.0 = &tag[end + 1..];
        Some((weak, &tag[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-03-01T12:00:00.500Z, half a second past what a header can say.
    const MODIFIED: Timestamp = Timestamp::from_millis(1_772_366_400_500);
    const BEFORE: &str = "Sun, 01 Mar 2026 11:59:59 GMT";
    const SAME: &str = "Sun, 01 Mar 2026 12:00:00 GMT";

    fn answer(method: &Method, fields: &[(&'static str, &str)]) -> Answer {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_str(value).expect("tests send valid values"));
        }
        evaluate(&headers, method, &EntityTag("abc".to_owned()), MODIFIED, 1000)
    }

    #[test]
    fn conditions_are_answered_as_rfc_9110_says() {
        use Answer::{Full, NotModified, PreconditionFailed, Unsatisfiable};
        let part = Answer::Part(ByteRange { start: 0, end: 10 });
        let range = ("range", "bytes=0-9");
        for (fields, expected) in [
            (&[][..], Full),
            (&[("if-match", "\"abc\"")], Full),
            (&[("if-match", "\"x\", \"abc\"")], Full),
            (&[("if-match", "\"x\""), ("if-match", "\"abc\"")], Full),
            (&[("if-match", "*")], Full),
            (&[("if-match", "W/\"abc\"")], PreconditionFailed),
            (&[("if-match", "\"x\"")], PreconditionFailed),
            (&[("if-match", "abc")], PreconditionFailed),
            (&[("if-match", "\"x,\"abc\",y\"")], PreconditionFailed),
            (&[("if-match", "\"abc\""), ("if-unmodified-since", BEFORE)], Full),
            (&[("if-unmodified-since", BEFORE)], PreconditionFailed),
            (&[("if-unmodified-since", SAME)], Full),
            (&[("if-unmodified-since", "yesterday")], Full),
            (&[("if-unmodified-since", BEFORE), ("if-unmodified-since", BEFORE)], Full),
            (&[("if-none-match", "\"abc\"")], NotModified),
            (&[("if-none-match", "W/\"abc\"")], NotModified),
            (&[("if-none-match", "\"x,y\" ,, W/\"abc\"")], NotModified),
            (&[("if-none-match", "*")], NotModified),
            (&[("if-none-match", "\"x\"")], Full),
            (&[("if-none-match", "\"x\""), ("if-modified-since", SAME)], Full),
            (&[("if-none-match", "nonsense"), ("if-modified-since", SAME)], Full),
            (&[("if-modified-since", SAME)], NotModified),
            (&[("if-modified-since", "Sunday, 01-Mar-26 12:00:00 GMT")], NotModified),
            (&[("if-modified-since", BEFORE)], Full),
            (&[("if-match", "\"x\""), ("if-none-match", "\"abc\"")], PreconditionFailed),
            (&[range], part),
            (&[range, ("range", "bytes=20-29")], Full),
            (&[range, ("if-range", "\"abc\"")], part),
            (&[range, ("if-range", "W/\"abc\"")], Full),
            (&[range, ("if-range", "\"x\"")], Full),
            (&[range, ("if-range", SAME)], Full),
            (&[range, ("if-none-match", "\"abc\"")], NotModified),
            (&[range, ("if-match", "\"x\"")], PreconditionFailed),
            (&[("range", "bytes=1000-")], Unsatisfiable),
            (&[("range", "bytes=1000-"), ("if-range", "\"x\"")], Full),
        ] {
            assert_eq!(answer(&Method::GET, fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn ranges_belong_to_get_and_only_reading_is_answered_with_304() {
        assert_eq!(answer(&Method::HEAD, &[("range", "bytes=0-9")]), Answer::Full);
        assert_eq!(answer(&Method::HEAD, &[("if-none-match", "*")]), Answer::NotModified);
        assert_eq!(answer(&Method::POST, &[("if-none-match", "*")]), Answer::PreconditionFailed);
        assert_eq!(answer(&Method::POST, &[("if-modified-since", SAME)]), Answer::Full);
    }

    #[test]
    fn tags_and_dates_are_written_as_http_has_them() {
        assert_eq!(EntityTag::of_digest(&[0, 255, 16]).header_value(), "\"AP8Q\"");
        assert_eq!(http_date(MODIFIED), SAME);
        assert_eq!(http_date(Timestamp::MAX), "Thu, 30 Dec 9999 22:00:00 GMT");
    }

    proptest! {
        #[test]
        fn a_part_lies_inside_the_document_whatever_is_sent(fields in proptest::collection::vec((0usize..6, "[ -~]{0,40}"), 0..6), size in 0u64..50) {
            let names = [IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE, RANGE];
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(&names[name], HeaderValue::try_from(value).expect("printable ASCII"));
            }
            if let Answer::Part(part) = evaluate(&headers, &Method::GET, &EntityTag("abc".to_owned()), MODIFIED, size) {
                prop_assert!(part.start < part.end && part.end <= size);
            }
        }
    }
}
