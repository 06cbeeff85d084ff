//! The order in which people expect names: without regard to case, and numbers by their value.

use crate::documents::{Entry, Kind};
use std::cmp::Ordering;

/// Puts lines of a folder in order: folders first, then documents, each in natural order without regard to case.
pub(crate) fn sorted<T>(lines: Vec<T>, entry: impl Fn(&T) -> &Entry) -> Vec<T> {
    let key = |line: T| {
        let Entry { name, stat } = entry(&line);
        (stat.kind == Kind::Document, name.to_string().to_lowercase(), line)
    };
    let mut keyed: Vec<(bool, String, T)> = lines.into_iter().map(key).collect();
    keyed.sort_by(|a, b| {
        let by_name = || natural(&a.1, &b.1).then_with(|| entry(&a.2).name.cmp(&entry(&b.2).name));
        a.0.cmp(&b.0).then_with(by_name)
    });
    keyed.into_iter().map(|(_, _, line)| line).collect()
}

/// Compares two names already in lower case: `page 2` before `page 10`. Bytes of UTF-8 stand in the order of its characters.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        let same = left.iter().zip(right).take_while(|(x, y)| x == y).count();
        // A number that both have in part is looked at from its first digit.
        let digits = left[..same].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        (left, right) = (&left[same - digits..], &right[same - digits..]);
        match (left.first(), right.first()) {
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (number, rest) = split_number(left);
                let (other, other_rest) = split_number(right);
                match number.len().cmp(&other.len()).then_with(|| number.cmp(other)) {
                    Ordering::Equal => (left, right) = (rest, other_rest),
                    unlike => return unlike,
                }
            }
            (Some(x), Some(y)) => return x.cmp(y),
            _ => return left.len().cmp(&right.len()).then_with(|| a.cmp(b)),
        }
    }
}

/// The digits at the start without leading zeros, and what follows.
fn split_number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let zeros = text[..end].iter().take_while(|byte| **byte == b'0').count();
    (&text[zeros..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_in_names_count_by_their_value() {
        let mut names = ["page 10", "page 2", "page 02", "b", "a", "page", "10", "9", "ä", "page 2b"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["9", "10", "a", "b", "page", "page 02", "page 2", "page 2b", "page 10", "ä"]);
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in "[a0-2]{0,6}", b in "[a0-2]{0,6}", c in "[a0-2]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            prop_assert_eq!(natural(&a, &b) == Ordering::Equal, a == b);
            if natural(&a, &b) != Ordering::Greater && natural(&b, &c) != Ordering::Greater {
                prop_assert_ne!(natural(&a, &c), Ordering::Greater);
            }
        }
    }
}
