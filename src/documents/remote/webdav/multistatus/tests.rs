//! Answers as servers write them, in pieces of any length, and such as no server should write.

use super::*;
use futures_util::FutureExt;

/// A source that gives its bytes in pieces.
struct Pieces<'a>(&'a [u8], usize);

impl AsyncBufRead for Pieces<'_> {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<IoResult<&[u8]>> {
        let this = self.get_mut();
        Poll::Ready(Ok(&this.0[..this.0.len().min(this.1)]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.0 = &this.0[amount..];
    }
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<IoResult<()>> {
        unreachable!("it is read by its buffer only")
    }
}

fn all(text: &str, length: usize) -> Result<Vec<Member>, Unread> {
    let mut found = Vec::new();
    let ended = read(Pieces(text.as_bytes(), length), |member| {
        found.push(member);
        true
    });
    ended.now_or_never().expect("the bytes are all there").map(|_| found)
}

const APACHE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<D:multistatus xmlns:D="DAV:" xmlns:ns0="DAV:">
<D:response xmlns:lp1="DAV:" xmlns:lp2="http://apache.org/dav/props/">
<D:href>/dav/a%20&amp;b&#47;/</D:href>
<D:propstat><D:prop>
<lp1:resourcetype><D:collection/></lp1:resourcetype>
<lp1:getlastmodified>Thu, 01 Jan 1970 00:01:00 GMT</lp1:getlastmodified>
</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>
<D:propstat><D:prop><D:getcontentlength>99</D:getcontentlength></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>
</D:response>
<d:response xmlns:d="DAV:"><d:href><![CDATA[/dav/é]]></d:href><d:propstat><d:status>HTTP/1.1 200 OK</d:status><d:prop>
<d:resourcetype/><d:getcontentlength> 7 </d:getcontentlength><o:getcontentlength xmlns:o="urn:o">8</o:getcontentlength></d:prop></d:propstat></d:response>
<D:response><D:href>/dav/kept</D:href><D:status>HTTP/1.1 403 Forbidden</D:status></D:response>
</D:multistatus>
"#;

#[test]
fn an_answer_is_read_whatever_pieces_it_comes_in() -> Result<(), Unread> {
    let expected = [
        Member { href: "/dav/a%20&b//".to_owned(), collection: true, changed: 60, ..Member::default() },
        Member { href: "/dav/é".to_owned(), size: Some(7), ..Member::default() },
        Member { href: "/dav/kept".to_owned(), status: Some(403), ..Member::default() },
    ];
    for length in [1, 2, 3, 17, 100_000] {
        assert_eq!(all(APACHE, length)?, expected, "{length}");
    }
    Ok(())
}

#[test]
fn what_is_no_such_answer_or_not_whole_is_refused() {
    let around = |inner: &str| format!("<multistatus xmlns=\"DAV:\"><response>{inner}</response></multistatus>");
    let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    for wrong in [
        String::new(),
        "<html></html>".to_owned(),
        "not XML".to_owned(),
        "<multistatus></multistatus>".to_owned(),
        "<multistatus xmlns=\"urn:other\"></multistatus>".to_owned(),
        "<multistatus xmlns=\"DAV:\"><response>".to_owned(),
        "<multistatus xmlns=\"DAV:\"></response>".to_owned(),
        "<!DOCTYPE a [<!ENTITY b \"c\">]><multistatus xmlns=\"DAV:\"></multistatus>".to_owned(),
        around("<href>&b;</href>"),
        around("<href>&#0;</href>"),
        around(&deep),
        around(&format!("<href>{}</href>", "a".repeat(LISTING_PART_BYTES + 1))),
        around(&format!("<href>{}</href>", "a&amp;".repeat(LISTING_PART_BYTES / 2 + 1))),
    ] {
        assert!(matches!(all(&wrong, 4096), Err(Unread::Form)), "{:.80}", wrong);
    }
}

#[test]
fn whoever_has_enough_stops_it_and_too_much_is_cut() {
    let mut seen = 0;
    let stopped = read(Pieces(APACHE.as_bytes(), 10), |_| {
        seen += 1;
        seen < 2
    });
    assert!(matches!(stopped.now_or_never(), Some(Ok(Ended::Cut))) && seen == 2);
    let entry = format!("<response><href>/{}</href></response>", "a".repeat(LISTING_PART_BYTES / 2));
    let long = format!("<multistatus xmlns=\"DAV:\">{}", entry.repeat(LISTING_BYTES / entry.len() + 1));
    let mut seen = 0;
    let cut = read(long.as_bytes(), |_| {
        seen += 1;
        true
    });
    assert!(matches!(cut.now_or_never(), Some(Ok(Ended::Cut))));
    assert_eq!(seen, LISTING_BYTES / entry.len());
}
