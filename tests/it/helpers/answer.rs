//! An answer as a browser has it, and the forms on its page.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// A whole answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A form of a page: where it goes, and its hidden fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Answer {
    /// The status as a number.
    pub(crate) fn code(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The forms of the page.
    pub(crate) fn forms(&self) -> Vec<Form> {
        let page = self.text();
        let forms = page.split("<form ").skip(1).filter_map(|form| form.split("</form>").next());
        forms
            .map(|form| Form {
                action: attribute(form, "action"),
                fields: form
                    .split("<input ")
                    .skip(1)
                    .filter(|input| attribute(input, "type") == "hidden")
                    .map(|input| (attribute(input, "name"), attribute(input, "value")))
                    .collect(),
            })
            .collect()
    }

    /// The form that goes there, with an empty one for a page that has none.
    pub(crate) fn form(&self, action: &str) -> Form {
        let found = self.forms().into_iter().find(|form| form.action == action);
        found.unwrap_or_else(|| Form { action: action.to_owned(), fields: Vec::new() })
    }

    /// The addresses that the page links to.
    pub(crate) fn hrefs(&self) -> Vec<String> {
        let page = self.text();
        page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    }
}

impl Form {
    /// The fields with one more, or with another value for one.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// As it is sent.
    pub(crate) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let start = format!("{name}=\"");
    tag.split_once(&start).and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default().to_owned()
}
