//! What every request passes on its way to its handler and back. It is one layer, because each costs every request its boxes and clones.

use crate::web::pages::RefusalKind;
use crate::web::request::Line;
use crate::web::{Web, content, headers, language, refuse};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

/// Finds the language, keeps the hosts apart, adds the headers of every response, and writes the access log.
pub async fn pass(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let line = Line::begin(&request);
    let mut response = match language::choose(&web, &mut request) {
        Err(elsewhere) => *elsewhere,
        Ok(language) => {
            let mut response = if content::is_at_its_host(&web, &request) {
                next.run(request).await
            } else {
                refuse::plain(&language::of_request(&web, &request), RefusalKind::NotFound)
            };
            language::say(language, &mut response);
            response
        }
    };
    headers::common(&web, response.headers_mut());
    line.write(response.status());
    response
}
