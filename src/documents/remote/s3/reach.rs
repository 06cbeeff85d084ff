//! Which object store it is. Others than those with the S3 protocol are only read, and were not tried against the real services.

#[cfg(feature = "azblob")]
use crate::config::store::Azure;
#[cfg(feature = "gcs")]
use crate::config::store::Gcs;
use crate::config::store::S3;
use crate::domain::document::DocumentPath;

/// An object store, by its settings.
#[derive(Debug, Clone)]
pub enum Reach {
    /// One with the S3 protocol.
    S3(S3),
    /// Azure Blob Storage.
    #[cfg(feature = "azblob")]
    Azure(Azure),
    /// Google Cloud Storage.
    #[cfg(feature = "gcs")]
    Gcs(Gcs),
}

impl Reach {
    /// The folder in the bucket that is the store.
    pub(super) fn prefix(&self) -> &DocumentPath {
        match self {
            Self::S3(s3) => &s3.prefix,
            #[cfg(feature = "azblob")]
            Self::Azure(azure) => &azure.prefix,
            #[cfg(feature = "gcs")]
            Self::Gcs(gcs) => &gcs.prefix,
        }
    }

    /// The bucket, or what is one elsewhere.
    pub(super) fn bucket(&self) -> &str {
        match self {
            Self::S3(s3) => &s3.bucket,
            #[cfg(feature = "azblob")]
            Self::Azure(azure) => &azure.container,
            #[cfg(feature = "gcs")]
            Self::Gcs(gcs) => &gcs.bucket,
        }
    }

    /// The host, for messages.
    pub(super) fn host(&self) -> String {
        match self {
            Self::S3(s3) => match &s3.endpoint {
                Some(url) => url.host().to_owned(),
                None => format!("s3.{}.amazonaws.com", s3.region),
            },
            #[cfg(feature = "azblob")]
            Self::Azure(azure) => format!("{}.blob.core.windows.net", azure.account),
            #[cfg(feature = "gcs")]
            Self::Gcs(_) => "storage.googleapis.com".to_owned(),
        }
    }

    /// Whether requests are signed.
    pub(super) fn signs(&self) -> bool {
        match self {
            Self::S3(s3) => s3.login.is_some(),
            #[cfg(feature = "azblob")]
            Self::Azure(azure) => azure.key.is_some(),
            #[cfg(feature = "gcs")]
            Self::Gcs(gcs) => gcs.service_account_file.is_some(),
        }
    }
}
