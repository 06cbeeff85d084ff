//! Reports of undeliverable mails, which strangers write as well as mail servers.

use doorward::domain::email::EmailAddress;
use doorward::mail::Report;

/// Whatever comes back: what is shown of it is one short line without addresses and links.
pub fn bounce(data: &[u8]) {
    let address = EmailAddress::parse("bounces@example.org").expect("it is an address");
    let Some(report) = Report::read(data, &address) else { return };
    assert!(report.tag.len() <= 64 && !report.tag.contains('@'));
    let told = report.told(Some(&address));
    assert!(told.len() <= 300 && !told.contains(['\r', '\n', '@']) && !told.contains("://"), "{told}");
}
