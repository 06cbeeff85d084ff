//! What is keyed with what. Each key is derived from a secret of the key ring for one purpose only, by the label that stands here.
//!
//! | label | key for | used in |
//! |---|---|---|
//! | [`LINK`] | the tag of a recipient's link | `link` |
//! | [`FORM`] | the token of a form, the ticket of an archive | `form`, `ticket` |
//! | [`ENTITY_TAG`] | entity tags, so that they tell nothing about a file | `form` |
//! | [`SEEN`] | the tag of what staff looked at | `form` |
//! | [`CONTENT`] | addresses of pictures on the content host | `content` |
//! | [`BOUNCE`] | the tag in the address that undeliverable mails come back to | `bounce_tag` |
//! | [`KEEP`] | sealed copies of pinned documents | `documents::kept` |
//! | [`WRAP`] | wrapping the data keys of people, shares and staff | `data_keys` |

pub mod bounce_tag;
pub mod code;
pub mod content;
pub mod data_keys;
pub mod form;
pub mod keys;
pub mod link;
pub mod primitives;
pub mod random;
pub mod sealed;
pub mod ticket;

/// Purpose of the key that signs links.
pub const LINK: &str = "doorward/link/v1";
/// Purpose of the key that signs form tokens.
pub const FORM: &str = "doorward/form/v1";
/// Purpose of the key that makes entity tags.
pub const ENTITY_TAG: &str = "doorward/entity-tag/v1";
/// Purpose of the key that makes the tag of what staff looked at.
pub const SEEN: &str = "doorward/seen/v1";
/// Purpose of the key that signs addresses on the content host.
pub const CONTENT: &str = "doorward/content/v1";
/// Purpose of the key that tags the addresses that undeliverable mails come back to.
pub const BOUNCE: &str = "doorward/bounce/v1";
/// Purpose of the key that seals kept copies of documents.
pub const KEEP: &str = "doorward/kept/v1";
/// Purpose of the key that wraps data keys.
pub const WRAP: &str = "doorward/data-keys/v1";
