//! One conversion: LibreOffice inside bubblewrap, without network, other processes, rights, files but the system's and its one document.

use crate::crypto::primitives::sha256;
use crate::preview::limits::{OFFICE_CPU, OFFICE_FILES, OFFICE_MEMORY, OFFICE_PDF_BYTES, OFFICE_TASKS, OFFICE_TMPFS, OFFICE_WALL, PAGES};
use crate::preview::office::Format;
use crate::preview::office::scratch::JobFolder;
use crate::preview::office::wire::{Refused, Version};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// LibreOffice's settings for a conversion: no macros, no links followed or renewed, no Java.
const PROFILE: &[u8] = include_bytes!("profile.xcu");
/// The name of the PDF in the folder of a conversion.
const PDF: &str = "document.pdf";
/// What LibreOffice says of its work goes nowhere; whether it made a PDF is seen from the PDF, for its exit status says nothing.
const CONVERT: &str = "\"$1\" -env:UserInstallation=file:///room/profile --headless --norestore --nologo --nodefault --nolockcheck \
    --convert-to \"$2\" --outdir /room/out \"/document/$3\" >/dev/null 2>&1; exec cat /room/out/document.pdf";
/// What fontconfig says of each font: whatever decides which one is taken, and how wide its letters are.
const FONT: &str = "%{file}|%{family}|%{style}|%{fontversion}\n";
const VERSION: &str = "exec \"$1\" -env:UserInstallation=file:///room/profile --headless --version";
/// What the sandbox shows of the system, where it is there. `/etc` is not: neither accounts nor settings of anybody.
const SHOWN: [&str; 7] =
    ["/opt", "/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/libreoffice", "/var/cache/fontconfig", "/var/lib/libreoffice"];
/// Folders that programs may lie in, because the sandbox shows them.
const PROGRAMS: [&str; 2] = ["/usr", "/opt"];

/// Why documents cannot be converted on this machine.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// A program is missing.
    #[error("{0} is not there; install it (Debian: {1})")]
    Missing(&'static str, &'static str),
    /// It lies where the sandbox does not show it.
    #[error("{0} lies outside of /usr and /opt, which is all that the sandbox shows of programs; install it there")]
    Elsewhere(PathBuf),
    /// bubblewrap cannot open a sandbox.
    #[error(
        "bubblewrap cannot open a sandbox as this user: {0}; allow user namespaces (sysctl user.max_user_namespaces, and \
         kernel.unprivileged_userns_clone=1 where there is one; on Ubuntu since 24.04 an AppArmor profile for bwrap), and leave \
         RestrictNamespaces, ProtectKernelTunables and ProtectKernelLogs out of its unit"
    )]
    NoSandbox(String),
    /// The sandbox opens, LibreOffice does not answer in it.
    #[error("LibreOffice does not start in the sandbox: {0}; try `soffice --version` as this user, and install what it misses")]
    NoAnswer(String),
    /// What decides where lines break cannot be told.
    #[error("the fonts in the sandbox cannot be listed: {0}; try `fc-list` as this user, and install a font (Debian: fonts-dejavu-core)")]
    NoFonts(String),
}

/// The programs of a conversion.
#[derive(Debug, Clone)]
pub struct Tools {
    bwrap: PathBuf,
    prlimit: PathBuf,
    soffice: PathBuf,
    fc_list: PathBuf,
}

impl Tools {
    /// Finds them in the folders of a `PATH`.
    ///
    /// # Errors
    /// One is missing or lies where the sandbox does not show it.
    pub fn find(path: &OsStr) -> Result<Self, Unable> {
        let find = |name, packages| {
            let found = std::env::split_paths(path).map(|folder| folder.join(name)).find(|file| is_program(file));
            found.and_then(|file| file.canonicalize().ok()).ok_or(Unable::Missing(name, packages))
        };
        let bwrap = find("bwrap", "bubblewrap")?;
        let prlimit = find("prlimit", "util-linux")?;
        let soffice = find("soffice", "libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui")?;
        let fc_list = find("fc-list", "fontconfig")?;
        for inside in [&prlimit, &soffice, &fc_list] {
            if !PROGRAMS.iter().any(|folder| inside.starts_with(folder)) {
                return Err(Unable::Elsewhere(inside.clone()));
            }
        }
        Ok(Self { bwrap, prlimit, soffice, fc_list })
    }

    /// Opens a sandbox and asks LibreOffice for its version there, which shows that both work.
    ///
    /// # Errors
    /// One of them does not.
    pub async fn probe(&self) -> Result<Version, Unable> {
        let opened = self.output(self.sandbox(None, ["true"]), Unable::NoSandbox).await?;
        if !opened.status.success() {
            return Err(Unable::NoSandbox(first_line(&opened.stderr)));
        }
        let words = [OsStr::new("sh"), "-c".as_ref(), VERSION.as_ref(), "sh".as_ref(), self.soffice.as_os_str()];
        let said = self.output(self.sandbox(None, words), Unable::NoAnswer).await?;
        let text = String::from_utf8_lossy(&said.stdout);
        let version = text.split_whitespace().find_map(|word| Version::parse(word).filter(|_| word.contains('.')));
        version.ok_or_else(|| Unable::NoAnswer(first_line(&said.stderr)))
    }

    /// The version with a number for what decides, beside it, where lines break: the fonts in the sandbox, and LibreOffice's build.
    ///
    /// # Errors
    /// The fonts are not listed.
    pub async fn layout(&self, version: &Version) -> Result<Version, Unable> {
        let words = [self.fc_list.as_os_str(), "--format".as_ref(), FONT.as_ref()];
        let listed = self.output(self.sandbox(None, words), Unable::NoFonts).await?;
        if !listed.status.success() || listed.stdout.is_empty() {
            return Err(Unable::NoFonts(first_line(&listed.stderr)));
        }
        let build = self.soffice.with_file_name("soffice.bin").metadata().or_else(|_| self.soffice.metadata());
        let build = build.map_err(|why| Unable::NoFonts(format!("{}: {why}", self.soffice.display())))?;
        version
            .with(fingerprint(&listed.stdout, build.len(), build.mtime()))
            .ok_or_else(|| Unable::NoFonts(format!("the version {version} is too long")))
    }

    async fn output(&self, mut command: Command, unable: fn(String) -> Unable) -> Result<Output, Unable> {
        let child = start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
            .await
            .map_err(|why| unable(why.to_string()))?;
        match timeout(OFFICE_WALL, child.wait_with_output()).await {
            Ok(output) => output.map_err(|why| unable(why.to_string())),
            Err(_) => Err(unable("no answer in time".to_owned())),
        }
    }

    /// Makes a PDF of the document of a folder within a time; returns the PDF and its size.
    ///
    /// # Errors
    /// There is none, and why.
    pub async fn convert(&self, folder: &JobFolder, format: Format, wall: Duration) -> Result<(File, u64), Refused> {
        let failed = |why: io::Error| {
            tracing::error!("a conversion cannot be started: {why}");
            Refused::Failed
        };
        let pdf = folder.file(PDF);
        let (name, filter) = (document_name(format), filter(format));
        let words = [OsStr::new("sh"), "-c".as_ref(), CONVERT.as_ref(), "sh".as_ref(), self.soffice.as_os_str()];
        let words = words.into_iter().chain([filter.as_ref(), name.as_ref()]);
        let mut command = self.sandbox(Some((&folder.file(&name), &name)), words);
        command.stdout(File::create_new(&pdf).map_err(failed)?).stderr(Stdio::null());
        let mut child = start(&mut command).await.map_err(failed)?;
        if timeout(wall, child.wait()).await.is_err() {
            // All that runs in the sandbox ends with the process that opened it.
            if let Err(why) = child.kill().await {
                tracing::error!("a conversion that takes too long cannot be killed: {why}");
            }
            return Err(Refused::TooLong);
        }
        read_back(&pdf)
    }

    /// The command that runs `words` in a sandbox which shows one file as `/document/NAME`. Its standard input are the settings.
    fn sandbox(&self, document: Option<(&Path, &str)>, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(&self.bwrap);
        command.args(["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]);
        // No namespaces inside of it either: much of the kernel can only be reached by who opens one.
        command.args(["--unshare-user", "--disable-userns"]);
        command.args(["--setenv", "PATH", "/usr/bin", "--setenv", "HOME", "/room", "--setenv", "LANG", "C.UTF-8"]);
        command.args(["--ro-bind", "/usr", "/usr"]);
        for (from, to) in [("usr/bin", "/bin"), ("usr/sbin", "/sbin"), ("usr/lib", "/lib"), ("usr/lib64", "/lib64")] {
            command.args(["--symlink", from, to]);
        }
        for shown in SHOWN {
            command.args(["--ro-bind-try", shown, shown]);
        }
        command.args(["--proc", "/proc", "--dev", "/dev", "--size", &OFFICE_TMPFS.to_string(), "--tmpfs", "/room"]);
        command.args(["--symlink", "room", "/tmp", "--dir", "/room/out", "--file", "0", "/room/profile/user/registrymodifications.xcu"]);
        if let Some((file, name)) = document {
            command.arg("--ro-bind").arg(file).arg(format!("/document/{name}"));
        }
        // Both are file systems in memory without a size, so nothing may be written there.
        command.args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/room", "--"]);
        command.arg(&self.prlimit).args(limits()).arg("--").args(words);
        command.env_clear().stdin(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// A number for these fonts, in whatever order, and LibreOffice's program of this size and time. It has 15 figures at most, so that it fits
/// behind a version.
fn fingerprint(fonts: &[u8], size: u64, changed: i64) -> u64 {
    let mut lines: Vec<&[u8]> = fonts.split(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    let [a, b, c, d, e, f, ..] = sha256(&[&size.to_be_bytes(), &changed.to_be_bytes(), &lines.join(&b'\n')]);
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

/// Set inside the sandbox: its tasks are counted apart from those that its user has elsewhere.
fn limits() -> [String; 6] {
    [
        format!("--as={OFFICE_MEMORY}"),
        format!("--cpu={}", OFFICE_CPU.as_secs()),
        // One byte more than is allowed, so that a PDF cut short is seen to be one.
        format!("--fsize={}", OFFICE_PDF_BYTES + 1),
        format!("--nproc={OFFICE_TASKS}"),
        format!("--nofile={OFFICE_FILES}"),
        "--core=0".to_owned(),
    ]
}

/// Starts a sandbox and hands it the settings, which are small enough for a pipe to take them at once.
async fn start(command: &mut Command) -> io::Result<Child> {
    let mut child = command.spawn()?;
    if let Some(mut settings) = child.stdin.take() {
        // A sandbox that could not be opened does not read them; it is seen from what it did not do.
        let _ = settings.write_all(PROFILE).await;
    }
    Ok(child)
}

fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// What the document of a folder is called; its own name is nobody's business there.
pub fn document_name(format: Format) -> String {
    format!("document.{}", format.extension())
}

/// The PDF filter with its options: one page more than are shown, so that its reader sees that there are more, and form fields drawn as what
/// they hold.
fn filter(format: Format) -> OsString {
    let option = |name, kind, value: &str| format!("\"{name}\":{{\"type\":\"{kind}\",\"value\":\"{value}\"}}");
    let (pages, fields) = (option("PageRange", "string", &format!("1-{}", PAGES + 1)), option("ExportFormFields", "boolean", "false"));
    format!("pdf:{}_pdf_Export:{{{pages},{fields}}}", format.export()).into()
}

/// The PDF, if one was made and is one.
fn read_back(pdf: &Path) -> Result<(File, u64), Refused> {
    const BEGINNING: &[u8] = b"%PDF-";
    let read = || -> io::Result<(File, u64, bool)> {
        let mut file = File::open(pdf)?;
        let size = file.metadata()?.len();
        let mut beginning = [0; BEGINNING.len()];
        let is_pdf = size >= BEGINNING.len() as u64 && file.read_exact(&mut beginning).is_ok() && beginning == BEGINNING;
        io::Seek::rewind(&mut file)?;
        Ok((file, size, is_pdf))
    };
    match read() {
        Ok((_, size, _)) if size > OFFICE_PDF_BYTES => Err(Refused::TooLarge),
        Ok((file, size, true)) => Ok((file, size)),
        _ => Err(Refused::Failed),
    }
}

/// The first line of what a program said, bounded and without control characters.
fn first_line(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_names_fonts_and_build_and_fits_behind_any_version() {
        let first = fingerprint(b"a.ttf|A\nb.ttf|B\n", 1, 2);
        assert_eq!(first, fingerprint(b"b.ttf|B\na.ttf|A\n", 1, 2), "the order is no difference");
        for other in [fingerprint(b"a.ttf|A\n", 1, 2), fingerprint(b"a.ttf|A\nb.ttf|B\n", 2, 2), fingerprint(b"a.ttf|A\nb.ttf|B\n", 1, 3)] {
            assert_ne!(first, other);
        }
        let version = Version::parse("99.99.99.99").and_then(|version| version.with(u64::MAX >> 16));
        assert_eq!(version.map(|version| version.layout()).as_deref(), Some("office/99.99.99.99.281474976710655"));
        assert_eq!(Version::parse("1.1.1.1.1.1.1.1.1.1").and_then(|version| version.with(u64::MAX)), None);
    }
}
