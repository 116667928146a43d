//! Looking: lists, single records, searches, and what stands beside them.
//!
//! Every look asks for a permit to read, names its columns to it, and answers [`Row`]s in which what the reader may not
//! see is absent or [`Link::Hidden`]. What may be done with a row is asked of the same rules, in SQL.
//! Not here: changing (`records`), how it looks (`web`).
//! Start reading at [`list`]. Proved by `crates/crm/tests/it/views.rs`.

mod dates;
mod filter;
mod list;
mod open;
mod outlook;
mod pick;
mod place;
mod rows;
mod search;
mod timeline;

pub(crate) use filter::unknown_column;
pub use filter::{Reading as FilterReading, parse as parse_filter};
pub use list::{ListAsk, Listed, list, ordered};
pub(crate) use list::{default_sort, filter as filtered, shown, zone};
pub use open::{History, Told, history, open, removed_list, reveal};
pub use outlook::{
    Outlook, ShareLine, Sign, Signs, givers, marked_names, open_columns, organisation, outlook, principal_names, shares, signs,
};
pub use pick::{Picked, pick};
pub use rows::{Cell, Link, Row, rows};
pub use search::{Found, search};
pub use store::records::RemovedRow;
pub use timeline::{Moment, MomentKind, RelatedList, related, timeline};
