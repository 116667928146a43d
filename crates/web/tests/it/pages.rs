//! The pages as markup: nothing runs in them, nothing slips through them, none is heavy.
//!
//! One idea: what every page must hold is asked of the templates, which are all the markup there is.
//! Deliberately not here: contrast and names for screen readers (axe, in the outside ring).
//! Start reading at the first sentence.

use crate::assets::templates;
use askama::Template;
use std::io::Write;
use web::pages::cell::Cell;
use web::pages::form::{Field, FormPage, Input, Section};
use web::pages::frame::Frame;
use web::pages::list::{Count, ListColumn, ListPage, ListRow};

#[test]
fn no_markup_carries_a_script_or_a_style() {
    for (path, text) in templates() {
        let name = path.display();
        assert!(!text.contains(" style="), "{name} has a style in the markup");
        assert!(!text.contains("<style"), "{name} has a style sheet in the markup");
        assert!(!text.contains("javascript:"), "{name} links to a script");
        for word in text.split_whitespace() {
            assert!(!(word.starts_with("on") && word.contains("=\"")), "{name} has the handler {word}");
            assert!(!word.contains("hx-on"), "{name} has the handler {word}");
        }
        for tag in text.split("<script").skip(1) {
            assert!(tag.split('>').next().unwrap().contains("src="), "{name} has a script in the markup");
        }
    }
}

#[test]
fn every_form_that_posts_carries_the_token() {
    for (path, text) in templates() {
        for form in text.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let opening = form.split('>').next().unwrap();
            if !opening.contains("method=\"post\"") {
                continue;
            }
            let has = form.contains("name=\"csrf\"") || form.contains("part/kept.html");
            assert!(has, "a form in {} posts without the token: {opening}", path.display());
        }
    }
}

#[test]
fn what_people_wrote_is_text_and_never_markup() {
    let nasty = "<script>alert(1)</script>\"'><img src=x>";
    let cells = [
        Cell::text(nasty),
        Cell::Memo(nasty.into()),
        Cell::link(nasty, nasty),
        Cell::Mail(nasty.into()),
        Cell::phone(nasty),
        Cell::web(nasty),
        Cell::Choices(vec![nasty.into()]),
    ];
    for cell in &cells {
        let text = cell.render().unwrap();
        assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
        assert!(!text.contains("\"'>"), "{text}");
    }
    let field = Field { name: "name".into(), input: Input::line("text", nasty, 0), ..Field::default() };
    let sections = vec![Section { title: nasty.into(), fields: vec![field] }];
    let page = FormPage { sections, frame: Frame { title: nasty.into(), ..Frame::default() }, ..FormPage::default() };
    assert!(!page.render().unwrap().contains("<img"));
}

#[test]
fn only_the_web_is_linked_to() {
    assert!(matches!(Cell::web("https://alfreds.example/"), Cell::Web { .. }));
    for text in ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt://x", " https://x", "ftp://x"] {
        assert!(matches!(Cell::web(text), Cell::Text(_)), "{text}");
    }
}

#[test]
fn a_list_page_of_fifty_rows_weighs_less_than_60_kb_compressed() {
    let columns: Vec<ListColumn> = (0..12).map(column).collect();
    let rows = (0..50).map(row).collect();
    let page = ListPage { columns, rows, can_assign: true, can_delete: true, ..ListPage::default() };
    let mut packed = Vec::new();
    {
        let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 4, 22);
        writer.write_all(page.render().unwrap().as_bytes()).unwrap();
    }
    assert!(packed.len() < 60_000, "{} bytes", packed.len());
}

fn column(n: usize) -> ListColumn {
    ListColumn { name: format!("column_{n}"), label: format!("Column {n}"), up_href: "#".into(), ..ListColumn::default() }
}

fn row(n: usize) -> ListRow {
    // WHY: texts that don't repeat, so that compression does not flatter the page.
    let cells = (0..12).map(|c| Cell::Text(format!("{:x}", (n * 12 + c + 1) * 2_654_435_761 % 4_294_967_291))).collect();
    ListRow { id: format!("{n}"), name: format!("Row {n}"), can_edit: true, cells, ..ListRow::default() }
}

#[test]
fn a_count_that_is_not_exact_says_so() {
    let text = |is_exact| {
        let count = Count { text: "5,000".into(), is_exact };
        ListPage { plural: "accounts".into(), count, ..ListPage::default() }.render().unwrap()
    };
    assert!(text(false).contains("more than 5,000 accounts"));
    assert!(!text(true).contains("more than"));
}

#[test]
fn a_value_that_may_not_be_seen_says_so_and_nothing_else() {
    let text = Cell::Hidden.render().unwrap();
    assert!(text.contains("not visible to you") && !text.contains("<a "), "{text}");
}

#[test]
fn a_button_is_there_only_for_whoever_may() {
    let bare = ListPage { set: "accounts".into(), ..ListPage::default() };
    assert!(!bare.render().unwrap().contains("/accounts/new"));
    let may = ListPage { can_create: true, ..bare };
    assert!(may.render().unwrap().contains("/accounts/new"));
}
