//! One record while it is changed: the form, its errors, a lookup that is not clear, a conflict.
//!
//! One idea: the form of the same account that `records` reads. Start reading at [`pages`].
//! Deliberately not here: reading it. Proved by looking.

use crate::around::{choices, frame, kept, when};
use crate::records::{CRUMBS, contact_lookup, figure, sections};
use crate::{Done, Pages, draw};
use web::pages::cell::Cell;
use web::pages::form::{FormPage, Input, Lookup, LookupOption, LookupOptions};
use web::pages::record::{ConflictColumn, ConflictPage};

pub fn pages(to: &mut Pages) -> Done {
    let mut form = FormPage {
        frame: frame("Edit Alfreds Futterkiste", "Accounts", CRUMBS),
        action: "#".into(),
        cancel: "record.html".into(),
        submit: "Save".into(),
        kept: vec![kept("version", "7")],
        sections: sections(),
        ..FormPage::default()
    };
    draw(to, "form", &form)?;
    form.frame = frame("New account", "Accounts", &[("Accounts", "list.html", "")]);
    form.submit = "Create account".into();
    form.can_save_and_new = true;
    for field in form.sections.iter_mut().flat_map(|section| &mut section.fields) {
        match field.name.as_str() {
            "name" => field.error = Some("it must be filled".into()),
            "revenue" => field.error = Some("`1.85 million` is not a number".into()),
            "primary_contact" => {
                field.error = Some("two contacts have this name".into());
                field.input = Input::Lookup(Lookup {
                    value: String::new(),
                    candidates: choices(&[("contacts:1", "Maria Anders, Berlin"), ("contacts:2", "Maria Anders, Graz")], ""),
                    was_sought: true,
                    ..contact_lookup()
                });
            }
            _ => {}
        }
    }
    draw(to, "form_errors", &form)?;
    let option = |name: &str, detail: &str| LookupOption { value: "contacts:1".into(), name: name.into(), detail: detail.into() };
    draw(
        to,
        "lookup_fragment",
        &LookupOptions {
            options: vec![option("Maria Anders", "Alfreds Futterkiste, Berlin"), option("Maria Larsson", "Folk och fä HB")],
            has_more: true,
        },
    )?;
    let differs = |name: &str, label: &str, before, theirs, mine, is_mine_chosen| ConflictColumn {
        name: name.into(),
        label: label.into(),
        before,
        theirs,
        mine,
        is_mine_chosen,
    };
    let conflict = ConflictPage {
        frame: frame("Two versions of Alfreds Futterkiste", "Accounts", CRUMBS),
        action: "#".into(),
        kept: vec![kept("version", "8")],
        by: "Andrew Fuller".into(),
        when: when("at 09:12", "Tuesday, 5 May 2026, 09:12:44 CEST"),
        columns: vec![
            differs("telephone1", "Main phone", Cell::text("030-0074320"), Cell::text("030-0074399"), Cell::text("030-0074321"), true),
            differs("industry", "Industry", Cell::Empty, Cell::text("Retail"), Cell::text("Food and beverage"), false),
        ],
        untouched: vec![figure("Website", Cell::web("https://alfreds.example"))],
        cancel: "record.html".into(),
    };
    draw(to, "conflict", &conflict)
}
