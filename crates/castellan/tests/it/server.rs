//! A running binary, and a plain HTTP client that knows only what these tests need.

use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub const PASSWORD: &str = "a long walk over the old bridge";

/// A directory of its own, gone with the value.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new(name: &str) -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let path = std::env::temp_dir().join(format!("castellan-{}-{name}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&path).unwrap();
        Place(path)
    }

    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The binary with these words, its output when it ends.
pub fn run(data: &Path, words: &[&str], input: &str) -> Output {
    let mut child = command(data).args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

pub fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_castellan"));
    command.arg("--data").arg(data).env_remove("CASTELLAN_TOKEN").env_remove("CASTELLAN_DATABASE");
    // Faults are asked for here; what the log says of them would only hide what a test says.
    if std::env::var_os("CASTELLAN_LOG").is_none() {
        command.env("CASTELLAN_LOG", "off");
    }
    command
}

/// An organisation with one administrator, whose e-mail address is `ada@example.com`.
pub fn init(data: &Path) {
    let words = ["init", "--organisation", "Stone Works", "--name", "Ada Byrne", "--email", "ada@example.com"];
    let done = run(data, &words, &format!("{PASSWORD}\n"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    pub address: String,
    pub greeting: Json,
}

impl Server {
    pub fn start(data: &Path) -> Server {
        let mut serve = command(data);
        serve.args(["--json", "serve", "--listen", "127.0.0.1:0"]);
        Server::begin(serve)
    }

    /// Starts this command, which greets with one line and then serves.
    pub fn begin(mut command: Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let greeting: Json = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the server said {line:?}"));
        let address = greeting["address"].as_str().unwrap().trim_start_matches("http://").to_owned();
        let server = Server { child, address, greeting };
        server.wait_until_ready();
        server
    }

    pub fn wait_until_ready(&self) {
        let is_ready = || try_ask(&self.address, "GET", "/readyz", None, None).is_ok_and(|(status, _)| status == 200);
        assert!(until(Duration::from_secs(60), is_ready), "the server did not become ready");
    }

    pub fn process(&self) -> String {
        self.child.id().to_string()
    }

    /// Ends it as a power cut would. Answers when that was.
    pub fn kill(mut self) -> Instant {
        self.child.kill().unwrap();
        let at = Instant::now();
        self.child.wait().unwrap();
        at
    }

    /// Tells it to stop and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        assert!(Command::new("kill").args(["-TERM", &self.process()]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    pub fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<&Json>) -> (u16, Json) {
        let body = body.map(|json| ("application/json".to_owned(), json.to_string().into_bytes()));
        let (status, bytes) = try_ask(&self.address, method, path, token, body).unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    }

    pub fn get(&self, path: &str, token: &str) -> Json {
        let (status, answer) = self.ask("GET", path, Some(token), None);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// A session of whoever has this address and password.
    pub fn enter(&self, email: &str, password: &str) -> String {
        let (status, answer) = self.ask("POST", "/api/v1/sessions", None, Some(&json!({ "email": email, "password": password })));
        assert_eq!(status, 201, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    /// Invites somebody with these roles, who accepts at once. Answers the id.
    pub fn join(&self, admin: &str, name: &str, email: &str, roles: &[&str]) -> String {
        let unit = self.get("/api/v1/business_units", admin)["rows"][0]["id"].clone();
        let known = self.get("/api/v1/roles", admin);
        let role = |name: &&str| known["rows"].as_array().unwrap().iter().find(|r| r["name"] == **name).unwrap()["id"].clone();
        let roles: Vec<Json> = roles.iter().map(role).collect();
        let person = json!({ "name": name, "email": email, "business_unit": unit, "roles": roles });
        let (status, made) = self.ask("POST", "/api/v1/users", Some(admin), Some(&person));
        assert_eq!(status, 201, "{made}");
        let link = made["invitation"]["token"].as_str().unwrap();
        let (status, told) = self.ask("POST", &format!("/api/v1/invitations/{link}/accept"), None, Some(&json!({ "password": PASSWORD })));
        assert_eq!(status, 204, "{told}");
        made["id"].as_str().unwrap().to_owned()
    }

    /// A token for the command line, of whoever has this session.
    pub fn token(&self, session: &str) -> String {
        let ask = json!({ "name": "shell", "scopes": ["read", "write", "admin", "export"], "expires_at": soon() });
        let (status, made) = self.ask("POST", "/api/v1/tokens", Some(session), Some(&ask));
        assert_eq!(status, 201, "{made}");
        made["token"].as_str().unwrap().to_owned()
    }

    /// Asks again and again until `state` is none of those that pass by.
    pub fn wait(&self, path: &str, token: &str) -> Json {
        let mut told = Json::Null;
        let passing = ["queued", "running", "stopping", "making"];
        let has_ended = until(Duration::from_secs(120), || {
            told = self.get(path, token);
            !passing.iter().any(|state| told["state"] == *state)
        });
        assert!(has_ended, "{told}");
        told
    }

    /// A session of the administrator.
    pub fn sign_in(&self) -> String {
        self.enter("ada@example.com", PASSWORD)
    }

    /// Opens a page with a form: its cookie, and the secret that the form carries.
    pub fn form(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        let cookie = page.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a page with a form sets a cookie");
        let field = page.split("<input").find(|field| field.contains("name=\"csrf\"")).expect("the form carries a secret");
        let csrf = field.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        (cookie.split(';').next().unwrap().to_owned(), csrf.to_owned())
    }

    /// Sends a form as a browser does. Answers the status.
    pub fn submit(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> u16 {
        let field = |(name, value): &(&str, &str)| format!("{name}={}", value.replace('@', "%40").replace(' ', "+"));
        let body = fields.iter().map(field).collect::<Vec<_>>().join("&");
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (host, length) = (&self.address, body.len());
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\nCookie: {cookie}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        String::from_utf8_lossy(&head[9..]).parse().unwrap()
    }

    /// Sends a file with fields.
    pub fn send(&self, path: &str, token: &str, fields: &[(&str, &str)], file: &str) -> (u16, Json) {
        let mark = "----a-boundary";
        let mut body = String::new();
        for (name, value) in fields {
            body.push_str(&format!("--{mark}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
        }
        body.push_str(&format!(
            "--{mark}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rows.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--{mark}--\r\n"
        ));
        let kind = format!("multipart/form-data; boundary={mark}");
        let (status, bytes) = try_ask(&self.address, "POST", path, Some(token), Some((kind, body.into_bytes()))).unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tries until it is so; false when it was not in that time.
pub fn until(time: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if begun.elapsed() > time {
            return false;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
}

/// Says loudly that something was not tried. Where everything must be tried, that is a failure.
pub fn skipped(what: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "SKIPPED: {what}");
    eprintln!("SKIPPED: {what}");
}

/// A moment some weeks ahead, as the API writes it.
fn soon() -> String {
    let said = Command::new("date").args(["-u", "-d", "+30 days", "+%Y-%m-%dT%H:%M:%SZ"]).output().unwrap();
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

/// An answer whose body has not been read yet.
pub struct Arriving {
    pub stream: TcpStream,
    pub status: u16,
    pub head: String,
    /// What the head promises.
    pub length: usize,
    /// Bytes of the body that came with the head.
    pub got: usize,
}

/// Asks, and reads no further than a little behind the head.
pub fn open(address: &str, path: &str, token: &str) -> Arriving {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n").unwrap();
    let mut all = Vec::new();
    let mut piece = [0; 1024];
    let cut = loop {
        let got = stream.read(&mut piece).unwrap();
        assert!(got > 0, "no answer");
        all.extend_from_slice(&piece[..got]);
        if let Some(cut) = all.windows(4).position(|w| w == b"\r\n\r\n") {
            break cut;
        }
    };
    let head = String::from_utf8_lossy(&all[..cut]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0").trim().parse().unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Arriving { stream, status, head, length, got: all.len() - cut - 4 }
}

pub fn try_ask(
    address: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<(String, Vec<u8>)>,
) -> std::io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    if let Some(token) = token {
        head.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    let (kind, bytes) = body.unwrap_or_default();
    if !bytes.is_empty() {
        head.push_str(&format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", bytes.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(&bytes)?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    let cut = all.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(|| std::io::Error::other("no answer"))?;
    let head = String::from_utf8_lossy(&all[..cut]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| std::io::Error::other("no status"))?;
    let rest = all[cut + 4..].to_vec();
    Ok((status, if head.contains("transfer-encoding: chunked") { unchunk(&rest) } else { rest }))
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(String::from_utf8_lossy(&rest[..end]).trim(), 16).unwrap_or(0);
        if size == 0 || rest.len() < end + 2 + size {
            break;
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    whole
}
