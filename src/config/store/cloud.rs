//! `[store.azure]`, `[store.gcs]`: object stores that speak protocols of their own. Both are only read, and only where they are built in.

use crate::config::{
    reader::Reader,
    rule::{line, parsed},
    secret::Secret,
};
use crate::domain::document::DocumentPath;
use std::path::PathBuf;

/// `[store.azure]`
#[derive(Debug, Clone)]
pub struct Azure {
    /// `account`: the storage account. Required of this kind.
    pub account: String,
    /// `container`. Required of this kind.
    pub container: String,
    /// `prefix`: the folder in the container that is the store. Default: the whole container.
    pub prefix: DocumentPath,
    /// One of `account_key_file`, `account_key_env`, `account_key_credential`. No default: requests are not signed.
    pub key: Option<Secret>,
}

/// `[store.gcs]`
#[derive(Debug, Clone)]
pub struct Gcs {
    /// `bucket`. Required of this kind.
    pub bucket: String,
    /// `prefix`: the folder in the bucket that is the store. Default: the whole bucket.
    pub prefix: DocumentPath,
    /// `service_account_file`: the key of a service account, as JSON. No default: requests are not signed.
    pub service_account_file: Option<PathBuf>,
}

const ACCOUNT_KEY: [&str; 3] = ["account_key_file", "account_key_env", "account_key_credential"];
const PREFIX: &str = "must be a path in the store, without a slash at its start or end";

fn name(r: &Reader<'_, '_>, key: &'static str, used: bool) -> Option<String> {
    if used && !r.has(key) {
        r.missing(key, "must be a name of 1 to 255 characters");
    }
    r.optional(key, line(255))
}

impl Azure {
    pub(super) fn read(r: &Reader<'_, '_>, used: bool) -> Option<Self> {
        let (account, container) = (name(r, "account", used), name(r, "container", used));
        let prefix = r.optional("prefix", parsed::<DocumentPath>(PREFIX)).unwrap_or(DocumentPath::root());
        let key = Secret::read(r, ACCOUNT_KEY, used);
        Some(Self { account: account?, container: container?, prefix, key })
    }
}

impl Gcs {
    pub(super) fn read(r: &Reader<'_, '_>, used: bool) -> Option<Self> {
        let bucket = name(r, "bucket", used);
        let prefix = r.optional("prefix", parsed::<DocumentPath>(PREFIX)).unwrap_or(DocumentPath::root());
        let service_account_file = r.optional("service_account_file", r.path());
        Some(Self { bucket: bucket?, prefix, service_account_file })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::tests::LEAST;
    use crate::config::{Nothing, parse};
    use std::path::Path;

    #[test]
    fn what_is_not_built_in_is_refused_with_the_name_of_its_feature() {
        for (kind, settings, feature, is_built) in [
            ("azure", "account = \"a\"\ncontainer = \"c\"", "azblob", cfg!(feature = "azblob")),
            ("gcs", "bucket = \"b\"", "gcs", cfg!(feature = "gcs")),
        ] {
            let text = LEAST.replace("path = \"documents\"\n", &format!("kind = \"{kind}\"\n[store.{kind}]\n{settings}\n"));
            let said = parse(&text, Path::new("c.toml"), &Nothing).map(drop).map_err(|problems| problems.to_string());
            match said {
                Ok(()) => assert!(is_built, "{kind} is taken"),
                Err(said) => assert!(!is_built && said.lines().count() == 1 && said.contains(feature), "{said}"),
            }
        }
    }
}
