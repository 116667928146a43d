//! A running binary, and a plain HTTP client that knows only what these tests need.

use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
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
        let mut child = command(data)
            .args(["--json", "serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let greeting: Json = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the server said {line:?}"));
        let address = greeting["address"].as_str().unwrap().trim_start_matches("http://").to_owned();
        let server = Server { child, address, greeting };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&self) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            if try_ask(&self.address, "GET", "/readyz", None, None).is_ok_and(|(status, _)| status == 200) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not become ready");
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<&Json>) -> (u16, Json) {
        let body = body.map(|json| ("application/json".to_owned(), json.to_string().into_bytes()));
        let (status, bytes) = try_ask(&self.address, method, path, token, body).unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    }

    /// A token of the administrator.
    pub fn sign_in(&self) -> String {
        let (status, answer) =
            self.ask("POST", "/api/v1/sessions", None, Some(&serde_json::json!({ "email": "ada@example.com", "password": PASSWORD })));
        assert_eq!(status, 201, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
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
