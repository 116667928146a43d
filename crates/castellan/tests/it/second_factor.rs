//! A second factor from another process: set up, raced for, taken away by the operator.

use crate::server::{PASSWORD, Place, Server, init, run};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

#[test]
fn one_of_fifty_gets_in_with_a_recovery_code_and_the_operator_helps_whoever_lost_everything() {
    let place = Place::new("second-factor");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let (status, begun) = server.ask("POST", "/api/v1/second_factor", Some(&admin), Some(&json!({})));
    assert_eq!(status, 201, "{begun}");
    let secret = totp_rs::Secret::try_from_base32(begun["secret"].as_str().unwrap()).unwrap();
    let telephone = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    #[allow(clippy::disallowed_methods, reason = "a telephone has a clock of its own")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let code = json!({ "code": telephone.generate(now).to_string() });
    let (status, confirmed) = server.ask("POST", "/api/v1/second_factor/confirm", Some(&admin), Some(&code));
    assert_eq!(status, 200, "{confirmed}");

    let alone = json!({ "email": "ada@example.com", "password": PASSWORD });
    assert_eq!(server.ask("POST", "/api/v1/sessions", None, Some(&alone)).0, 422, "the code is missing");
    let with_code = json!({ "email": "ada@example.com", "password": PASSWORD, "code": confirmed["recovery_codes"][0] });
    let won = std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..50).map(|_| scope.spawn(|| server.ask("POST", "/api/v1/sessions", None, Some(&with_code)).0 == 201)).collect();
        tries.into_iter().map(|one| one.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!(won, 1);

    let sealed = std::fs::read(place.data().join("seal.key")).unwrap();
    assert_eq!(sealed.len(), 32);
    let reset = run(&place.data(), &["user", "reset-factor", "ada@example.com"], "");
    assert!(reset.status.success(), "{}", String::from_utf8_lossy(&reset.stderr));
    assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&admin), None).0, 401, "every session has ended");
}
