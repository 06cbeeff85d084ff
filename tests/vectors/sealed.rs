//! Sealed values with the data keys that open them.

use crate::{Outcome, list, read, ring, text};
use doorward::crypto::data_keys::DataKeys;
use std::{fs, sync::Arc};

#[test]
fn each_kept_sealed_value_opens_in_its_own_place_only() -> Outcome {
    let file = read("sealed")?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("data.jsonl");
    let lines: Vec<&str> = list(&file, "data_keys").iter().filter_map(|line| line.as_str()).collect();
    fs::write(&path, lines.join("\n") + "\n")?;
    let keys = DataKeys::open(&path, Arc::new(ring(&file)?))?;
    for entry in list(&file, "values") {
        let what = text(entry, "what");
        let opened = keys.unseal(text(entry, "text"), text(entry, "context").as_bytes());
        assert_eq!(Some(opened.is_err()), entry["refused"].as_bool(), "{what}: {opened:?}");
        let Ok((subject, plain)) = opened else { continue };
        assert_eq!(plain.as_deref(), entry["plain"].as_str().map(str::as_bytes), "{what}");
        if plain.is_some() {
            assert_eq!(subject.to_string(), text(entry, "subject"), "{what}");
        }
    }
    Ok(())
}

#[test]
fn a_data_key_opens_for_its_own_subject_and_ring_only() -> Outcome {
    let file = read("sealed")?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("data.jsonl");
    let ring = Arc::new(ring(&file)?);
    let line = list(&file, "data_keys")[0].as_str().ok_or("a line is a text")?;
    for (from, to) in
        [("guest:", "share:"), ("\"ring\":2", "\"ring\":1"), ("\"ring\":2", "\"ring\":9"), ("\"v\":1", "\"v\":1,\"w\":1"), ("0123", "0124")]
    {
        assert!(line.contains(from), "{from}");
        fs::write(&path, line.replacen(from, to, 1) + "\n")?;
        assert!(DataKeys::open_read_only(&path, Arc::clone(&ring)).is_err(), "{to}");
    }
    Ok(())
}
