//! What staff do, named like the addresses of the API.

mod audit;
pub(crate) mod receipts;
mod shares;
