//! A document server that is only read: nginx, which lists its folders in JSON.

use super::suite;
use super::web::{Site, site};
use crate::rig::{Outcome, Rig, Traits};
use std::fs;
use std::path::Path;
use std::process::Command;

suite!(Nginx::start());

struct Nginx(Site);

impl Nginx {
    fn start() -> Outcome<Self> {
        Ok(Self(Site::start("http", "listing = \"json\"", command)?))
    }
}

fn command(home: &Path, port: u16) -> Outcome<Command> {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|what| format!("{what}_temp_path temporary;"));
    // As another user it could not reach the folder of the test.
    let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
    let conf = format!(
        "daemon off; master_process off; {user} pid pid; error_log error.log;\n\
         events {{ worker_connections 512; }}\n\
         http {{ access_log off; {} default_type application/octet-stream; sendfile on;\n\
         server {{ listen 127.0.0.1:{port};\n\
         location \"/the web/\" {{ alias \"{home}/web/\"; disable_symlinks on from=\"{home}/web/\";\n\
         autoindex on; autoindex_format json; index .none-is-called-so; auth_basic documents; auth_basic_user_file users; }} }} }}\n",
        temporary.join(" "),
        home = home.display(),
    );
    fs::write(home.join("nginx.conf"), conf)?;
    let mut command = Command::new("/usr/sbin/nginx");
    command.arg("-p").arg(home).arg("-c").arg(home.join("nginx.conf")).args(["-e", "error.log"]);
    Ok(command)
}

impl Rig for Nginx {
    site!();

    fn name(&self) -> &'static str {
        "nginx"
    }

    /// It lists nothing that begins with a dot.
    fn shows(&self, name: &[u8]) -> bool {
        !name.starts_with(b".")
    }

    fn traits(&self) -> Traits {
        Traits { lists: true, writes: false, versions: false, entity_tags: true, bytes_in_names: true, links: true, serves: true }
    }
}
