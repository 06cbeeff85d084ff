//! One pass over JSON text that copies it and puts something else in the place of private values and of texts.

use super::SUBJECT;

/// What a pass meets, as it stands in the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met<'a> {
    /// A private value as it is in memory: its subject, and the JSON of what it holds.
    Opened { subject: &'a str, plain: &'a str },
    /// A text, without its quotes.
    Text(&'a str),
}

/// It is not JSON, or nested deeper than this program writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Deepest nesting that is followed; serde_json reads no deeper either.
const DEPTH: usize = 127;
/// How a private value begins in memory, before its subject and between that and its value.
const OPENED: [&str; 2] = [r#"{"~":""#, r#"","v":"#];

/// Copies `json` to the end of `out`, but for what `each` is called with: it writes something else there, quotes included. It is told where that
/// stands: the names and places on the way from `base`, with dots between them. With a base `json` is an object, without one a list of objects.
pub(super) fn walk<E: From<Malformed>>(
    json: &str,
    base: &str,
    out: &mut Vec<u8>,
    each: impl FnMut(&str, Met<'_>, &mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let mut walk = Walk { json, at: 0, path: base.to_owned(), out, each };
    walk.blanks();
    if walk.next() != Some(if base.is_empty() { b'[' } else { b'{' }) {
        return Err(Malformed.into());
    }
    walk.value(0)?;
    walk.blanks();
    if walk.at == json.len() { Ok(()) } else { Err(Malformed.into()) }
}

struct Walk<'a, F> {
    json: &'a str,
    at: usize,
    path: String,
    out: &'a mut Vec<u8>,
    each: F,
}

impl<'a, F> Walk<'a, F> {
    fn value<E>(&mut self, depth: usize) -> Result<(), E>
    where
        E: From<Malformed>,
        F: FnMut(&str, Met<'_>, &mut Vec<u8>) -> Result<(), E>,
    {
        self.blanks();
        match self.next() {
            Some(b'{') if self.rest().starts_with(OPENED[0]) => {
                let (subject, plain) = self.opened()?;
                (self.each)(&self.path, Met::Opened { subject, plain }, self.out)
            }
            Some(b'{') => self.parts(b'}', depth, |walk, _| {
                walk.blanks();
                let name = walk.text()?;
                if marks(name) {
                    return Err(Malformed.into());
                }
                walk.out.push(b'"');
                walk.out.extend_from_slice(name.as_bytes());
                walk.out.push(b'"');
                walk.blanks();
                walk.copy(b':')?;
                walk.step(|path| path.push_str(name), depth)
            }),
            Some(b'[') => self.parts(b']', depth, |walk, place| {
                walk.blanks();
                match walk.next() {
                    next if depth == 0 && next != Some(b'{') => Err(Malformed.into()),
                    Some(b'{' | b'[' | b'"') => walk.step(|path| path.push_str(&place.to_string()), depth),
                    // Long lists are lists of numbers.
                    _ => Ok(walk.scalar()?),
                }
            }),
            Some(b'"') => {
                let text = self.text()?;
                (self.each)(&self.path, Met::Text(text), self.out)
            }
            _ => Ok(self.scalar()?),
        }
    }

    /// What stands between brackets, with commas between.
    fn parts<E: From<Malformed>>(
        &mut self,
        end: u8,
        depth: usize,
        mut part: impl FnMut(&mut Self, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        if depth >= DEPTH {
            return Err(Malformed.into());
        }
        self.copy_one();
        self.blanks();
        if self.next() == Some(end) {
            self.copy_one();
            return Ok(());
        }
        for place in 0.. {
            part(self, place)?;
            self.blanks();
            match self.next() {
                Some(b',') => self.copy_one(),
                Some(byte) if byte == end => break,
                _ => return Err(Malformed.into()),
            }
        }
        self.copy_one();
        Ok(())
    }

    /// The value under a name or place.
    fn step<E>(&mut self, name: impl FnOnce(&mut String), depth: usize) -> Result<(), E>
    where
        E: From<Malformed>,
        F: FnMut(&str, Met<'_>, &mut Vec<u8>) -> Result<(), E>,
    {
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        name(&mut self.path);
        let done = self.value(depth + 1);
        self.path.truncate(before);
        done
    }

    /// The parts of a private value, which is passed over.
    fn opened(&mut self) -> Result<(&'a str, &'a str), Malformed> {
        let rest = self.rest().strip_prefix(OPENED[0]).ok_or(Malformed)?;
        let (subject, rest) = rest.split_at(rest.find('"').ok_or(Malformed)?);
        let rest = rest.strip_prefix(OPENED[1]).ok_or(Malformed)?;
        let (plain, rest) = rest.split_at(span(rest).ok_or(Malformed)?);
        let rest = rest.strip_prefix('}').ok_or(Malformed)?;
        self.at = self.json.len() - rest.len();
        Ok((subject, plain))
    }

    /// A text without its quotes, which is passed over.
    fn text(&mut self) -> Result<&'a str, Malformed> {
        let rest = self.rest().strip_prefix('"').ok_or(Malformed)?;
        let end = end_of_text(rest).ok_or(Malformed)?;
        self.at += end + 2;
        Ok(&rest[..end])
    }

    /// Copies a number or a word.
    fn scalar(&mut self) -> Result<(), Malformed> {
        let rest = self.rest().as_bytes();
        let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-' | b'+' | b'.' | b'E');
        let length = rest.iter().take_while(is_part).count();
        self.out.extend_from_slice(&rest[..length]);
        self.at += length;
        if length > 0 { Ok(()) } else { Err(Malformed) }
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.next() {
            self.copy_one();
        }
    }

    fn copy(&mut self, wanted: u8) -> Result<(), Malformed> {
        if self.next() != Some(wanted) {
            return Err(Malformed);
        }
        self.copy_one();
        Ok(())
    }

    fn copy_one(&mut self) {
        self.out.extend(self.next());
        self.at += 1;
    }

    fn next(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.json.get(self.at..).unwrap_or_default()
    }
}

/// Whether a name, as it stands between its quotes, is the one that marks a private value. Where one does not begin, or written in another way, it could
/// pass for one.
fn marks(name: &str) -> bool {
    name == SUBJECT || (name.contains('\\') && serde_json::from_str::<String>(&format!("\"{name}\"")).is_ok_and(|name| name == SUBJECT))
}

/// Where the quote stands that ends a text.
fn end_of_text(rest: &str) -> Option<usize> {
    let mut bytes = rest.bytes().enumerate();
    loop {
        match bytes.next()? {
            (at, b'"') => return Some(at),
            (_, b'\\') => drop(bytes.next()),
            _ => {}
        }
    }
}

/// How long the value is with which a text begins that goes on with a bracket or comma.
fn span(json: &str) -> Option<usize> {
    let (mut at, mut open) = (0, 0usize);
    loop {
        match json.as_bytes().get(at)? {
            b'"' => at += end_of_text(&json[at + 1..])? + 1,
            b'{' | b'[' => open += 1,
            b'}' | b']' if open > 0 => open -= 1,
            b'}' | b']' | b',' if open == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    /// What was met, and what it was written as: texts in capitals, private values by their subject.
    fn walked(json: &str) -> Result<(Vec<String>, String), Malformed> {
        let (mut met, mut out) = (Vec::new(), Vec::new());
        walk(json, "", &mut out, |path, what, out| {
            let text = match what {
                Met::Opened { subject, plain } => {
                    met.push(format!("{path} {subject} {plain}"));
                    subject.to_owned()
                }
                Met::Text(text) => {
                    met.push(path.to_owned());
                    text.to_uppercase()
                }
            };
            out.extend_from_slice(format!("\"{text}\"").as_bytes());
            Ok(())
        })?;
        Ok((met, String::from_utf8(out).expect("it is made of texts")))
    }

    #[test]
    fn what_is_neither_text_nor_private_is_copied_and_the_rest_is_told_with_its_place() {
        let json =
            r#"[{"k":"a","n":[1,-2.5e3,null,true],"e":{},"l":[]},{ "m" : {"x":["b\"\\",["c"]]} , "w":{"~":"s:1","v":{"a":["}",","]}}}]"#;
        let (met, out) = walked(json).expect("it is JSON");
        assert_eq!(met, ["0.k", "1.m.x.0", "1.m.x.1.0", r#"1.w s:1 {"a":["}",","]}"#]);
        assert_eq!(out, r#"[{"k":"A","n":[1,-2.5e3,null,true],"e":{},"l":[]},{ "m" : {"x":["B\"\\",["C"]]} , "w":"s:1"}]"#);
    }

    /// Any JSON that is not deep, with what may confuse a reader in its texts and names.
    fn json() -> impl Strategy<Value = Value> {
        let text = || r#"[a-z"\\{}\[\],:~\n\x{0}\x{e9}\x{1f600}]{0,6}"#;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f32>().prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((text().prop_filter("it marks a private value", |name| name != "~"), inner), 0..6)
                    .prop_map(|parts| Value::Object(Map::from_iter(parts))),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_pass_that_changes_nothing_gives_what_it_got(value in json(), private in json(), laid_out in any::<bool>()) {
            let plain = private.to_string();
            let text = if laid_out { serde_json::to_string_pretty(&value)? } else { value.to_string() };
            let text = format!(r#"[{{"a":{text},"b":{{"~":"s:1","v":{plain}}}}}]"#);
            let mut out = Vec::new();
            let done = walk::<Malformed>(&text, "", &mut out, |_, met, out| {
                match met {
                    Met::Opened { subject, plain } => out.extend_from_slice(format!(r#"{{"~":"{subject}","v":{plain}}}"#).as_bytes()),
                    Met::Text(text) => out.extend_from_slice(format!("\"{text}\"").as_bytes()),
                }
                Ok(())
            });
            prop_assert_eq!(done, Ok(()));
            prop_assert_eq!(String::from_utf8(out)?, text);
        }
    }

    #[test]
    fn what_is_cut_off_or_nested_without_end_is_refused() {
        let json = r#"[{"k":"a\"","n":[1,{"~":"s:1","v":{"a":["}",","]}}]}]"#;
        for (end, _) in json.char_indices() {
            assert_eq!(walked(&json[..end]), Err(Malformed), "{}", &json[..end]);
        }
        for wrong in
            ["{]", "[}", "[1,]", r#"{"a"}"#, r#"{"a":1,}"#, "1 2", "[1 2]", r#"{"~":"s"}"#, r#"{"~":"s","w":1}"#, &"[".repeat(100_000)]
        {
            assert_eq!(walked(&format!(r#"[{{"a":{wrong}}}]"#)), Err(Malformed), "{}", &wrong[..wrong.len().min(20)]);
        }
        for wrong in ["", "1", "{}", "[1]", "[[]]", r#"[{},"a"]"#, "[{}] 1"] {
            assert_eq!(walked(wrong), Err(Malformed), "no list of objects: {wrong}");
        }
        for wrong in [r#"{ "~":"s:1","v":1}"#, r#"{"v":1,"~":"s:1"}"#, r#"{"\u007e":"s:1","v":1}"#, r#"{"~" :"s:1","v":1}"#] {
            assert_eq!(walked(&format!(r#"[{{"a":{wrong}}}]"#)), Err(Malformed), "it could pass for a private value: {wrong}");
        }
    }
}
