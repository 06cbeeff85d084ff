//! A small reader of Rust sources: blanks out what is not code, finds functions and test items.

/// A Rust file with its comments and literals blanked out, byte for byte, so that positions and lines stay.
pub(crate) struct Source {
    /// Path from the top of the checkout, with `/`.
    pub(crate) path: String,
    /// As written.
    pub(crate) text: String,
    /// Code alone: comments, strings and characters are blanks. Line ends stay.
    pub(crate) code: String,
    /// Code alone, and nothing of items under `#[cfg(test)]`; empty for a file of tests.
    pub(crate) product: String,
}

/// One function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Line of its `fn`, from 1.
    pub(crate) line: usize,
    /// From its `fn` to its closing brace.
    pub(crate) lines: usize,
}

impl Source {
    pub(crate) fn new(path: &str, text: String) -> Self {
        let code = code_of(&text);
        let file_of_tests =
            !path.starts_with("src/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs") || path.contains("/tests/");
        let product = if file_of_tests { String::new() } else { without_tests(&code) };
        Self { path: path.to_owned(), text, code, product }
    }

    /// The path below `src/`, for files that are there.
    pub(crate) fn in_src(&self) -> Option<&str> {
        self.path.strip_prefix("src/")
    }

    /// What `#[cfg(test)]` and files of tests hold: the code that is not product.
    pub(crate) fn tests(&self) -> String {
        let pairs = self.code.bytes().enumerate();
        let kept = pairs.map(|(i, b)| if self.product.as_bytes().get(i).is_some_and(|p| *p == b) && b != b'\n' { b' ' } else { b });
        String::from_utf8(kept.collect()).expect("blanks replace whole characters")
    }

    /// Comments and literals alone, code made blanks: what people read, without names of variables.
    pub(crate) fn prose(&self) -> String {
        let pairs = self.text.bytes().zip(self.code.bytes());
        String::from_utf8(pairs.map(|(written, code)| if code == b' ' || code == b'\n' { written } else { b' ' }).collect())
            .expect("comments and literals are whole characters")
    }

    /// `path:line` of a position, as an editor takes it.
    pub(crate) fn place(&self, at: usize) -> String {
        format!("{}:{}", self.path, line_of(&self.text, at))
    }
}

/// Positions of `word` in `code` where it is not the tail or, ending in a letter, the head of a longer name.
pub(crate) fn find_words(code: &str, word: &str) -> Vec<usize> {
    let name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let open_end = name(word.chars().last());
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(|&at| !name(word.chars().next()) || !name(code[..at].chars().last()))
        .filter(|&at| !open_end || !name(code[at + word.len()..].chars().next()))
        .collect()
}

/// Every function with a body, in order; one inside another counts for both.
pub(crate) fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for at in find_words(code, "fn") {
        let rest = code[at + 2..].trim_start();
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect();
        if name.is_empty() {
            continue;
        }
        let Some((open, b'{')) = end_of_head(code, at) else { continue };
        let line = line_of(code, at);
        found.push(Function { name, line, lines: line_of(code, closing(code, open)) + 1 - line });
    }
    found
}

pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1
}

/// The `{` or `;` that ends an item's head, outside of brackets.
fn end_of_head(code: &str, from: usize) -> Option<(usize, u8)> {
    let mut depth = 0usize;
    for (i, b) in code.bytes().enumerate().skip(from) {
        match b {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'{' | b';' if depth == 0 => return Some((i, b)),
            _ => {}
        }
    }
    None
}

/// The brace that closes the one at `open`; the end of the code when there is none.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (i, b) in code.bytes().enumerate().skip(open) {
        match b {
            b'{' => depth += 1,
            b'}' if depth == 1 => return i,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len() - 1
}

fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = code.as_bytes().to_vec();
    for (at, _) in code.match_indices(MARK) {
        let end = match end_of_head(code, at + MARK.len()) {
            Some((open, b'{')) => closing(code, open),
            Some((end, _)) => end,
            None => code.len() - 1,
        };
        blank(&mut kept[at..=end]);
    }
    String::from_utf8(kept).expect("an item begins and ends with ASCII")
}

fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = at + literal_or_comment(bytes, at);
        if end > at {
            blank(&mut code[at..end]);
            at = end;
        } else {
            at += 1;
        }
    }
    String::from_utf8(code).expect("literals and comments begin and end with ASCII")
}

fn blank(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
}

/// Length of the comment or literal that begins at `at`, 0 when none does.
fn literal_or_comment(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let inside_name = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    match rest {
        [b'/', b'/', ..] => rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => block_comment(rest),
        [b'"', ..] => string(rest, 0),
        [b'\'', ..] => character(rest),
        [b'b' | b'c', b'"', ..] if !inside_name => string(rest, 1),
        [b'b', b'\'', ..] if !inside_name => 1 + character(&rest[1..]),
        [b'r', ..] if !inside_name => raw_string(rest, 1),
        [b'b' | b'c', b'r', ..] if !inside_name => raw_string(rest, 2),
        _ => 0,
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut i) = (0usize, 0);
    while i + 1 < rest.len() {
        match &rest[i..i + 2] {
            b"/*" => depth += 1,
            b"*/" if depth == 1 => return i + 2,
            b"*/" => depth -= 1,
            _ => {
                i += 1;
                continue;
            }
        }
        i += 2;
    }
    rest.len()
}

fn string(rest: &[u8], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < rest.len() && rest[i] != b'"' {
        i += if rest[i] == b'\\' { 2 } else { 1 };
    }
    (i + 1).min(rest.len())
}

fn raw_string(rest: &[u8], prefix: usize) -> usize {
    let hashes = rest[prefix..].iter().take_while(|b| **b == b'#').count();
    let body = prefix + hashes + 1;
    if rest.get(body - 1) != Some(&b'"') {
        return 0;
    }
    let end = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    rest[body..].windows(end.len()).position(|w| w == end).map_or(rest.len(), |i| body + i + end.len())
}

/// A character literal, or 0 for a lifetime or a label.
fn character(rest: &[u8]) -> usize {
    match rest {
        [_, b'\\', _, more @ ..] => more.iter().position(|b| *b == b'\'').map_or(rest.len(), |i| i + 4),
        [_, first, ..] => {
            let width = match first {
                0xF0.. => 4,
                0xE0.. => 3,
                0xC0.. => 2,
                _ => 1,
            };
            if rest.get(1 + width) == Some(&b'\'') { width + 2 } else { 0 }
        }
        _ => 0,
    }
}

#[test]
fn what_is_not_code_is_blanked_and_lines_stay() {
    let text = "a // {\n/* { /* } */ { */ b\n\"{ \\\" {\" c b\"{\" r#\"\" { \"# d br##\"\"# {\"## '{' '\\'' '\\u{7b}' b'{' 'é' e<'a> 'x: f";
    let code = code_of(text);
    assert_eq!(code.len(), text.len());
    assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a", "b", "c", "d", "e<'a>", "'x:", "f"]);
    assert_eq!(code.lines().count(), text.lines().count());
}

#[test]
fn names_that_end_like_a_literal_s_prefix_are_code() {
    assert_eq!(code_of("attr\"{\" rb'x' r#type number"), "attr    rb    r#type number");
    assert_eq!(code_of("open: \"no end {").trim_end(), "open:");
}

#[test]
fn functions_are_measured_from_their_head_to_their_last_brace() {
    let code = code_of(
        "trait T { fn a(&self) -> [u8; 4]; }\nfn b<const N: usize>(x: fn(u8) -> u8) -> [u8; 2]\nwhere\n{\n  let c = || { \"}\" };\n  fn inner() {\n  }\n}\nconst fn d() {}",
    );
    let function = |name: &str, line, lines| Function { name: name.to_owned(), line, lines };
    assert_eq!(functions(&code), [function("b", 2, 7), function("inner", 6, 2), function("d", 9, 1)]);
}

#[test]
fn items_for_tests_are_no_part_of_the_product() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests;\nfn b() {}\n#[cfg(test)]\nmod more {\n fn c() {}\n}\nfn d() {}\n";
    let source = Source::new("src/x/y.rs", text.to_owned());
    let names = |code: &str| functions(code).into_iter().map(|f| f.name).collect::<Vec<_>>();
    assert_eq!(names(&source.product), ["a", "b", "d"]);
    assert_eq!(names(&source.tests()), ["c"]);
    let source = Source::new("src/x/y.rs", "let a = \"b\"; // c é".to_owned());
    assert_eq!(source.prose().split_whitespace().collect::<Vec<_>>(), ["\"b\"", "//", "c", "é"]);
    assert_eq!(names(&Source::new("src/x/tests.rs", text.to_owned()).product), Vec::<String>::new());
}

#[test]
fn a_word_is_found_only_where_it_stands_alone() {
    assert_eq!(find_words("ring::x String::y spring::z (ring::w)", "ring::"), [0, 29]);
    assert_eq!(find_words("sleep(a) asleep sleeper sleep", "sleep"), [0, 24]);
}
