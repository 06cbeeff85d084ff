//! What holds for every answer: hosts, headers, methods, probes.

use crate::helpers::{Outcome, TestApp, documents};
use doorward::web::api::wire::CreateShare;

#[tokio::test]
async fn a_host_that_is_not_ours_is_misdirected_and_probes_are_not() -> Outcome {
    let app = TestApp::start().await?;
    let client = app.client();
    for host in ["evil.example", "localhost", "localhost:1", &format!("localhost:{}.evil.example", app.address.port()), "169.254.169.254"] {
        let ask = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").into_bytes();
        for path in ["/", "/s/AAAA", "/d/x/", "/static/x.css", "/nowhere"] {
            let answer = client.raw(&ask(path)).await?;
            assert!(answer.starts_with("HTTP/1.1 421 ") && answer.contains("nosniff"), "{host} {path}: {answer}");
        }
        for path in ["/healthz", "/readyz"] {
            assert!(client.raw(&ask(path)).await?.starts_with("HTTP/1.1 200 "), "{host} {path}");
        }
    }
    for host in [format!("localhost:{}", app.address.port()), format!("127.0.0.1:{}", app.address.port())] {
        let answer = client
            .raw(format!("GET / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").as_bytes())
            .await?;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{host}: {answer}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_request_is_refused() -> Outcome {
    let app = TestApp::start().await?;
    let client = app.client();
    let host = client.host();
    for (request, status) in [
        (format!("GET / HTTP/1.1\r\nhost: {host}\r\nhost: {host}\r\n\r\n"), "400"),
        ("GET / HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(), "400"),
        (format!("GET /{} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n", "a".repeat(5_000)), "414"),
        (format!("GET / HTTP/1.1\r\nhost: {host}\r\nx: {}\r\n\r\n", "a".repeat(20_000)), "431"),
        (format!("CONNECT {host} HTTP/1.1\r\nhost: {host}\r\n\r\n"), "405"),
        (format!("GET /\0 HTTP/1.1\r\nhost: {host}\r\n\r\n"), "400"),
        ("nonsense\r\n\r\n".to_owned(), "400"),
    ] {
        let answer = client.raw(request.as_bytes()).await?;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{}: {answer}", &request[..request.len().min(60)]);
    }
    Ok(())
}

#[tokio::test]
async fn strict_transport_is_asked_for_where_it_is_configured_and_nowhere_else() -> Outcome {
    for hsts in [false, true] {
        let app = TestApp::with(move |config| config.server.hsts = hsts).await?;
        for path in ["/", "/s/AAAA", "/nowhere", "/healthz"] {
            let answer = app.client().get(path).await?;
            let wanted = if hsts { "max-age=63072000; includeSubDomains" } else { "" };
            assert_eq!(answer.header("strict-transport-security"), wanted, "{path}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn security_txt_is_there_where_a_contact_is_configured() -> Outcome {
    assert_eq!(TestApp::start().await?.client().get("/.well-known/security.txt").await?.code(), 404);
    let app = TestApp::with(|config| config.organisation.security_contact = Some("security@example.org".to_owned())).await?;
    let answer = app.client().get("/.well-known/security.txt").await?;
    assert_eq!((answer.code(), answer.header("content-type")), (200, "text/plain; charset=utf-8"));
    for line in ["Contact: mailto:security@example.org\n", "Expires: 2027-03-30T12:00:00.000Z\n", "Canonical: https://localhost:"] {
        assert!(answer.says(line), "{line}: {}", answer.text());
    }
    Ok(())
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_run_nothing_inline() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app
        .share(CreateShare { subject: Some("\"><img src=x onerror=alert(1)>".to_owned()), ..documents(&["report.txt"]) })
        .await?;
    let client = app.client();
    let mut pages = vec![client.get("/").await?, client.get(&share.link()).await?, client.get("/nowhere").await?];
    pages.push(client.enter(&share).await?);
    pages.push(client.get(&share.document("nowhere")).await?);
    for page in pages {
        let text = page.text();
        assert!(!text.contains("<img src=x") && !text.contains(" onerror=alert") || text.contains("&#34;&#62;&#60;img"), "{text}");
        for foreign in ["http://", "style=\"", "<style", "javascript:", " onclick", "<iframe"] {
            assert!(!text.contains(foreign), "{foreign}: {text}");
        }
        assert!(!text.contains("src=\"//") && !text.contains("src=\"https://") && !text.contains("href=\"https://"), "{text}");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(!page.header("content-security-policy").contains("unsafe"));
    }
    Ok(())
}

#[tokio::test]
async fn the_stylesheet_is_found_under_a_name_that_may_be_kept() -> Outcome {
    let app = TestApp::start().await?;
    let client = app.client();
    let page = client.get("/").await?;
    for href in page.hrefs().into_iter().filter(|href| href.starts_with("/static/")) {
        let asset = client.get(&href).await?;
        assert_eq!(asset.code(), 200, "{href}");
        assert!(asset.header("cache-control").contains("immutable"), "{}", asset.header("cache-control"));
    }
    assert_eq!(client.get("/favicon.ico").await?.code(), 308);
    assert!(client.get("/robots.txt").await?.says("Disallow: /"));
    Ok(())
}

#[tokio::test]
async fn a_server_that_stops_says_so_to_probes_first() -> Outcome {
    let app = TestApp::start().await?;
    assert_eq!(app.client().get("/readyz").await?.text(), "ready\n");
    app.web().stop();
    let answer = app.client().get("/readyz").await?;
    assert_eq!((answer.code(), &*answer.text()), (503, "stopping\n"));
    assert_eq!(app.client().get("/healthz").await?.code(), 200);
    Ok(())
}
