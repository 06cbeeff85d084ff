//! The listener: TLS, HTTP/1.1 and HTTP/2, and every limit that holds on the wire before a request is anybody's business.

pub mod tls;
