//! A folder of a WebDAV server: Apache with mod_dav.

use super::suite;
use super::web::{Site, site};
use crate::rig::{Outcome, Rig, Traits};
use std::fs;
use std::path::Path;
use std::process::Command;

const MODULES: &str = "/usr/lib/apache2/modules";

suite!(Apache::start());

struct Apache(Site);

impl Apache {
    fn start() -> Outcome<Self> {
        Ok(Self(Site::start("webdav", "", command)?))
    }
}

fn command(home: &Path, port: u16) -> Outcome<Command> {
    let modules = ["mpm_event", "authz_core", "authn_core", "authn_file", "auth_basic", "authz_user", "alias", "dav", "dav_fs"];
    let modules = modules.map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n")).concat();
    // It does not run as root, and as another user it could not reach the folder of the test.
    let user = if rustix::process::geteuid().is_root() {
        let all = Command::new("chown").arg("-R").arg("nobody:nogroup").arg(home).status()?;
        if !all.success() {
            return Err("the folder cannot be given to nobody".into());
        }
        "User nobody\nGroup nogroup\n"
    } else {
        ""
    };
    let conf = format!(
        "ServerRoot \"{home}\"\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile pid\nDefaultRuntimeDir \"{home}\"\nMutex \"file:{home}\"\n\
         ErrorLog error.log\n{modules}{user}DocumentRoot \"{home}/web\"\nAlias \"/the web/\" \"{home}/web/\"\nDavLockDB \"{home}/locks\"\n\
         StartServers 1\nThreadsPerChild 32\nMaxRequestWorkers 32\nServerLimit 1\n\
         <Directory \"{home}/web\">\nDav On\nOptions None\nAllowOverride None\nAuthType Basic\nAuthName documents\nAuthUserFile users\nRequire valid-user\n\
         </Directory>\n",
        home = home.display(),
    );
    fs::write(home.join("apache.conf"), conf)?;
    let mut command = Command::new("/usr/sbin/apache2");
    command.arg("-X").arg("-d").arg(home).arg("-f").arg(home.join("apache.conf"));
    Ok(command)
}

impl Rig for Apache {
    site!();

    fn name(&self) -> &'static str {
        "apache"
    }

    fn traits(&self) -> Traits {
        Traits { lists: true, writes: true, versions: false, entity_tags: true, bytes_in_names: true, links: true, serves: true }
    }
}
