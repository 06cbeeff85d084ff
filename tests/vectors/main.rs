//! Golden vectors: what is written on disks and sent to people today must be read the same way by every later version.

mod kept_ledger;
mod links;
mod paths;
mod samples;
mod sealed;
mod tokens;

use doorward::crypto::keys::{KeyRing, KeyState};
use serde_json::Value;
use std::{error::Error, fs};

type Outcome = Result<(), Box<dyn Error>>;

fn read(name: &str) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(format!("tests/vectors/{name}.json"))?)?)
}

/// The entries of a list of a file.
fn list<'a>(file: &'a Value, name: &str) -> &'a [Value] {
    file[name].as_array().filter(|list| !list.is_empty()).expect("the file has this list").as_slice()
}

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry[name].as_str().unwrap_or_else(|| unreachable!("{entry} has no text {name}"))
}

fn number(entry: &Value, name: &str) -> i64 {
    entry[name].as_i64().unwrap_or_else(|| unreachable!("{entry} has no number {name}"))
}

fn bytes(hex: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(hex.as_bytes()).expect("the file writes bytes in hexadecimal")
}

/// The key ring that a file's vectors were made with.
fn ring(file: &Value) -> Result<KeyRing, Box<dyn Error>> {
    let mut keys = Vec::new();
    for key in list(file, "ring") {
        let state: KeyState = serde_json::from_value(key["state"].clone())?;
        keys.push((u8::try_from(number(key, "id"))?, state, bytes(text(key, "secret")).as_slice().try_into()?));
    }
    Ok(KeyRing::from_secrets(&keys)?)
}
