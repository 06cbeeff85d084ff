//! The listener as clients see it, over real sockets; times are short here, and no test waits longer than it must.

mod rig;

use crate::server::{ServerLimits, Timeouts};
use axum::http::StatusCode;
use http_body_util::BodyExt;
use rig::{LONG, Outcome, Rig, SHORT, ask2, rig, soon};
use rustls::{
    NamedGroup, ProtocolVersion,
    version::{TLS12, TLS13},
};
use std::{io::ErrorKind, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Reads until the other side ends it, in whatever way.
async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> (usize, Option<ErrorKind>) {
    let (mut total, mut buffer) = (0, vec![0; 64 * 1024]);
    loop {
        match soon(stream.read(&mut buffer)).await {
            Ok(0) => return (total, None),
            Ok(n) => total += n,
            Err(error) => return (total, Some(error.kind())),
        }
    }
}

async fn read_until(stream: &mut (impl AsyncRead + Unpin), end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        text.push(char::from(soon(stream.read_u8()).await.expect("more is coming")));
    }
    text
}

#[tokio::test]
async fn the_post_quantum_hybrid_is_agreed_on_and_both_versions_and_protocols_work() -> Outcome {
    let rig = Rig::with(LONG).await?;
    let stream = rig.tls("h2", &[&TLS13]).await?;
    let tls = stream.get_ref().1;
    assert_eq!(tls.negotiated_key_exchange_group().map(|g| g.name()), Some(NamedGroup::X25519MLKEM768));
    assert_eq!(tls.alpn_protocol(), Some(&b"h2"[..]));
    let stream = rig.tls("http/1.1", &[&TLS12]).await?;
    assert_eq!(stream.get_ref().1.protocol_version(), Some(ProtocolVersion::TLSv1_2));
    assert!(rig.tls("spdy/3", &[&TLS13]).await.is_err());

    let answer = rig.ask1("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhello"), "{answer}");
    let (mut sender, _) = rig.http2().await?;
    let answer = ask2(&mut sender, "localhost", "/").await?;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.into_body().collect().await?.to_bytes(), "hello");
    Ok(())
}

#[tokio::test]
async fn a_foreign_host_is_misdirected_and_the_probes_are_not() -> Outcome {
    let rig = Rig::with(LONG).await?;
    let answer = rig.ask1("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").await?;
    assert!(answer.starts_with("HTTP/1.1 421 ") && answer.contains("connection: close"), "{answer}");
    let answer = rig.ask1("GET /healthz HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n").await?;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let (mut sender, _) = rig.http2().await?;
    assert_eq!(ask2(&mut sender, "evil.example", "/").await?.status(), StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(ask2(&mut sender, "evil.example", "/healthz").await?.status(), StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn an_over_long_head_or_target_is_refused() -> Outcome {
    let rig = Rig::with(LONG).await?;
    let head = |target: &str, fields: &str| format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
    let long = "a".repeat(17 * 1024);
    let many: String = (0..64).map(|n| format!("x-{n}: 1\r\n")).collect();
    for (request, status) in [
        (head("/", &format!("x: {long}\r\n")), "431"),
        (head("/", &many), "431"),
        (head(&format!("/{}", &long[..5000]), ""), "414"),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "400"),
        (head("/", "Host: localhost\r\n"), "400"),
        ("BREW\r\n\r\n".to_owned(), "400"),
    ] {
        let answer = rig.ask1(&request).await?;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {answer}");
    }
    let (mut sender, _) = rig.http2().await?;
    assert_eq!(ask2(&mut sender, "localhost", &format!("/{}", &long[..5000])).await?.status(), StatusCode::URI_TOO_LONG);
    Ok(())
}

#[tokio::test]
async fn who_connects_and_says_nothing_is_closed() -> Outcome {
    let rig = Rig::with(Timeouts { handshake: SHORT * 4, head: SHORT, idle: SHORT, ..LONG }).await?;
    let mut tcp = TcpStream::connect(rig.address).await?;
    assert_eq!(read_to_end(&mut tcp).await.0, 0, "no handshake");
    let mut stream = rig.http1().await?;
    assert_eq!(read_to_end(&mut stream).await.0, 0, "no HTTP/1.1 head");
    let mut stream = rig.tls("h2", &[&TLS13]).await?;
    read_to_end(&mut stream).await;
    let (_sender, connection) = rig.http2().await?;
    soon(connection).await??;
    Ok(())
}

#[tokio::test]
async fn a_pause_between_requests_is_not_a_slow_head_and_a_slow_head_is_no_pause() -> Outcome {
    let rig = Rig::with(Timeouts { head: SHORT, ..LONG }).await?;
    let mut stream = rig.http1().await?;
    for _ in 0..2 {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
        read_until(&mut stream, "\r\n\r\nhello").await;
        let silence = tokio::time::timeout(SHORT * 2, stream.read_u8()).await;
        assert!(silence.is_err(), "still open after twice the time of a head");
    }
    let began = std::time::Instant::now();
    let ended = loop {
        // Each byte comes well within the time, the head as a whole does not.
        let byte = stream.write_all(b"G").await;
        match tokio::time::timeout(SHORT / 10, stream.read_u8()).await {
            Ok(_) => break began.elapsed(),
            Err(_) if byte.is_err() || began.elapsed() > rig::SOON => break began.elapsed(),
            Err(_) => {}
        }
    };
    assert!(ended >= SHORT * 9 / 10 && ended < rig::SOON, "{ended:?}");
    Ok(())
}

#[tokio::test]
async fn a_connection_that_gave_its_buffers_back_answers_as_before() -> Outcome {
    let rig = Rig::with(Timeouts { rest: SHORT / 10, ..LONG }).await?;
    let mut stream = rig.http1().await?;
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    // Whole ones, the beginning of the next together with one, and its end.
    for piece in [&request[..], &[&request[..], &request[..20]].concat(), &request[20..], &request[..]] {
        stream.write_all(piece).await?;
        read_until(&mut stream, "\r\n\r\nhello").await;
        let silence = tokio::time::timeout(SHORT, stream.read_u8()).await;
        assert!(silence.is_err(), "still open, and nothing more is said");
    }
    rig.shutdown.trigger();
    assert_eq!(read_to_end(&mut stream).await, (0, None), "a stop reaches it politely");
    assert_eq!(soon(rig.server).await?, 0);
    Ok(())
}

#[tokio::test]
async fn what_comes_after_an_answer_that_did_not_wait_for_its_body_is_no_request() -> Outcome {
    let rig = Rig::with(Timeouts { rest: SHORT / 10, ..LONG }).await?;
    let mut stream = rig.http1().await?;
    stream.write_all(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n").await?;
    assert!(read_until(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 405 "));
    let _ = tokio::time::timeout(SHORT, stream.read_u8()).await;
    let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(read_to_end(&mut stream).await.0, 0);
    Ok(())
}

#[tokio::test]
async fn a_slow_reader_is_dropped_and_so_is_one_who_withholds_the_window() -> Outcome {
    let mut rig = Rig::with(Timeouts { stall: SHORT, ..LONG }).await?;
    let mut stream = rig.http1().await?;
    stream.write_all(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    assert!(soon(rig.dropped.recv()).await.is_some());
    assert_eq!(read_to_end(&mut stream.into_inner().0).await.1, Some(ErrorKind::ConnectionReset));

    let (mut sender, connection) = rig.http2().await?;
    let _unread = ask2(&mut sender, "localhost", "/endless").await?;
    assert!(soon(rig.dropped.recv()).await.is_some());
    assert!(soon(connection).await?.is_err());
    Ok(())
}

#[tokio::test]
async fn who_reads_gets_everything_and_a_stalled_neighbour_does_not_matter() -> Outcome {
    let mut rig = Rig::with(Timeouts { stall: SHORT * 4, ..LONG }).await?;
    let answer = rig.ask1("GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    assert!(answer.len() > 8 * 1024 * 1024);
    let (mut sender, _) = rig.http2().await?;
    let _unread = ask2(&mut sender, "localhost", "/endless").await?;
    let began = std::time::Instant::now();
    while began.elapsed() < SHORT * 6 {
        let answer = soon(ask2(&mut sender, "localhost", "/large")).await?;
        assert_eq!(soon(answer.into_body().collect()).await?.to_bytes().len(), 8 * 1024 * 1024);
    }
    assert!(soon(rig.dropped.recv()).await.is_some(), "once nothing moves any more");
    Ok(())
}

#[tokio::test]
async fn an_abort_reaches_stalled_clients() -> Outcome {
    let mut rig = Rig::with(LONG).await?;
    let mut stream = rig.http1().await?;
    stream.write_all(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    let handle = soon(rig.asked.recv()).await.ok_or("no request")?;
    assert!(!handle.is_http2() && handle.peer() == stream.get_ref().0.local_addr()?);
    handle.abort();
    assert!(soon(rig.dropped.recv()).await.is_some());
    assert_eq!(read_to_end(&mut stream.into_inner().0).await.1, Some(ErrorKind::ConnectionReset));

    let (mut sender, connection) = rig.http2().await?;
    let _unread = ask2(&mut sender, "localhost", "/endless").await?;
    let handle = soon(rig.asked.recv()).await.ok_or("no request")?;
    assert!(handle.is_http2());
    handle.abort();
    assert!(soon(rig.dropped.recv()).await.is_some());
    assert!(soon(connection).await?.is_err());
    Ok(())
}

#[tokio::test]
async fn a_stop_lets_running_responses_finish() -> Outcome {
    let mut rig = Rig::with(LONG).await?;
    let mut stream = rig.http1().await?;
    stream.write_all(b"GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    let (mut sender, _connection) = rig.http2().await?;
    let over2 = tokio::spawn(async move { ask2(&mut sender, "localhost", "/held").await?.into_body().collect().await });
    let idle = rig.http1().await?;
    for _ in 0..2 {
        soon(rig.asked.recv()).await.ok_or("no request")?;
    }
    rig.shutdown.trigger();
    let mut idle = idle;
    assert_eq!(read_to_end(&mut idle).await.0, 0, "who waits for nothing is closed");
    assert_eq!(TcpStream::connect(rig.address).await.err().map(|e| e.kind()), Some(ErrorKind::ConnectionRefused));
    rig.release.notify_waiters();
    assert_eq!(soon(over2).await??.to_bytes(), "held");
    assert!(read_until(&mut stream, "\r\n\r\nheld").await.contains("connection: close"));
    assert_eq!(soon(rig.server).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_stop_cuts_what_does_not_finish_and_counts_it() -> Outcome {
    let mut rig = rig(ServerLimits { drain: SHORT, timeouts: LONG, ..ServerLimits::default() }).await?;
    let mut stream = rig.http1().await?;
    stream.write_all(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    let (mut sender, _connection) = rig.http2().await?;
    let _unread = ask2(&mut sender, "localhost", "/endless").await?;
    for _ in 0..2 {
        soon(rig.asked.recv()).await.ok_or("no request")?;
    }
    rig.shutdown.trigger();
    assert_eq!(soon(rig.server).await?, 2);
    for _ in 0..2 {
        assert!(rig.dropped.try_recv().is_ok(), "every body is gone before the server says that it has ended");
    }
    Ok(())
}

#[tokio::test]
async fn a_network_has_only_so_many_connections() -> Outcome {
    let rig = rig(ServerLimits { connections_per_network: 2, timeouts: LONG, ..ServerLimits::default() }).await?;
    let (first, _second) = (rig.http1().await?, rig.http1().await?);
    assert!(rig.http1().await.is_err());
    drop(first);
    let mut tries = 0;
    while rig.http1().await.is_err() {
        tries += 1;
        assert!(tries < 1_000, "the place is given back");
    }
    Ok(())
}

#[tokio::test]
async fn a_panic_costs_its_own_request_only() -> Outcome {
    let rig = Rig::with(LONG).await?;
    let mut stream = rig.http1().await?;
    stream.write_all(b"GET /panic HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    assert!(read_until(&mut stream, "moment.\n").await.starts_with("HTTP/1.1 500 "));
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    read_until(&mut stream, "\r\n\r\nhello").await;
    Ok(())
}

#[tokio::test]
async fn an_upload_that_stops_is_given_up_and_one_that_flows_is_taken() -> Outcome {
    let rig = Rig::with(Timeouts { stall: SHORT * 4, ..LONG }).await?;
    let head = |length: usize| format!("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let answer = rig.ask1(&format!("{}{}", head(100_000), "a".repeat(100_000))).await?;
    assert!(answer.ends_with("\r\n\r\n100000"), "{answer}");
    let began = std::time::Instant::now();
    let answer = rig.ask1(&format!("{}{}", head(100_000), "a".repeat(50))).await?;
    assert!(answer.ends_with("\r\n\r\nthe client was too slow"), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(5));
    Ok(())
}
