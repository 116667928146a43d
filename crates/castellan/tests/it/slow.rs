//! Clients that send a byte now and then.

use crate::server::{Place, Server, init};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Sends these bytes one at a time, until the server closes the line or all are sent. Answers what came back, and when
/// the line was closed.
fn trickle(address: &str, head: &str, drops: impl Iterator<Item = u8>, pace: Duration) -> (String, Duration) {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.set_read_timeout(Some(pace)).unwrap();
    let mut said = Vec::new();
    for drop in drops {
        let mut piece = [0; 4096];
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(got) => said.extend_from_slice(&piece[..got]),
            Err(waits) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&waits.kind()) => {
                if stream.write_all(&[drop]).is_err() {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    (String::from_utf8_lossy(&said).into_owned(), begun.elapsed())
}

#[test]
fn a_head_that_is_sent_byte_by_byte_is_given_up_and_others_are_answered_meanwhile() {
    let place = Place::new("slow-head");
    init(&place.data());
    let server = Server::start(&place.data());
    let (said, after) = std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            let head = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nX-Slow: ", server.address);
            trickle(&server.address, &head, (0..400).map(|_| b'a'), Duration::from_millis(100))
        });
        assert_eq!(server.ask("GET", "/healthz", None, None).0, 200, "nobody waits for the slow one");
        slow.join().unwrap()
    });
    assert!(!said.contains(" 200 "), "{said}");
    assert!((15..30).contains(&after.as_secs()), "given up after {after:?}");
}

#[test]
fn a_line_on_which_nothing_comes_is_closed() {
    let place = Place::new("silent");
    init(&place.data());
    let server = Server::start(&place.data());
    let begun = Instant::now();
    let mut silent = TcpStream::connect(&server.address).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    assert_eq!(silent.read(&mut [0; 16]).unwrap_or(0), 0, "closed without a word");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

/// Longer than a head may take, and still welcome: whoever is signed in may have a slow line.
#[test]
fn a_file_may_arrive_slowly() {
    let place = Place::new("slow-file");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let part =
        |name: &str, more: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n");
    let begun = format!(
        "{}--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n",
        part("set", "", "accounts")
    );
    let rest = format!("name\r\n{}\r\n--x--\r\n", "a".repeat(220));
    let head = format!(
        "POST /api/v1/imports HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {}\r\n\r\n{begun}",
        server.address,
        begun.len() + rest.len()
    );
    // Behind the last byte of the file only the answer is waited for.
    let drops = rest.bytes().chain(std::iter::repeat_n(b' ', 100));
    let (said, after) = trickle(&server.address, &head, drops, Duration::from_millis(100));
    assert!(said.contains(" 202 "), "{said}");
    assert!(after > Duration::from_secs(21), "{after:?}");
}
