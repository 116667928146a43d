//! Tasks, phone calls, e-mails with their recipients, appointments.
//!
//! An activity is owned by a person or team; `regarding` names what it is about and by itself gives nobody a right.
//! Open ones follow when that record is assigned; all go when it is deleted.
//! Not here: notes and files (`attachments.rs`), sending and receiving (`crm`).
//! Start reading at [`tables`]. Proved by `crates/catalogue/tests/it/standard.rs`.

use super::{MINE, MINE_OPEN, OPEN, regarding};
use crate::{Area, Sensitivity, TableBuilder};

const STATES: &[(i64, &str)] = &[(0, "Open"), (1, "Completed"), (2, "Canceled")];
const PRIORITIES: &[(i64, &str)] = &[(0, "Low"), (1, "Normal"), (2, "High")];
const OPEN_DUE: &str =
    r#"{"all":[{"column":"owner","op":"eq_me"},{"column":"state","op":"eq","value":"open"},{"column":"due_on","op":"today"}]}"#;
const MINUTES: i64 = 60 * 24 * 366 * 10;

/// The tables of this file.
pub(super) fn tables() -> Vec<TableBuilder> {
    vec![tasks(), phone_calls(), emails(), recipients(), appointments()]
}

/// What tasks and phone calls have alike, after their subject.
fn work(table: TableBuilder) -> TableBuilder {
    regarding(table)
        .memo("description", "Description", 2000)
        .choice("priority", "Priority", PRIORITIES)
        .index()
        .text("category", "Category", 250)
        .date_time("start_on", "Start")
        .date_time("due_on", "Due")
        .index()
        .date_time("actual_start", "Actual start")
        .date_time("actual_end", "Actual end")
        .index()
        .integer("duration_minutes", "Duration (minutes)", 0, MINUTES)
}

fn subject(table: TableBuilder) -> TableBuilder {
    table.named_by("subject").activity().text("subject", "Subject", 200).required().search().index()
}

fn tasks() -> TableBuilder {
    let columns = &["subject", "regarding", "priority", "due_on", "status", "owner"];
    let table = TableBuilder::new("tasks", "task", "Task", "Tasks", Area::Work, "checkbox").states(STATES).statuses(&[
        (2, "Not Started", 0),
        (3, "In Progress", 0),
        (4, "Waiting on someone else", 0),
        (7, "Deferred", 0),
        (5, "Completed", 1),
        (6, "Canceled", 2),
    ]);
    work(subject(table))
        .integer("percent_complete", "Complete (%)", 0, 100)
        .section("Task", &["subject", "regarding", "description", "priority", "category", "owner"])
        .section("Time", &["start_on", "due_on", "duration_minutes", "percent_complete"])
        .section("Outcome", &["state", "status", "actual_start", "actual_end"])
        .view("open", "Open tasks", columns, OPEN, &["due_on"])
        .view("mine_open", "My open tasks", columns, MINE_OPEN, &["due_on"])
        .view("mine_today", "My tasks due today", columns, OPEN_DUE, &["due_on"])
        .view("completed", "Completed tasks", columns, r#"{"column":"state","op":"eq","value":"completed"}"#, &["-actual_end"])
        .view("all", "All tasks", columns, "", &["-created_on"])
}

fn phone_calls() -> TableBuilder {
    let columns = &["subject", "spoke_with", "phone_number", "regarding", "due_on", "status", "owner"];
    let table = TableBuilder::new("phone_calls", "phone_call", "Phone call", "Phone calls", Area::Work, "phone")
        .states(STATES)
        .statuses(&[(1, "Open", 0), (2, "Made", 1), (4, "Received", 1), (3, "Canceled", 2)]);
    let table = subject(table)
        .lookup("spoke_with", "With", &["contacts", "leads"])
        .phone("phone_number", "Phone number")
        .search()
        .yes_no("is_outgoing", "Outgoing")
        .yes_no("left_voicemail", "Left voicemail");
    work(table)
        .section("Phone call", &["subject", "spoke_with", "phone_number", "is_outgoing", "regarding", "description", "owner"])
        .section("Time", &["start_on", "due_on", "duration_minutes", "priority", "category"])
        .section("Outcome", &["state", "status", "left_voicemail", "actual_start", "actual_end"])
        .view("open", "Open phone calls", columns, OPEN, &["due_on"])
        .view("mine_open", "My open phone calls", columns, MINE_OPEN, &["due_on"])
        .view("mine_today", "My calls due today", columns, OPEN_DUE, &["due_on"])
        .view("completed", "Completed phone calls", columns, r#"{"column":"state","op":"eq","value":"completed"}"#, &["-actual_end"])
        .view("all", "All phone calls", columns, "", &["-created_on"])
}

const EMAIL_STATUSES: &[(i64, &str, i64)] = &[
    (1, "Draft", 0),
    (8, "Failed", 0),
    (2, "Completed", 1),
    (3, "Sent", 1),
    (4, "Received", 1),
    (6, "Pending Send", 1),
    (7, "Sending", 1),
    (5, "Canceled", 2),
];

fn emails() -> TableBuilder {
    let columns = &["subject", "sender", "to_recipients", "regarding", "sent_on", "status", "owner"];
    let table = TableBuilder::new("emails", "email", "E-mail", "E-mails", Area::Work, "mail")
        .named_by("subject")
        .activity()
        .states(STATES)
        .statuses(EMAIL_STATUSES)
        // WHY: the model allows 200 characters; real mail is longer, and is kept as it came.
        .text("subject", "Subject", 998)
        .search()
        .email("sender", "From")
        .search()
        .index()
        .memo("to_recipients", "To", 100_000)
        .help("The addresses as written; each one is a recipient of its own as well.")
        .class(Sensitivity::Personal)
        .search();
    regarding(table)
        .memo("description", "Body", 1_048_576)
        .class(Sensitivity::Personal)
        .text("mime_type", "Format of the body", 256)
        .yes_no("is_outgoing", "Outgoing")
        .index()
        .date_time("sent_on", "Sent on")
        .index()
        .date_time("due_on", "Due")
        .index()
        .date_time("actual_end", "Actual end")
        .choice("priority", "Priority", PRIORITIES)
        .text("message_id", "Message id", 320)
        .index()
        .text("in_reply_to", "In reply to", 320)
        .index()
        .lookup("parent_email", "Answers", &["emails"])
        .help("The e-mail this one answers.")
        .section("E-mail", &["sender", "to_recipients", "subject", "regarding", "description", "owner"])
        .section("Delivery", &["is_outgoing", "priority", "sent_on", "due_on", "state", "status", "actual_end"])
        .section("Thread", &["parent_email", "message_id", "in_reply_to", "mime_type"])
        .view("all", "All e-mails", columns, "", &["-created_on"])
        .view("mine_open", "My open e-mails", columns, MINE_OPEN, &["-created_on"])
        .view("mine", "My e-mails", columns, MINE, &["-created_on"])
        .view("received", "Received e-mails", columns, r#"{"column":"status","op":"eq","value":"received"}"#, &["-sent_on"])
        .view("sent", "Sent e-mails", columns, r#"{"column":"status","op":"eq","value":"sent"}"#, &["-sent_on"])
}

fn recipients() -> TableBuilder {
    TableBuilder::new("recipients", "recipient", "Recipient", "Recipients", Area::Nowhere, "at")
        .named_by("address")
        .parent_owned("email")
        .lookup("email", "E-mail", &["emails"])
        .required()
        .choice("role", "Role", &[(1, "Sender"), (2, "To Recipient"), (3, "CC Recipient"), (4, "BCC Recipient")])
        .required()
        .email("address", "Address")
        .required()
        .search()
        .index()
        .text("display_name", "Name", 200)
        .class(Sensitivity::Personal)
        .lookup("party", "Party", &["accounts", "contacts", "leads", "queues", "users"])
        .help("Whose address this is, as far as it is known.")
        .section("Recipient", &["email", "role", "address", "display_name", "party"])
        .view("all", "All recipients", &["address", "display_name", "role", "party", "email"], "", &["address"])
}

fn appointments() -> TableBuilder {
    const NOT_OVER: &str = r#"{"column":"state","op":"in","value":["open","scheduled"]}"#;
    let columns = &["subject", "start_on", "end_on", "location", "regarding", "status", "owner"];
    let table = TableBuilder::new("appointments", "appointment", "Appointment", "Appointments", Area::Work, "calendar-event")
        .states(&[(0, "Open"), (1, "Completed"), (2, "Canceled"), (3, "Scheduled")])
        .statuses(&[(1, "Free", 0), (2, "Tentative", 0), (3, "Completed", 1), (4, "Canceled", 2), (5, "Busy", 3), (6, "Out of Office", 3)]);
    let table = subject(table)
        .text("location", "Location", 200)
        .search()
        .date_time("start_on", "Start")
        .required()
        .index()
        .date_time("end_on", "End")
        .required()
        .index()
        .yes_no("is_all_day", "All day")
        .memo("required_attendees", "Required attendees", 4000)
        .help("Names or addresses, separated by semicolons.")
        .class(Sensitivity::Personal)
        .memo("optional_attendees", "Optional attendees", 4000)
        .class(Sensitivity::Personal);
    regarding(table)
        .memo("description", "Description", 1_048_576)
        .choice("priority", "Priority", PRIORITIES)
        .text("category", "Category", 250)
        .date_time("actual_end", "Actual end")
        .text("global_id", "Calendar id", 300)
        .help("The id the calendar standard gives it, by which synchronising finds it again.")
        .index()
        .section("Appointment", &["subject", "location", "start_on", "end_on", "is_all_day", "regarding", "owner"])
        .section("People", &["required_attendees", "optional_attendees"])
        .section("Details", &["description", "priority", "category", "state", "status", "actual_end"])
        .view("open", "Open appointments", columns, NOT_OVER, &["start_on"])
        .view(
            "mine_open",
            "My open appointments",
            columns,
            r#"{"all":[{"column":"owner","op":"eq_me"},{"column":"state","op":"in","value":["open","scheduled"]}]}"#,
            &["start_on"],
        )
        .view(
            "mine_today",
            "My appointments today",
            columns,
            r#"{"all":[{"column":"owner","op":"eq_me"},{"column":"start_on","op":"today"}]}"#,
            &["start_on"],
        )
        .view("all", "All appointments", columns, "", &["-start_on"])
}
