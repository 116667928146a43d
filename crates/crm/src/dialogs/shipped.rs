//! The dialogs that are shipped.
//!
//! Each is a constant that reads from top to bottom as its pages do.
//! Not here: what the words mean ([`super::definition`]). Proved by `crates/crm/tests/it/dialogs.rs`, which holds each of
//! them against the catalogue.

use super::definition::{Asks, Dialog, Made, Offer, Page, Question, Starts, When};

/// All of them.
pub(super) static ALL: &[&Dialog] = &[&LOG_A_CALL];

const FOLLOWS: Option<When> = Some(When { question: "follow_up", answer: "yes" });
const COMPLETED: i64 = 1;
const MADE: i64 = 2;
const RECEIVED: i64 = 4;

static LOG_A_CALL: Dialog = Dialog {
    name: "log_a_call",
    title: "Log a call",
    pages: &[
        Page { title: "Who", questions: &[WHO] },
        Page { title: "What", questions: &[SUBJECT, TEXT, DIRECTION] },
        Page { title: "Follow-up", questions: &[FOLLOW_UP, NEXT, DAY, FOR_WHOM] },
    ],
    records: &[
        Made { name: "call", set: "phone_calls", fixed: &[("state", COMPLETED)], only_if: None },
        Made { name: "task", set: "tasks", fixed: &[], only_if: FOLLOWS },
    ],
};

const WHO: Question = Question {
    name: "regarding",
    label: "Account, contact or other record",
    help: "Begin to type a name. The call and its follow-up stand in the timeline of this record.",
    asks: Asks::Fill(&[("call", "regarding"), ("task", "regarding")]),
    required: true,
    starts: Starts::Record,
    only_if: None,
};

const SUBJECT: Question = Question {
    name: "subject",
    label: "Subject",
    help: "",
    asks: Asks::Fill(&[("call", "subject")]),
    required: true,
    starts: Starts::Empty,
    only_if: None,
};

const TEXT: Question = Question {
    name: "text",
    label: "What was said",
    help: "",
    asks: Asks::Fill(&[("call", "description")]),
    required: false,
    starts: Starts::Empty,
    only_if: None,
};

const DIRECTION: Question = Question {
    name: "direction",
    label: "Who called",
    help: "",
    asks: Asks::Choose(&[
        Offer { name: "made", label: "We called", fills: &[("call", "is_outgoing", 1), ("call", "status", MADE)] },
        Offer { name: "received", label: "They called", fills: &[("call", "is_outgoing", 0), ("call", "status", RECEIVED)] },
    ]),
    required: true,
    starts: Starts::With("made"),
    only_if: None,
};

const FOLLOW_UP: Question = Question {
    name: "follow_up",
    label: "Is there something to follow up?",
    help: "",
    asks: Asks::Choose(&[Offer { name: "no", label: "No", fills: &[] }, Offer { name: "yes", label: "Yes, make a task", fills: &[] }]),
    required: true,
    starts: Starts::With("no"),
    only_if: None,
};

const NEXT: Question = Question {
    name: "follow_up_subject",
    label: "What is to be done",
    help: "",
    asks: Asks::Fill(&[("task", "subject")]),
    required: true,
    starts: Starts::Empty,
    only_if: FOLLOWS,
};

const DAY: Question = Question {
    name: "follow_up_day",
    label: "Due",
    help: "",
    asks: Asks::Day("task", "due_on"),
    required: true,
    starts: Starts::Empty,
    only_if: FOLLOWS,
};

const FOR_WHOM: Question = Question {
    name: "follow_up_owner",
    label: "For whom",
    help: "Yourself, a colleague or a team.",
    asks: Asks::Fill(&[("task", "owner")]),
    required: false,
    starts: Starts::Oneself,
    only_if: FOLLOWS,
};
