//! A mail server that takes everything: it gives codes to those who wait for them, and counts the rest.

use crate::Fallible;
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// All mailboxes; clones are the same.
#[derive(Clone, Default)]
pub struct Mailbox(Arc<Inner>);

#[derive(Default)]
struct Inner {
    waiting: Mutex<HashMap<String, oneshot::Sender<String>>>,
    taken: AtomicUsize,
}

impl Mailbox {
    /// Listens on a port of loopback and gives it.
    pub async fn listen(&self) -> Fallible<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (port, mailbox) = (listener.local_addr()?.port(), self.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mailbox = mailbox.clone();
                tokio::spawn(async move {
                    // Whoever breaks off has its mail not taken, and comes again.
                    let _ = mailbox.converse(stream).await;
                });
            }
        });
        Ok(port)
    }

    /// How many mails have come.
    pub fn taken(&self) -> usize {
        self.0.taken.load(Ordering::Relaxed)
    }

    /// The next code for an address; ask before it is sent.
    pub fn code(&self, address: &str) -> oneshot::Receiver<String> {
        let (give, take) = oneshot::channel();
        self.waiting().insert(address.to_owned(), give);
        take
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<String>>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn converse(&self, mut stream: TcpStream) -> Fallible {
        stream.set_nodelay(true)?;
        let (read, mut write) = stream.split();
        let mut lines = BufReader::new(read).lines();
        let mut to = String::new();
        write.write_all(b"220 bench\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let answer: &[u8] = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    b"250 ok\r\n"
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut code = None;
                    while let Some(line) = lines.next_line().await?
                        && line != "."
                    {
                        let word = line.trim();
                        if word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()) {
                            code = Some(word.to_owned());
                        }
                    }
                    self.take(&to, code);
                    b"250 taken\r\n"
                }
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => b"250 ok\r\n",
            };
            write.write_all(answer).await?;
        }
        Ok(())
    }

    fn take(&self, to: &str, code: Option<String>) {
        self.0.taken.fetch_add(1, Ordering::Relaxed);
        if let Some(code) = code
            && let Some(give) = self.waiting().remove(to)
        {
            // Who waited may have given up.
            let _ = give.send(code);
        }
    }
}
