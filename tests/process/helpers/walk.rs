//! The recipient's way: open the link, agree, give the code, see the list.

use super::Fallible;
use super::client::Browser;
use super::mailbox::Mailbox;
use super::server::Server;

/// The address that a quickstart shares with.
pub const GUEST: &str = "guest@example.org";

/// Somebody who is in.
#[derive(Clone)]
pub struct Visitor {
    /// Where the cookies are.
    pub browser: Browser,
    /// The address of the share's page, `/d/{share}/`.
    pub list: String,
    /// The code that was given.
    pub code: String,
}

/// Goes the whole way with a link, reading the code from the server's outbox.
pub fn sign_in(server: &Server, link: &str, address: &str) -> Fallible<Visitor> {
    let mailbox = Mailbox::of(&server.data)?;
    sign_in_with(Browser::new(server.port, &server.ca)?, link, || mailbox.code(address))
}

/// Goes the whole way with a link.
pub fn sign_in_with(browser: Browser, link: &str, code: impl FnOnce() -> Fallible<String>) -> Fallible<Visitor> {
    let page = ask_for_code(&browser, link)?;
    let code = code()?;
    let form = browser.get(&page)?.text(200)?;
    let token = value_of(&form, "token").ok_or("no token in the code's form")?;
    let list = browser.post(&page, &[("token", &token), ("code", &code)])?.goes_to()?;
    Ok(Visitor { browser, list, code })
}

/// Opens a link and agrees; where the code is to be typed.
pub fn ask_for_code(browser: &Browser, link: &str) -> Fallible<String> {
    let path = link.find("/s/").map(|at| &link[at..]).ok_or("no link")?;
    let page = browser.get(path)?.text(200)?;
    let token = value_of(&page, "token").ok_or("no token in the link's form")?;
    let digest = value_of(&page, "digest").unwrap_or_default();
    browser.post(path, &[("token", &token), ("digest", &digest)])?.goes_to()
}

impl Visitor {
    /// The addresses of the documents on the list.
    pub fn documents(&self) -> Fallible<Vec<String>> {
        let page = self.browser.get(&self.list)?.text(200)?;
        let mut found: Vec<String> = page
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|href| href.starts_with(&format!("{}f/", self.list)))
            .map(str::to_owned)
            .collect();
        found.dedup();
        Ok(found)
    }

    /// The address of a document by its path in the share.
    pub fn at(&self, path: &str) -> String {
        format!("{}f/{path}", self.list)
    }

    /// Downloads a document.
    pub fn download(&self, address: &str) -> Fallible<Vec<u8>> {
        let answer = self.browser.get(address)?;
        if answer.head.status == 200 { Ok(answer.body) } else { Err(answer.text(200).err().unwrap_or_else(|| "no".into())) }
    }
}

/// The value of a field in a page's form.
pub fn value_of(page: &str, name: &str) -> Option<String> {
    let mark = format!("name=\"{name}\" value=\"");
    let rest = &page[page.find(&mark)? + mark.len()..];
    rest.split('"').next().map(str::to_owned)
}
