//! Names as people and old systems write them: read exactly, or refused with the reason; never another document.

use super::{Asked, ensure};
use crate::rig::{Outcome, Rig, documents};
use doorward::documents::{Refusal, StoreError};
use std::collections::BTreeSet;

const HARD: &[&str] = &[
    "plain.txt",
    " plain.txt",
    "plain.txt ",
    "  ",
    ".hidden",
    "..two",
    "...",
    "dots.",
    "back\\slash.txt",
    "a:b.txt",
    "a+b&c;d=e.txt",
    "a b&c;d=e.txt",
    "%41",
    "A",
    "100%.txt",
    "%2F",
    "%00",
    "a#b.txt",
    "a?b.txt",
    "a?b=c&versionId=d",
    "\"quoted\" 'name'.txt",
    "<a>[b]{c}|d^e`f~.txt",
    "a,b@c!d$(e).txt",
    "*.txt",
    "\u{e4}.txt",
    "a\u{308}.txt",
    "\u{1f600}\u{1f468}\u{200d}\u{1f469}.txt",
    "\u{feff}bom.txt",
    "\u{a0}no break.txt",
    "UPPER.TXT",
    "upper.txt",
    "con",
    "index.html",
];

const BYTES: &[&[u8]] = &[b"caf\xe9.txt", b"\xff\xfe", b"half \xc3", b"over \xc0\xaf long"];

fn all(rig: &dyn Rig) -> Vec<Vec<u8>> {
    let longest = [["x".repeat(255), "\u{e4}".repeat(127) + "y"].map(String::into_bytes)].concat();
    let text = HARD.iter().map(|name| name.as_bytes().to_vec()).chain(longest);
    let bytes = BYTES.iter().filter(|_| rig.traits().bytes_in_names).map(|name| name.to_vec());
    text.chain(bytes).filter(|name| rig.holds(name)).collect()
}

pub(crate) async fn hard_names(rig: &dyn Rig) -> Outcome {
    let names = all(rig);
    let put = |name: &[u8]| [b"hard/", name].concat();
    for name in &names {
        rig.put(&put(name), &[b"content of ", name.as_slice()].concat())?;
    }
    let asked = Asked(documents(rig));
    let mut refused = BTreeSet::new();
    for name in &names {
        let shown = String::from_utf8_lossy(name);
        match asked.open(put(name), None).await.map(|document| document.version) {
            Err(StoreError::Refused(Refusal::Name(why))) => {
                println!("{}: {shown:?} is refused: {why}", rig.name());
                refused.insert(name.clone());
            }
            Err(other) => return Err(format!("{shown:?}: {other:?}").into()),
            Ok(_) => {
                let (version, content) = asked.whole(put(name), None).await?;
                ensure(content == [b"content of ", name.as_slice()].concat(), || {
                    format!("{shown:?} gave {}", String::from_utf8_lossy(&content))
                })?;
                let stat = asked.stat(put(name)).await?;
                ensure(stat.version.is_still(&version), || format!("{shown:?}: {stat:?} {version:?}"))?;
            }
        }
    }
    ensure(refused.len() * 2 < names.len(), || format!("{} of {} names are refused", refused.len(), names.len()))?;
    if rig.traits().lists {
        let listing = asked.list("hard").await?;
        let listed: BTreeSet<Vec<u8>> = listing.entries.iter().map(|entry| entry.name.as_bytes().to_vec()).collect();
        let expected: BTreeSet<Vec<u8>> = names.iter().filter(|name| !refused.contains(*name)).cloned().collect();
        let odd: Vec<_> = listed.symmetric_difference(&expected).map(|name| String::from_utf8_lossy(name)).collect();
        let only_refused = listed.symmetric_difference(&expected).all(|name| refused.contains(name));
        ensure(odd.is_empty() || only_refused, || format!("listed otherwise than read: {odd:?}"))?;
        ensure(listing.hidden <= refused.len(), || format!("{} hidden, {} refused", listing.hidden, refused.len()))?;
    }
    if !rig.traits().bytes_in_names {
        for name in BYTES {
            let answer = asked.open(put(name), None).await.map(|document| document.version);
            ensure(matches!(answer, Err(StoreError::Refused(Refusal::Name(_)))), || format!("{name:?}: {answer:?}"))?;
        }
    }
    Ok(())
}

/// The same with folders: each holds one document whose content tells it.
pub(crate) async fn names_in_folders(rig: &dyn Rig) -> Outcome {
    let names: Vec<Vec<u8>> = all(rig).into_iter().filter(|name| name.as_slice() != b"index.html").collect();
    for name in &names {
        rig.put(&[name.as_slice(), b"/in.txt"].concat(), &[b"in ", name.as_slice()].concat())?;
    }
    let asked = Asked(documents(rig));
    for name in &names {
        let shown = String::from_utf8_lossy(name);
        match asked.whole([name.as_slice(), b"/in.txt"].concat(), None).await {
            Ok((_, content)) => {
                ensure(content == [b"in ", name.as_slice()].concat(), || format!("{shown:?} gave {}", String::from_utf8_lossy(&content)))?
            }
            Err(error) => {
                let refused = error.downcast_ref::<StoreError>();
                ensure(matches!(refused, Some(StoreError::Refused(Refusal::Name(_)))), || format!("{shown:?}: {error}"))?;
                continue;
            }
        }
        if rig.traits().lists {
            let listing = asked.0.list(&asked.place(name)).await?;
            let one: Vec<_> = listing.entries.iter().map(|entry| entry.name.to_string()).collect();
            ensure(one == ["in.txt"], || format!("{shown:?} lists {one:?}"))?;
        }
    }
    Ok(())
}
