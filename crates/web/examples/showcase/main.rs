//! Draws every page with rich sample data into a folder, so that they can be looked at without a server.
//!
//! One idea: what is to be judged by eye and by axe is drawn from the same structs that the product fills.
//! `cargo run -p web --example showcase -- FOLDER` writes one file per page and state, and the assets beside them.
//! Deliberately not here: any rule; the names are made up. Start reading at [`main`].
//! Proved by `tests/it/pages.rs`, which asks the same of smaller data.

mod around;
mod edits;
mod exchanges;
mod leaving;
mod lists;
mod persons;
mod records;

use askama::Template;
use std::error::Error;
use std::fs;
use std::path::Path;

type Done = Result<(), Box<dyn Error>>;

fn main() -> Done {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in web::assets::ASSETS {
        fs::write(folder.join("assets").join(asset.path), asset.bytes)?;
    }
    let mut pages = Vec::new();
    around::pages(&mut pages)?;
    lists::pages(&mut pages)?;
    records::pages(&mut pages)?;
    persons::pages(&mut pages)?;
    leaving::pages(&mut pages)?;
    exchanges::pages(&mut pages)?;
    for (name, text) in &pages {
        fs::write(folder.join(format!("{name}.html")), text)?;
    }
    println!("{} pages", pages.len());
    Ok(())
}

/// The drawn pages by name.
type Pages = Vec<(&'static str, String)>;

fn draw(pages: &mut Pages, name: &'static str, page: &impl Template) -> Done {
    pages.push((name, page.render()?));
    Ok(())
}
