//! `load handshake`: a new connection for each small page of a server that runs already, so that peers can be asked the same.
//!
//! Every handshake is a full one and is verified. Clients such as wrk go on with the session of the connection before where a server lets them, and then
//! measure something else.

use clap::Args;
use harness::Fallible;
use harness::browser::Door;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What `load handshake` can be told.
#[derive(Args, Clone)]
pub struct Options {
    /// The server's port on loopback
    #[arg(long)]
    port: u16,
    /// Who signed its certificate
    #[arg(long)]
    authority: PathBuf,
    /// The page
    #[arg(long)]
    path: String,
    /// For so many seconds
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Connections being made at the same time
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Offer the post-quantum hybrid first, not X25519 alone
    #[arg(long)]
    hybrid: bool,
}

/// Runs it.
pub async fn run(options: &Options, out: &Path) -> Fallible {
    let door = Door::new(options.port, &options.authority, options.hybrid)?;
    let (time, began) = (Duration::from_secs_f64(options.seconds), Instant::now());
    let visitors = (0..options.connections).map(|n| {
        let (door, path) = (door.clone(), options.path.clone());
        tokio::spawn(async move {
            let mut made = 0usize;
            while began.elapsed() < time {
                door.connect(n).await?.get(&path).await?.page(200)?;
                made += 1;
            }
            Fallible::Ok(made)
        })
    });
    let mut made = 0;
    for visitor in visitors.collect::<Vec<_>>() {
        made += visitor.await??;
    }
    let rate = made as f64 / began.elapsed().as_secs_f64();
    println!("{made} connections, each with a page, {rate:.0} in a second");
    Ok(std::fs::write(out.join("handshake.json"), json!({ "made": made, "rate": rate }).to_string())?)
}
