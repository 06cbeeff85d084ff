//! What staff do, named like the addresses of the API.

pub(crate) mod receipts;
