//! What this machine has, and fetching what it lacks where we may.
//!
//! The one idea: nothing is skipped in silence. A [`Need`] that cannot be met is named, and under `CI=true` it is a
//! failure ([`in_ci`]).
//! Not here: Rust and the C compiler; without them this program would not run. Node packages come with the step that
//! uses them ([`crate::browser`]).
//! Start reading at [`provide`].

use crate::run;
use std::path::{Path, PathBuf};

/// The environment variable by which tests find the mail server's Python.
pub const MAIL: &str = "CASTELLAN_TEST_SMTP";

/// Something that a step cannot do without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// A headless browser.
    Chromium,
    /// `initdb` and `postgres` of version 15 or later.
    Postgres,
    /// `node` and `npm`.
    Node,
    /// A real mail server for the tests of letters: aiosmtpd, and openssl for its certificate.
    Mail,
}

impl Need {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Postgres => "PostgreSQL 15 or later",
            Self::Node => "Node.js 18 or later with npm",
            Self::Mail => "aiosmtpd for Python 3, and openssl",
        }
    }

    /// Debian's packages that bring it.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &["chromium", "fonts-liberation"],
            Self::Postgres => &["postgresql"],
            Self::Node => &["nodejs", "npm"],
            Self::Mail => &["python3-aiosmtpd", "openssl"],
        }
    }

    /// Whether it is there.
    pub fn is_met(self) -> bool {
        match self {
            Self::Chromium => chromium().is_some(),
            Self::Postgres => postgres_programs().is_some(),
            Self::Node => is_at_least("node", 18) && run::answers("npm", &["--version"]),
            Self::Mail => mail_python().is_some() && run::answers("openssl", &["version"]),
        }
    }
}

/// Whether a build machine runs us: then a skip is a failure.
pub fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// Installs what of `needs` is missing, as far as this person may, and says what it did.
pub fn provide(needs: &[Need]) {
    if needs.contains(&Need::Mail) && mail_python().is_none() {
        surround_mail();
    }
    let missing: Vec<Need> = needs.iter().copied().filter(|need| !need.is_met()).collect();
    for need in needs {
        let found = if missing.contains(need) { "missing" } else { "there" };
        println!("  {}: {found}", need.name());
    }
    if missing.is_empty() {
        return;
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages()).copied().collect();
    match installer() {
        Some(before) => install(&before, &packages),
        None => eprintln!("  cannot install {}: needs Debian's apt-get and root or a sudo that asks for no password", packages.join(" ")),
    }
}

/// The words before `apt-get`: none for root, `sudo -n` for a person who may; no answer if nobody may install here.
fn installer() -> Option<Vec<&'static str>> {
    if !run::answers("apt-get", &["--version"]) {
        None
    } else if is_root() {
        Some(vec!["apt-get"])
    } else if run::answers("sudo", &["-n", "true"]) {
        Some(vec!["sudo", "-n", "apt-get"])
    } else {
        None
    }
}

fn install(before: &[&str], packages: &[&str]) {
    let Some((program, words)) = before.split_first() else {
        return;
    };
    println!("  installing {}", packages.join(" "));
    let with = |more: &[&str]| {
        let mut command = run::command(program, words);
        command.args(more).env("DEBIAN_FRONTEND", "noninteractive");
        run::through(&mut command)
    };
    let mut all = vec!["install", "-q", "-y", "--no-install-recommends"];
    all.extend_from_slice(packages);
    let done = with(&["update", "-q"]).and_then(|()| with(&all));
    if let Err(problem) = done {
        eprintln!("  could not install {}: {problem}", packages.join(" "));
    }
}

/// Whether we run as root. The owner of our own entry in `/proc` tells without a call into C.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}

/// The browser's program.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| on_path(name))
}

/// The folder that holds `initdb` and `postgres`, of the newest version found, 15 at least.
pub fn postgres_programs() -> Option<PathBuf> {
    let debian = Path::new("/usr/lib/postgresql");
    let newest = std::fs::read_dir(debian)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| debian.join(version.to_string()).join("bin/initdb").exists())
        .max();
    match newest {
        Some(version) if version >= 15 => Some(debian.join(version.to_string()).join("bin")),
        _ => on_path("initdb").filter(|program| is_at_least(&program.to_string_lossy(), 15))?.parent().map(Path::to_owned),
    }
}

/// A Python that has aiosmtpd: that of the virtual environment in the target folder, or the machine's own.
pub fn mail_python() -> Option<PathBuf> {
    let own = mail_environment().join("bin/python");
    let all = [Some(own), Some(PathBuf::from("/usr/bin/python3")), on_path("python3")];
    all.into_iter().flatten().find(|python| python.is_file() && run::answers(&python.to_string_lossy(), &["-c", "import aiosmtpd"]))
}

fn mail_environment() -> PathBuf {
    run::root().join("target/smtp")
}

/// Makes that virtual environment, as far as this machine may; what it cannot do, Debian's package may.
fn surround_mail() {
    let folder = mail_environment();
    println!("  putting aiosmtpd into {}", folder.display());
    let pip = folder.join("bin/pip");
    let made = run::answers("python3", &["-m", "venv", &folder.to_string_lossy()]);
    if !made || !run::answers(&pip.to_string_lossy(), &["install", "--quiet", "aiosmtpd==1.4.6"]) {
        eprintln!("  could not; trying the machine's own packages");
    }
}

/// Whether the first number that the program tells of its version is large enough:
/// `v20.20.2`, or `initdb (PostgreSQL) 15.13 (Debian …)`.
fn is_at_least(program: &str, least: u32) -> bool {
    let Ok(told) = run::command(program, &["--version"]).output() else {
        return false;
    };
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    let mut numbers = text.split_whitespace().filter_map(|word| word.trim_start_matches('v').split('.').next()?.parse::<u32>().ok());
    numbers.next().is_some_and(|version| version >= least)
}

fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}
