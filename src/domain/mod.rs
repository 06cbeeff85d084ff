//! The words of the product as types. No input or output here, and no type that can hold a wrong value.

pub mod archive;
pub mod bounds;
pub mod branding;
pub mod colour;
pub mod disclaimer;
pub mod document;
pub mod email;
pub mod ids;
pub mod language;
pub mod machine;
pub mod notify;
pub mod part;
pub mod policy;
pub mod range;
pub mod receipt;
pub mod redaction;
pub mod scope;
pub mod seen;
pub mod shown;
pub mod time;
pub mod upload;
pub mod version;
