//! The command line as a client of the API: HTTP over the server's admin socket.

use crate::cli::Server;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::config::Place;
use crate::web::api::problem::Problem;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Write};
use std::pin::pin;
use std::time::Duration;
use tokio::net::UnixStream;

/// How long a server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a long wait says that it goes on.
const SECOND: Duration = Duration::from_secs(1);
/// What is said of an answer that makes no sense here.
const STRANGE: &str = "the server gave an answer that this program does not understand; are both of one version?";

/// A server to speak to.
pub struct Client {
    place: Place,
    runtime: tokio::runtime::Runtime,
}

impl Client {
    /// The client of the server that the arguments name.
    pub fn new(server: &Server) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { place: server.place()?, runtime })
    }

    /// Asks and reads the answer.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.ask(Method::GET, path, None::<&()>)
    }

    /// Sends a body and reads the answer.
    pub fn send<T: DeserializeOwned>(&self, method: Method, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.ask(method, path, Some(body))
    }

    /// Sends a body whose answer may take long, because documents are read for it: no limit of time, and a line on the terminal that says so.
    pub fn send_patiently<T: DeserializeOwned>(&self, method: Method, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        let body = serde_json::to_vec(body).map_err(Failure::refused)?;
        self.runtime.block_on(async {
            let mut answer = pin!(self.answer(method, path, Some(body)));
            let mut waited = 0;
            let response = loop {
                tokio::select! {
                    response = &mut answer => break response?,
                    () = tokio::time::sleep(SECOND) => {
                        waited += 1;
                        output::progress(&format!("the server reads the documents … {waited} s"));
                    }
                }
            };
            if waited > 0 {
                output::progress("");
            }
            read(response).await
        })
    }

    /// Asks for something to be gone and reads the answer.
    pub fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.ask(Method::DELETE, path, None::<&()>)
    }

    /// Asks and hands every piece of the answer on as it comes; an answer that breaks off is an error. Returns the fields that stood before it.
    pub fn stream(&self, path: &str, each: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Result<HeaderMap, Failure> {
        self.runtime.block_on(async {
            let (head, mut body) = self.call(Method::GET, path, None).await?.into_parts();
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|_| Failure::refused("the server broke the answer off; its log says why"))?;
                if let Some(piece) = frame.data_ref() {
                    each(piece)?;
                }
            }
            Ok(head.headers)
        })
    }

    /// Asks for something that is no JSON: all of it, and a field that it must come with.
    pub fn bytes_with(&self, path: &str, field: &str) -> Result<(Vec<u8>, String), Failure> {
        let mut bytes = Vec::new();
        let fields = self.stream(path, &mut |piece| bytes.write_all(piece))?;
        let value = fields.get(field).and_then(|value| value.to_str().ok()).ok_or_else(|| Failure::refused(STRANGE))?;
        Ok((bytes, value.to_owned()))
    }

    fn ask<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Result<T, Failure> {
        let body = body.map(serde_json::to_vec).transpose().map_err(Failure::refused)?;
        self.runtime.block_on(async { read(self.call(method, path, body).await?).await })
    }

    async fn call(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<http::Response<Incoming>, Failure> {
        tokio::time::timeout(PATIENCE, self.answer(method, path, body))
            .await
            .map_err(|_| Failure::refused(format!("the server did not answer within {} seconds", PATIENCE.as_secs())))?
    }

    async fn answer(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<http::Response<Incoming>, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.unwrap_or_default())))
            .map_err(Failure::refused)?;
        let response = self.exchange(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = response.into_body().collect().await.map_err(Failure::refused)?.to_bytes();
        Err(refusal(status, &body))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<http::Response<Incoming>, Failure> {
        let socket = &self.place.socket;
        let stream = UnixStream::connect(socket).await.map_err(|why| {
            Failure::refused(match why.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                    format!(
                        "no server is running on {}; start it, or name its data directory with --data or its configuration with --config",
                        self.place.data.display()
                    )
                }
                io::ErrorKind::PermissionDenied => {
                    format!("{} lets only the server's user, root and the members of admin.group in", socket.display())
                }
                _ => format!("{}: {why}", socket.display()),
            })
        })?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(Failure::refused)?;
        tokio::spawn(connection);
        sender
            .send_request(request)
            .await
            .map_err(|why| Failure::refused(format!("the server closed the connection: {why}")))
    }
}

async fn read<T: DeserializeOwned>(response: http::Response<Incoming>) -> Result<T, Failure> {
    let answer = response.into_body().collect().await.map_err(Failure::refused)?.to_bytes();
    serde_json::from_slice(&answer).map_err(|_| Failure::refused(STRANGE))
}

fn refusal(status: StatusCode, body: &[u8]) -> Failure {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => Failure::refused(problem.detail),
        Err(_) => Failure::refused(format!("the server answered {status}: {}", String::from_utf8_lossy(body).trim())),
    }
}
