//! `[organisation]`: in whose name documents are shared.

use crate::config::{
    reader::Reader,
    rule::{Plain, line, matching, parsed},
};
use crate::domain::email::EmailAddress;
use crate::domain::language::{Language, UnknownLanguage};
use jiff::tz::TimeZone;

/// `[organisation]`
#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    /// `name`: what recipients know the organisation by, at most 100 characters. Required.
    pub name: String,
    /// `contact`: whom a recipient turns to, an address or a few words, at most 200 characters. Required.
    pub contact: String,
    /// `language`: `en` or `de`: of mails to staff, of shares that are given none, and of pages where a browser asks for none of them. Default `en`.
    pub language: Language,
    /// `time_zone`: the IANA name of the zone in which days end and times are shown. Default `UTC`.
    pub time_zone: TimeZone,
    /// `security_contact`: for `/.well-known/security.txt` (RFC 9116), a `mailto:`, `https:` or `tel:` address. No default: without it there is no such page.
    pub security_contact: Option<String>,
}

impl Organisation {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let name = r.required("name", line(100));
        let contact = r.required("contact", line(200));
        let language = r.key("language", Plain::Text("en"), parsed(&UnknownLanguage.to_string()));
        let zone = matching("must be an IANA time zone like \"UTC\" or \"Europe/Berlin\"", |text| TimeZone::get(text).ok());
        let time_zone = r.key("time_zone", Plain::Text("UTC"), zone);
        let address = "must be an address that begins with mailto:, https:// or tel:, like \"mailto:security@example.org\"";
        let security_contact = r.optional("security_contact", matching(address, security_address));
        Some(Self { name: name?, contact: contact?, language: language?, time_zone: time_zone?, security_contact })
    }
}

fn security_address(text: &str) -> Option<String> {
    let address = text
        .strip_prefix("mailto:")
        .map(|mail| EmailAddress::parse(mail).is_ok_and(|parsed| parsed.expose() == mail));
    let page = text.strip_prefix("https://").map(|rest| !rest.is_empty());
    let phone = text.strip_prefix("tel:").map(|number| number.bytes().any(|c| c.is_ascii_digit()));
    let known = address.or(page).or(phone).unwrap_or(false);
    (known && text.len() <= 300 && text.bytes().all(|c| c.is_ascii_graphic())).then(|| text.to_owned())
}
