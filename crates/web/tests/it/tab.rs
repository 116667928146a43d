//! A browser's tab: somebody of the cast on pages of the web client, without a browser.
//!
//! A form is sent as a page would send it: with the token that every page carries, and followed to where it leads.
//! Not here: the API ([`crate::server`]). Start reading at [`Tab::send`].

use crate::server::{Ask, Reply, Server};
use web::escape;

pub struct Tab<'s> {
    server: &'s Server,
    secret: String,
}

impl<'s> Tab<'s> {
    /// This member of the cast, signed in.
    pub fn of(server: &'s Server, name: &str) -> Tab<'s> {
        Tab { server, secret: format!("page session of {name}") }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.server.ask(Ask::new("GET", path).cookie(&self.secret))
    }

    /// Sends a form.
    pub fn send(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = crm::sign_in::csrf_token(&self.secret);
        let mut body = format!("csrf={}", escape(&csrf));
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", escape(name), escape(value)));
        }
        self.server.ask(Ask::new("POST", path).cookie(&self.secret).raw("application/x-www-form-urlencoded", body))
    }

    /// Sends a form, and looks where it leads.
    #[track_caller]
    pub fn done(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.send(path, fields).is(303);
        self.get(reply.header("location")).is(200)
    }

    /// Sends a form with a file, as a page does.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Reply {
        let csrf = crm::sign_in::csrf_token(&self.secret);
        let all: Vec<(&str, &str)> = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.server.ask(Ask::new("POST", path).cookie(&self.secret).parts(&all, Some(file)))
    }
}

/// The text of a page without its markup, white space made one blank.
pub fn words(reply: &Reply) -> String {
    let text = reply.text();
    let body = text.split("<main").nth(1).unwrap_or(&text);
    let mut words = String::new();
    let mut is_tag = false;
    for letter in body.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                words.push(' ');
            }
            other if !is_tag => words.push(other),
            _ => {}
        }
    }
    let words = words.replace("&#39;", "'").replace("&#34;", "\"").replace("&amp;", "&");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The value of the first attribute called so behind this text.
#[track_caller]
pub fn value_behind(reply: &Reply, text: &str, attribute: &str) -> String {
    let page = reply.text();
    let rest = page.split_once(text).unwrap_or_else(|| panic!("no {text} in {page}")).1;
    let value = rest.split_once(&format!("{attribute}=\"")).unwrap_or_else(|| panic!("no {attribute} behind {text}")).1;
    value.split('"').next().unwrap().to_owned()
}
