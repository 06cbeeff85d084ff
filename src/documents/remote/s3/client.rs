//! One bucket of an object store: how it is reached, and the few things that are asked of it.

use crate::config::store::S3;
use crate::documents::StoreError;
use crate::documents::remote::s3::page::{self, Page};
use crate::documents::remote::s3::reach::Reach;
use crate::documents::remote::s3::wire::{Given, Wire, store_error};
use crate::domain::version::FileVersion;
use http::Method;
use object_store::aws::{AmazonS3Builder, AwsAuthorizer, AwsCredential};
use object_store::client::{HttpClient, HttpRequest, HttpRequestBody};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore, RetryConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::{self, Write};
use std::sync::Arc;
use std::time::Duration;

/// Longest version id or entity tag that is taken, in bytes.
const TAG_BYTES: usize = 1024;
/// What signatures leave as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A bucket.
#[derive(Debug)]
pub(super) struct Client {
    /// The library's store: objects are read and written through it. It does not try anything twice.
    pub store: Arc<dyn ObjectStore>,
    pages: Pages,
}

/// What gives pages of listings.
enum Pages {
    /// With S3 they go past the library: it refuses a whole page for one key that it does not like.
    Own { wire: HttpClient, address: String, region: String, credential: Option<AwsCredential> },
    /// Elsewhere the library.
    #[cfg(any(feature = "azblob", feature = "gcs"))]
    Library(Box<dyn object_store::list::PaginatedListStore>),
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages")
    }
}

impl Client {
    /// Makes what is needed to reach the bucket; nothing is asked of it yet.
    pub(super) async fn new(reach: &Reach, wait: Duration) -> Result<Self, StoreError> {
        match reach {
            Reach::S3(settings) => Self::s3(settings, wait).await,
            #[cfg(feature = "azblob")]
            Reach::Azure(settings) => {
                use object_store::azure::MicrosoftAzureBuilder;
                let builder = MicrosoftAzureBuilder::new()
                    .with_account(&settings.account)
                    .with_container_name(&settings.container);
                let builder = match &settings.key {
                    Some(key) => builder.with_access_key(key.expose()),
                    None => builder.with_skip_signature(true),
                };
                let builder = builder.with_retry(once()).with_http_connector(Given(secure(wait)?));
                Self::by_library(builder.build())
            }
            #[cfg(feature = "gcs")]
            Reach::Gcs(settings) => {
                use object_store::gcp::GoogleCloudStorageBuilder;
                let builder = GoogleCloudStorageBuilder::new().with_bucket_name(&settings.bucket);
                let builder = match &settings.service_account_file {
                    Some(file) => builder.with_service_account_path(file.to_string_lossy()),
                    None => builder.with_skip_signature(true),
                };
                let builder = builder.with_retry(once()).with_http_connector(Given(secure(wait)?));
                Self::by_library(builder.build())
            }
        }
    }

    #[cfg(any(feature = "azblob", feature = "gcs"))]
    fn by_library<S>(store: object_store::Result<S>) -> Result<Self, StoreError>
    where
        S: ObjectStore + object_store::list::PaginatedListStore + Clone,
    {
        let store = store.map_err(|_| UNUSABLE)?;
        Ok(Self { pages: Pages::Library(Box::new(store.clone())), store: Arc::new(store) })
    }

    async fn s3(settings: &S3, wait: Duration) -> Result<Self, StoreError> {
        let authorities = match &settings.ca_file {
            None => Vec::new(),
            Some(file) => {
                let pem = tokio::fs::read(file).await.map_err(|_| StoreError::Failed(NO_AUTHORITY))?;
                reqwest::Certificate::from_pem_bundle(&pem).map_err(|_| StoreError::Failed(NO_AUTHORITY))?
            }
        };
        let address = address(settings);
        // Signing takes for granted that an address is one to everybody.
        address.parse::<reqwest::Url>().map_err(|_| NO_REQUEST)?;
        let open = address.starts_with("http://");
        let wire = Wire::new(wait, open, authorities).map_err(|_| StoreError::Failed(NO_AUTHORITY))?;
        let wire = HttpClient::new(wire);
        // With "virtual" the library takes the endpoint as it stands, and the bucket's whole address is one.
        let mut builder = AmazonS3Builder::new()
            .with_endpoint(&address)
            .with_virtual_hosted_style_request(true)
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_retry(once())
            .with_http_connector(Given(wire.clone()));
        let mut credential = None;
        match &settings.login {
            None => builder = builder.with_skip_signature(true),
            Some(login) => {
                let secret_key = login.password.expose().to_owned();
                builder = builder.with_access_key_id(&login.user).with_secret_access_key(&secret_key);
                credential = Some(AwsCredential { key_id: login.user.clone(), secret_key, token: None });
            }
        }
        let store = builder.build().map_err(|_| UNUSABLE)?;
        let pages = Pages::Own { wire, address, region: settings.region.clone(), credential };
        Ok(Self { store: Arc::new(store), pages })
    }

    /// Looks an object up.
    pub(super) async fn head(&self, key: &Path, version: Option<&str>) -> object_store::Result<ObjectMeta> {
        let options = GetOptions { head: true, version: version.map(str::to_owned), ..GetOptions::default() };
        self.store.get_opts(key, options).await.map(|answer| answer.meta)
    }

    /// Opens an object from its first byte on.
    pub(super) async fn get(&self, key: &Path, version: Option<&str>) -> object_store::Result<GetResult> {
        self.store
            .get_opts(key, GetOptions { version: version.map(str::to_owned), ..GetOptions::default() })
            .await
    }

    /// Opens a part of exactly this version.
    pub(super) async fn get_part(&self, key: &Path, version: &FileVersion, part: std::ops::Range<u64>) -> object_store::Result<GetResult> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(part)),
            version: version.id.as_deref().map(str::to_owned),
            if_match: version.entity.as_deref().filter(|tag| tag.starts_with('"')).map(str::to_owned),
            ..GetOptions::default()
        };
        self.store.get_opts(key, options).await
    }

    /// One page of what lies right beneath `prefix`, which ends with a slash or is empty; at most `most` names.
    pub(super) async fn page(&self, prefix: &str, token: Option<&str>, most: usize) -> Result<Page, StoreError> {
        let (wire, address, region, credential) = match &self.pages {
            Pages::Own { wire, address, region, credential } => (wire, address, region, credential),
            #[cfg(any(feature = "azblob", feature = "gcs"))]
            Pages::Library(store) => return library_page(store.as_ref(), prefix, token, most).await,
        };
        let mut url = format!("{address}?list-type=2&delimiter=%2F&max-keys={most}");
        for (name, value) in [("prefix", Some(prefix)), ("continuation-token", token)] {
            if let Some(value) = value {
                // A text takes what is written to it.
                let _ = write!(url, "&{name}={}", utf8_percent_encode(value, PLAIN));
            }
        }
        let mut request: HttpRequest = http::Request::builder()
            .method(Method::GET)
            .uri(url)
            .body(HttpRequestBody::empty())
            .map_err(|_| NO_REQUEST)?;
        if let Some(credential) = credential {
            AwsAuthorizer::new(credential, "s3", region)
                .try_authorize(&mut request, None)
                .map_err(|_| NO_REQUEST)?;
        }
        let answer = wire.execute(request).await.map_err(|e| store_error(&e))?;
        let body = answer.into_body().bytes().await.map_err(|e| store_error(&e))?;
        page::read(&body).map_err(StoreError::Failed)
    }
}

/// Nothing is tried twice by the library.
fn once() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

#[cfg(any(feature = "azblob", feature = "gcs"))]
fn secure(wait: Duration) -> Result<HttpClient, StoreError> {
    Wire::new(wait, false, Vec::new()).map(HttpClient::new).map_err(|_| UNUSABLE)
}

/// A page as the library gives it: a folder's own mark has lost the slash at its end.
#[cfg(any(feature = "azblob", feature = "gcs"))]
async fn library_page(
    store: &dyn object_store::list::PaginatedListStore,
    prefix: &str,
    token: Option<&str>,
    most: usize,
) -> Result<Page, StoreError> {
    let options = object_store::list::PaginatedListOptions {
        delimiter: Some("/".into()),
        max_keys: Some(most),
        page_token: token.map(str::to_owned),
        ..Default::default()
    };
    let answer = store
        .list_paginated((!prefix.is_empty()).then_some(prefix), options)
        .await
        .map_err(|e| store_error(&e))?;
    let object = |meta: &ObjectMeta| {
        let is_mark = prefix.strip_suffix('/') == Some(meta.location.as_ref());
        let key = if is_mark { prefix.to_owned() } else { meta.location.to_string() };
        page::Object { key, size: meta.size, seconds: meta.last_modified.timestamp() }
    };
    let folders = answer.result.common_prefixes.iter().map(|folder| format!("{folder}/")).collect();
    Ok(Page { objects: answer.result.objects.iter().map(object).collect(), folders, next: answer.page_token })
}

const UNUSABLE: StoreError = StoreError::Failed("settings that cannot be used");
const NO_REQUEST: StoreError = StoreError::Failed("an address that cannot be asked");
const NO_AUTHORITY: &str = "a file of authorities (ca_file) that cannot be read";

/// Where the bucket is, without a slash at the end.
fn address(settings: &S3) -> String {
    let endpoint = match &settings.endpoint {
        Some(endpoint) => endpoint.to_string(),
        None => format!("https://s3.{}.amazonaws.com", settings.region),
    };
    match endpoint.split_once("://") {
        Some((scheme, rest)) if settings.virtual_style => format!("{scheme}://{}.{rest}", settings.bucket),
        _ => format!("{endpoint}/{}", settings.bucket),
    }
}

/// The version that an answer is of. Times are cut to whole seconds, as everywhere in remote stores.
pub(super) fn version_of(meta: &ObjectMeta) -> FileVersion {
    let seconds = meta.last_modified.timestamp();
    let plain = |text: &&str| !text.is_empty() && text.len() <= TAG_BYTES && text.bytes().all(|b| b.is_ascii_graphic());
    // Objects of a bucket that keeps no versions, or did not when they were put, have this one.
    let id = meta.version.as_deref().filter(plain).filter(|id| *id != "null");
    let entity = meta
        .e_tag
        .as_deref()
        .filter(plain)
        .map(|tag| if tag.ends_with('"') { Arc::from(tag) } else { format!("\"{tag}\"").into() });
    FileVersion { entity, id: id.map(Arc::from), ..FileVersion::plain(meta.size, seconds.saturating_mul(1_000_000_000)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::DocumentPath;

    fn settings(endpoint: Option<&str>, virtual_style: bool) -> S3 {
        S3 {
            endpoint: endpoint.map(|endpoint| endpoint.parse().expect("tests name valid addresses")),
            region: "eu-north-1".to_owned(),
            bucket: "papers".to_owned(),
            prefix: DocumentPath::root(),
            virtual_style,
            login: None,
            ca_file: None,
        }
    }

    #[test]
    fn the_bucket_stands_after_the_host_or_before_it() {
        assert_eq!(address(&settings(None, false)), "https://s3.eu-north-1.amazonaws.com/papers");
        assert_eq!(address(&settings(None, true)), "https://papers.s3.eu-north-1.amazonaws.com");
        assert_eq!(address(&settings(Some("https://objects.example.org:9000/"), false)), "https://objects.example.org:9000/papers");
        assert_eq!(address(&settings(Some("http://localhost:9000"), true)), "http://papers.localhost:9000");
    }
}
