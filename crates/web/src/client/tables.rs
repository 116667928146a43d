//! Tables: their list, the columns that were added to one, and the forms that add, change and retire a column.
//!
//! A column that was just added is answered by the page that names who would read it, where one button opens it; whoever
//! may not open it comes back to the table. A field that a kind has no use for is not handed on.
//! Not here: opening and granting ([`super::columns`]). Start reading at [`list`]. Proved by `tests/it/tables.rs`.

use super::address::Address;
use super::form::at_fields;
use super::frame::Shell;
use super::show::capital;
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::Call;
use crate::pages::form::{Field, FormPage, Input, Section};
use crate::pages::frame::Frame;
use crate::pages::tables::{CustomRow, TablePage, TableRow, TablesPage};
use crate::pages::{Badge, Choice, Link, Tone};
use catalogue::naming::{LONGEST_LABEL, LONGEST_NAME};
use catalogue::{Area, CustomKind, Definition, Ownership, Sensitivity, Table};
use crm::tables::{self, ColumnChange, Kept, NewColumn, OptionSaid, TableLine};
use crm::{Actor, Denial, Done, Error, FieldError, Task, Tx, Verb};

/// `GET /tables`
pub(super) fn list(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let rows = tables::tables(tx, actor)?.iter().map(line).collect();
        Ok(TablesPage { frame: shell.frame("Tables"), rows })
    })?;
    Answer::draw(&page)
}

fn line(table: &TableLine) -> TableRow {
    let area = match table.area {
        Area::Work => "Work",
        Area::Sales => "Sales",
        Area::Service => "Service",
        Area::Marketing => "Marketing",
        Area::Settings => "Settings",
        Area::Nowhere => "Part of others",
    };
    TableRow {
        label: table.plural.clone(),
        href: format!("/tables/{}", table.set),
        icon: table.icon.clone(),
        area: area.into(),
        shipped: table.shipped.to_string(),
        custom: if table.custom == 0 { "none".into() } else { table.custom.to_string() },
    }
}

/// `GET /tables/{set}`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let sheet = tables::columns(tx, actor, call.set())?;
        let shell = Shell::of(tx, actor, call)?;
        let table = shell.catalogue.table(sheet.table).ok_or(Denial::NotThere)?;
        let opens = shell.outlook.holds(Task::ManageFieldProfiles);
        let href = format!("/tables/{}", table.set);
        Ok(TablePage {
            frame: Frame { here: href.clone(), ..shell.below(&table.plural, &[("Tables", "/tables")]) },
            table: table.plural.to_lowercase(),
            rows: sheet.columns.iter().map(|(kept, open)| row(&shell, kept, *open, opens)).collect(),
            href,
        })
    })?;
    Answer::draw(&page)
}

fn row(shell: &Shell, kept: &Kept, is_open: bool, opens: bool) -> CustomRow {
    let of = &kept.definition;
    let (text, tone) = match (of.is_retired, is_open) {
        (true, _) => ("Retired", Tone::Quiet),
        (false, true) => ("Open", Tone::Proven),
        (false, false) => ("Secured", Tone::Waits),
    };
    let shown: Vec<&str> = [("form", true), ("lists", of.is_listed), ("search", of.is_searched && is_open)]
        .into_iter()
        .filter(|(_, is_shown)| *is_shown && !of.is_retired)
        .map(|(place, _)| place)
        .collect();
    CustomRow {
        label: of.label.clone(),
        href: if of.is_retired { String::new() } else { format!("/tables/{}/columns/{}", of.set, of.name) },
        name: of.name.clone(),
        kind: kind_words(shell, &of.kind),
        shown: capital(&shown.join(", ")),
        state: Badge { text: text.into(), tone },
        readers_href: if opens && !of.is_retired { format!("/columns/{}/{}", of.set, of.name) } else { String::new() },
    }
}

fn kind_words(shell: &Shell, kind: &CustomKind) -> String {
    let label = kind.label();
    match kind {
        CustomKind::Text(n) | CustomKind::Memo(n) => format!("{label}, up to {n} characters"),
        CustomKind::Decimal(n) => format!("{label}, {n} digits"),
        CustomKind::Choice(options) | CustomKind::MultiChoice(options) => {
            let live: Vec<&str> = options.iter().filter(|o| !o.retired).map(|o| o.label.as_str()).collect();
            format!("{label}: {}", live.join(", "))
        }
        CustomKind::Lookup(sets) => {
            let all: Vec<String> = targets(shell).into_iter().filter(|t| sets.contains(&t.value)).map(|t| t.label.to_lowercase()).collect();
            format!("{label} to {}", all.join(", "))
        }
        _ => label.to_owned(),
    }
}

/// What a lookup may name: people, teams, units, and every table whose rows have rights of their own.
fn targets(shell: &Shell) -> Vec<Choice> {
    let has_rights = |t: &&Table| matches!(t.ownership, Ownership::Principal | Ownership::Organisation);
    let principals = [("users", "People"), ("teams", "Teams"), ("business_units", "Units")].map(|(set, label)| Choice::new(set, label));
    let records = shell.catalogue.tables().iter().filter(has_rights).map(|t| Choice::new(&t.set, &t.plural));
    principals.into_iter().chain(records).collect()
}

/// One field of these forms.
fn field(name: &str, label: &str, help: &str, input: Input) -> Field {
    let is_wide = matches!(input, Input::Many(_) | Input::Memo { .. });
    Field { name: name.into(), label: label.into(), help: help.into(), input, is_wide, ..Field::default() }
}

fn chosen(mut choices: Vec<Choice>, values: &[&str]) -> Vec<Choice> {
    choices.iter_mut().for_each(|choice| choice.selected = values.contains(&choice.value.as_str()));
    choices
}

/// Puts what is wrong at its field; what belongs to none stands above the form.
fn told(mut page: FormPage, wrong: &[FieldError]) -> FormPage {
    for error in wrong {
        let field = page.sections.iter_mut().flat_map(|s| &mut s.fields).find(|f| f.name == error.column);
        match field {
            Some(field) => {
                let before = field.error.take().map_or_else(String::new, |before| format!("{before}; "));
                field.error = Some(format!("{before}{}", if before.is_empty() { capital(&error.message) } else { error.message.clone() }));
            }
            None => page.problems.push(sentence(&error.message)),
        }
    }
    page
}

/// `GET /tables/{set}/columns/new`
pub(super) fn new(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| new_form(tx, actor, call))?;
    Answer::draw(&page)
}

fn new_form(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<FormPage> {
    tables::columns(tx, actor, call.set())?;
    let shell = Shell::of(tx, actor, call)?;
    let table = shell.catalogue.find(call.set()).ok_or(Denial::NotThere)?;
    let kind = if call.field("kind").is_empty() { "text" } else { call.field("kind") };
    let kinds = chosen(CustomKind::ALL.iter().map(|(word, label)| Choice::new(word, label)).collect(), &[kind]);
    let classes = Sensitivity::ALL.iter().map(|c| Choice::new(c.name(), &capital(c.name()))).collect();
    let line = |name: &str, most: usize| Input::line("text", call.field(name), most);
    let must = |field: Field| Field { is_required: true, ..field };
    let what = vec![
        must(field("label", "Label", "What people read in forms, lists and files.", line("label", LONGEST_LABEL))),
        field("name", "Name", "Stays for good: x_ and small letters. Left empty, it is made from the label.", line("name", LONGEST_NAME)),
        must(field("kind", "Kind", "Stays for good.", Input::One(kinds))),
        field("length", "Longest", "Characters. Left empty: 200, in long text 4,000.", number(call, "length")),
        field("digits", "Digits behind the point", "Left empty: 2.", number(call, "digits")),
        field(
            "options",
            "Options",
            "One a line. More can be added later; one that is not wanted any more is retired.",
            lines(call.field("options")),
        ),
        field("targets", "Looks up to", "Choose at least one.", Input::Many(chosen(targets(&shell), &call.fields("targets")))),
        field("help", "Help", "One sentence under the field.", line("help", 300)),
    ];
    let class = Input::One(chosen(classes, &[call.field("sensitivity")]));
    let shown = vec![
        field("sensitivity", "Sensitivity", "How much it hurts when it leaks. Left empty, it follows from the kind.", class),
        field("listed", "Show in lists", "In every view that came with the product.", Input::YesNo(call.field("listed") == "true")),
        field("searched", "Found by search", "Once it is open.", Input::YesNo(call.field("searched") == "true")),
    ];
    let home = format!("/tables/{}", table.set);
    Ok(FormPage {
        frame: shell.below("New column", &[("Tables", "/tables"), (&table.plural, &home)]),
        action: format!("{home}/columns/new"),
        cancel: home,
        submit: "Add the column".into(),
        lead: "It is there for everybody from the next page on. Nobody reads it until it is opened or a field profile grants it.".into(),
        sections: vec![Section { title: "What it is".into(), fields: what }, Section { title: "Where it is shown".into(), fields: shown }],
        ..FormPage::default()
    })
}

fn number(call: &Call, name: &str) -> Input {
    Input::Number { value: call.field(name).into(), unit: String::new(), has_decimals: false }
}

fn lines(value: &str) -> Input {
    Input::Memo { value: value.into(), longest: 0 }
}

fn listed(written: &str) -> Vec<String> {
    written.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// `POST /tables/{set}/columns/new`
pub(super) fn add(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let done = asked(call).and_then(|new| {
        let set = new.set.clone();
        let (name, _) = app.desk.perform(&who, Verb::admin("column.add"), move |tx, actor| tables::add_column(tx, actor, &new))?;
        let opens = app.desk.look(&who, |tx, actor| Ok(crm::views::outlook(tx, actor)?.holds(Task::ManageFieldProfiles)))?;
        Ok(if opens { format!("/columns/{set}/{name}") } else { format!("/tables/{set}") })
    });
    answered(app, call, done, "column_added", new_form)
}

/// What was asked for. A field that the kind has no use for may still hold what was typed before another was chosen.
fn asked(call: &Call) -> Done<NewColumn> {
    let kind = call.field("kind");
    let takes = |name: &str| match name {
        "length" => matches!(kind, "text" | "memo"),
        "digits" => kind == "decimal",
        "options" => matches!(kind, "choice" | "multi_choice"),
        "targets" => kind == "lookup",
        _ => matches!(kind, "text" | "memo" | "email" | "phone" | "url"),
    };
    let number = |name: &str| match call.field(name) {
        written if written.is_empty() || !takes(name) => Ok(None),
        written => written.parse().map(Some).map_err(|_| crm::Problem::column(name, format!("`{written}` is no whole number"))),
    };
    Ok(NewColumn {
        set: call.set().to_owned(),
        label: call.field("label").to_owned(),
        name: call.field("name").to_owned(),
        help: call.field("help").to_owned(),
        kind: kind.to_owned(),
        length: number("length")?,
        digits: number("digits")?,
        options: if takes("options") { listed(call.field("options")) } else { Vec::new() },
        targets: if takes("targets") { call.fields("targets").into_iter().map(str::to_owned).collect() } else { Vec::new() },
        sensitivity: call.field("sensitivity").to_owned(),
        is_listed: call.field("listed") == "true",
        is_searched: call.field("searched") == "true" && takes("searched"),
    })
}

/// Where it leads, or the form again with what is wrong.
fn answered(
    app: &App,
    call: &Call,
    done: Done<String>,
    word: &str,
    form: impl Fn(&mut Tx<'_>, &Actor, &Call) -> Done<FormPage>,
) -> Outcome {
    match done {
        Ok(at) => Ok(Answer::see(Address::new(at).with("done", word).to_string())),
        Err(Error::Problem(problem)) => {
            let page = app.desk.look(&call.asker()?, |tx, actor| form(tx, actor, call))?;
            Ok(Answer::draw(&told(page, &at_fields(&problem)))?.status(422))
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /tables/{set}/columns/{column}`
pub(super) fn edit(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| edit_form(tx, actor, call))?;
    Answer::draw(&page)
}

/// The column in the address, as long as it is in use.
fn live(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<Definition> {
    let all = tables::columns(tx, actor, call.set())?.columns.into_iter().map(|(kept, _)| kept.definition);
    let mut named = all.filter(|d| d.name == call.name("column") && !d.is_retired);
    named.next().ok_or_else(|| Denial::NotThere.into())
}

fn edit_form(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<FormPage> {
    let of = live(tx, actor, call)?;
    let shell = Shell::of(tx, actor, call)?;
    let table = shell.catalogue.find(call.set()).ok_or(Denial::NotThere)?;
    let is_sent = !call.form.is_empty();
    let text = |name: &str, now: &str, most: usize| Input::line("text", if is_sent { call.field(name) } else { now }, most);
    let tick = |name: &str, now: bool| Input::YesNo(if is_sent { call.field(name) == "true" } else { now });
    let fixed = |label: &str, value: &str| Field { cell: crate::pages::cell::Cell::text(value), ..field("", label, "", Input::Fixed) };
    let must = |field: Field| Field { is_required: true, ..field };
    let mut what = vec![
        must(field("label", "Label", "What people read in forms, lists and files.", text("label", &of.label, LONGEST_LABEL))),
        field("help", "Help", "One sentence under the field.", text("help", &of.help, 300)),
        fixed("Name", &of.name),
        fixed("Kind", &kind_words(&shell, &of.kind)),
        field("listed", "Show in lists", "In every view that came with the product.", tick("listed", of.is_listed)),
    ];
    if of.kind.has_words() {
        what.push(field("searched", "Found by search", "As long as it is open.", tick("searched", of.is_searched)));
    }
    let mut sections = vec![Section { title: "What it is".into(), fields: what }];
    if !of.kind.options().is_empty() {
        sections.push(Section { title: "Options".into(), fields: option_fields(call, &of, is_sent) });
    }
    let home = format!("/tables/{}", table.set);
    let mut beside = vec![Link::new("Retire", &format!("{home}/columns/{}/retire", of.name), "")];
    if shell.outlook.holds(Task::ManageFieldProfiles) {
        beside.insert(0, Link::new("Who reads it", &format!("/columns/{}/{}", of.set, of.name), "eye"));
    }
    let page = FormPage {
        frame: shell.below(&of.label, &[("Tables", "/tables"), (&table.plural, &home)]),
        action: format!("{home}/columns/{}", of.name),
        cancel: home.clone(),
        submit: "Save".into(),
        beside,
        sections,
        ..FormPage::default()
    };
    Ok(page)
}

fn option_fields(call: &Call, of: &Definition, is_sent: bool) -> Vec<Field> {
    let options = of.kind.options();
    let label = |o: &catalogue::ChoiceOption| {
        let name = format!("option-{}", o.name);
        let value = if is_sent { call.field(&name).to_owned() } else { o.label.clone() };
        field(&name, &format!("Label of {}", o.name), "", Input::line("text", &value, LONGEST_LABEL))
    };
    let choice = |o: &catalogue::ChoiceOption| {
        let selected = if is_sent { call.fields("retired").contains(&o.name.as_str()) } else { o.retired };
        Choice { selected, ..Choice::new(&o.name, &o.label) }
    };
    let mut all: Vec<Field> = options.iter().map(label).collect();
    all.push(field("retired", "Offered no more", "A record that has one keeps it.", Input::Many(options.iter().map(choice).collect())));
    all.push(field("options", "New options", "One a line.", lines(call.field("options"))));
    all
}

/// `POST /tables/{set}/columns/{column}`
pub(super) fn save(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let home = format!("/tables/{}", call.set());
    let done = app.desk.look(&who, |tx, actor| live(tx, actor, call)).and_then(|of| {
        let known = of.kind.options().iter().map(|o| OptionSaid {
            name: Some(o.name.clone()),
            label: Some(call.field(&format!("option-{}", o.name)).to_owned()),
            is_retired: Some(call.fields("retired").contains(&o.name.as_str())),
        });
        let new = listed(call.field("options")).into_iter().map(|label| OptionSaid { label: Some(label), ..OptionSaid::default() });
        let change = ColumnChange {
            label: Some(call.field("label").to_owned()),
            help: Some(call.field("help").to_owned()),
            is_listed: Some(call.field("listed") == "true"),
            is_searched: Some(call.field("searched") == "true"),
            options: known.chain(new).collect(),
        };
        let (set, name) = (of.set, of.name);
        app.desk.perform(&who, Verb::admin("column.change"), move |tx, actor| tables::change_column(tx, actor, &set, &name, &change))?;
        Ok(home.clone())
    });
    match done {
        Err(Error::Problem(problem)) if problem.code == "nothing-changed" => {
            Ok(Answer::see(Address::new(home).with("done", "same").to_string()))
        }
        done => answered(app, call, done, "saved", edit_form),
    }
}

/// `GET /tables/{set}/columns/{column}/retire`
pub(super) fn retire_page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let of = live(tx, actor, call)?;
        let shell = Shell::of(tx, actor, call)?;
        let table = shell.catalogue.find(call.set()).ok_or(Denial::NotThere)?;
        let home = format!("/tables/{}", table.set);
        let column = format!("{home}/columns/{}", of.name);
        Ok(FormPage {
            frame: shell.below(&format!("Retire {}", of.label), &[("Tables", "/tables"), (&table.plural, &home), (&of.label, &column)]),
            action: format!("{column}/retire"),
            cancel: column,
            submit: "Retire the column".into(),
            lead: "It is shown nowhere any more, and nobody reads, writes, filters or takes out by it. Its values stay where they are, and its name stays taken.".into(),
            ..FormPage::default()
        })
    })?;
    Answer::draw(&page)
}

/// `POST /tables/{set}/columns/{column}/retire`
pub(super) fn retire(app: &App, call: &Call) -> Outcome {
    let (set, name) = (call.set().to_owned(), call.name("column").to_owned());
    let home = format!("/tables/{set}");
    app.desk.perform(&call.asker()?, Verb::admin("column.retire"), move |tx, actor| tables::retire_column(tx, actor, &set, &name))?;
    Ok(Answer::see(Address::new(home).with("done", "retired").to_string()))
}
