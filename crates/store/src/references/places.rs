//! Every place in the product's own tables that could name a person, said one by one.
//!
//! A column is in exactly one of three: it is [`Place::Live`] under a condition, it is [`Place::Kept`], or it can
//! [`Place::Never`] name anybody. Whoever adds a column of ids, text or bytes says here which; else a test fails with its
//! name. Numbers are left out: no person is named by one.
//! Not here: record tables, which are walked from the catalogue ([`super`]). Proved by `crates/store/tests/it/references.rs`.

/// What a column says about people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Whoever it names is still meant by it.
    Live {
        /// The kind of item of a departure it belongs to.
        item: &'static str,
        /// The id stands somewhere in its text; else the column is the id.
        is_text: bool,
        /// As long as this holds, in SQL, of the row `r`; `{person}` and `{now}` stand for themselves.
        when: &'static str,
    },
    /// It may name a person, and stays as it is: why.
    Kept(&'static str),
    /// It cannot name a person: why.
    Never(&'static str),
}

impl Place {
    /// The reason, or the condition, in words.
    pub fn what(self) -> &'static str {
        match self {
            Place::Live { when, .. } => when,
            Place::Kept(why) | Place::Never(why) => why,
        }
    }
}

/// Columns of a table of which the same is said. A column whose rows are different things stands in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The table.
    pub table: &'static str,
    /// Names of columns, with spaces between.
    pub columns: &'static str,
    /// What is said of them.
    pub place: Place,
}

const TRAIL: Place = Place::Kept("who did it: the trail of what was, which nobody writes anew");
const BY: Place = Place::Kept("who did it, kept with what was done");
const TOLD: Place = Place::Kept("words of what happened, as they were said");
const ACCOUNT: Place = Place::Kept("the account itself, of which a departure is about");
const KEY: Place = Place::Never("the id of the row itself, or of something that no person is");
const ROW: Place = Place::Kept("which thing it was about; a person may be that thing, and stays it");
const WORD: Place = Place::Never("a word of the product's own, or a name of a table or column");
const WORDS: Place = Place::Never("words that people wrote for people; an id in them acts on nothing");
const SECRET: Place = Place::Never("a hash, a signature or a sealed secret");

const ENDED: &str = "r.ended IS NULL AND (r.until IS NULL OR r.until > {now})";
/// Whoever is shut out for good holds nothing of it any more.
const THERE: &str = "(SELECT p.state FROM sys_principals p WHERE p.id = {person}) NOT IN ('disabled', 'erased')";
const OPEN_JOB: &str = "EXISTS (SELECT 1 FROM sys_jobs j WHERE j.id = r.job AND j.ended_on IS NULL)";
const OF_OTHERS: &str = "r.asker <> {person} AND EXISTS (SELECT 1 FROM sys_jobs j WHERE j.id = r.job AND j.ended_on IS NULL)";

const fn said(table: &'static str, columns: &'static str, place: Place) -> Said {
    Said { table, columns, place }
}

const fn live(table: &'static str, columns: &'static str, item: &'static str, when: &'static str) -> Said {
    Said { table, columns, place: Place::Live { item, is_text: false, when } }
}

/// Text that names people somewhere in it.
const fn within(table: &'static str, columns: &'static str, item: &'static str, when: &'static str) -> Said {
    Said { table, columns, place: Place::Live { item, is_text: true, when } }
}

/// All of them, table by table in the order of the schema.
pub const PLACES: &[Said] = &[
    within("sys_meta", "value", "mention", "r.name <> 'name'"),
    said("sys_meta", "name", WORD),
    // People, teams, units, and how people come in.
    said("sys_principals", "id", ACCOUNT),
    said("sys_principals", "kind name name_key state email email_key title team_kind", ACCOUNT),
    said("sys_principals", "unit", KEY),
    said("sys_principals", "created_by", BY),
    live("sys_principals", "responsible", "services", "r.is_service = 1 AND r.state IN ('invited', 'active', 'frozen')"),
    live("sys_credentials", "user_id", "credentials", THERE),
    said("sys_credentials", "hash", SECRET),
    live(
        "sys_sessions",
        "user_id",
        "credentials",
        "r.ended IS NULL AND r.ends_on > {now} AND r.last_used > {now} - r.idle
         AND r.epoch = (SELECT p.epoch FROM sys_principals p WHERE p.id = r.user_id)",
    ),
    said("sys_sessions", "id", KEY),
    said("sys_sessions", "token_hash", SECRET),
    said("sys_sessions", "kind scopes", WORD),
    said("sys_sessions", "name", WORDS),
    live(
        "sys_invitations",
        "user_id",
        "credentials",
        "r.used IS NULL AND r.ends_on > {now} AND (SELECT p.state FROM sys_principals p WHERE p.id = {person}) IN ('invited', 'active')",
    ),
    said("sys_invitations", "id", KEY),
    said("sys_invitations", "token_hash", SECRET),
    said("sys_invitations", "created_by", BY),
    said("sys_throttle", "subject", SECRET),
    said("sys_reset_asks", "id", KEY),
    said("sys_reset_asks", "email channel", Place::Never("an address as somebody typed it; nobody has looked whose it is")),
    said("sys_reset_notices", "id", KEY),
    said("sys_reset_notices", "user_id", Place::Kept("what is told to the person alone, at a sign-in that does not come")),
    said("sys_reset_notices", "by_id", BY),
    live(
        "sys_factors",
        "user_id",
        "credentials",
        "r.ended IS NULL AND (SELECT p.state FROM sys_principals p WHERE p.id = {person}) NOT IN ('disabled', 'erased')",
    ),
    said("sys_factors", "id", KEY),
    said("sys_factors", "secret", SECRET),
    said("sys_factors", "ended_by", BY),
    live(
        "sys_recovery_codes",
        "user_id",
        "credentials",
        "r.ended IS NULL AND r.used IS NULL AND (SELECT p.state FROM sys_principals p WHERE p.id = {person}) NOT IN ('disabled', 'erased')",
    ),
    said("sys_recovery_codes", "id", KEY),
    said("sys_recovery_codes", "hash", SECRET),
    said("sys_password_history", "user_id", Place::Kept("a hash that no password of the person may have again")),
    said("sys_password_history", "id", KEY),
    said("sys_password_history", "hash", SECRET),
    // Rights.
    said("sys_units", "id name name_key", KEY),
    said("sys_unit_parents", "id unit parent", KEY),
    said("sys_unit_parents", "by_id", BY),
    said("sys_roles", "id name name_key", KEY),
    said("sys_role_levels", "id role", KEY),
    said("sys_role_levels", "set_name levels", WORD),
    said("sys_role_levels", "by_id", BY),
    said("sys_role_tasks", "id role", KEY),
    said("sys_role_tasks", "task", WORD),
    said("sys_role_tasks", "by_id", BY),
    live("sys_role_grants", "principal", "rights", ENDED),
    said("sys_role_grants", "id role", KEY),
    said("sys_role_grants", "reason", WORDS),
    said("sys_role_grants", "by_id", BY),
    said("sys_role_factors", "id role", KEY),
    said("sys_role_factors", "by_id", BY),
    live(
        "sys_members",
        "user_id",
        "rights",
        "r.ended IS NULL AND (r.until IS NULL OR r.until > {now})
         AND r.team NOT IN (SELECT t.id FROM sys_principals t WHERE t.kind = 'team' AND t.is_default = 1)",
    ),
    said("sys_members", "id team", KEY),
    said("sys_members", "by_id", BY),
    said("sys_team_templates", "id", KEY),
    said("sys_team_templates", "set_name name name_key", WORD),
    said("sys_team_templates", "by_id", BY),
    said("sys_record_teams", "id template row_id team", KEY),
    said("sys_record_teams", "set_name", WORD),
    said("sys_record_teams", "by_id", BY),
    live(
        "sys_managers",
        "manager",
        "reports",
        "r.ended IS NULL AND (r.until IS NULL OR r.until > {now})
         AND (SELECT p.state FROM sys_principals p WHERE p.id = r.user_id) IN ('invited', 'active', 'frozen')",
    ),
    said("sys_managers", "user_id", Place::Kept("whom the person reports to; it says nothing of anybody else")),
    said("sys_managers", "id", KEY),
    said("sys_managers", "by_id", BY),
    said("sys_profiles", "id name name_key", KEY),
    said("sys_profile_columns", "id profile", KEY),
    said("sys_profile_columns", "set_name column_name", WORD),
    said("sys_profile_columns", "by_id", BY),
    live("sys_profile_grants", "principal", "rights", ENDED),
    said("sys_profile_grants", "id profile", KEY),
    said("sys_profile_grants", "reason", WORDS),
    said("sys_profile_grants", "by_id", BY),
    said("sys_column_security", "id", KEY),
    said("sys_column_security", "set_name column_name", WORD),
    said("sys_column_security", "by_id", BY),
    live("sys_shares", "principal", "shares", ENDED),
    said("sys_shares", "id row_id inherited", KEY),
    said("sys_shares", "set_name", WORD),
    said("sys_shares", "by_id", BY),
    // What was.
    said("sys_owner_history", "owner", TRAIL),
    said("sys_owner_history", "row_id unit", KEY),
    said("sys_owner_history", "set_name", WORD),
    said("sys_lanes", "hash", SECRET),
    said("sys_trail", "actor subject_id", TRAIL),
    said("sys_trail", "channel verb verdict subject_set", WORD),
    said("sys_trail", "previous commitments hash", SECRET),
    said("sys_changes", "row_id body", TRAIL),
    said("sys_changes", "set_name", WORD),
    said("sys_changes", "salt", SECRET),
    said("sys_checkpoints", "id", KEY),
    said("sys_checkpoints", "heads signature", SECRET),
    said("sys_journal", "user_id row_id query first_key last_key", Place::Kept("who read what: the journal of what was")),
    said("sys_journal", "id session_id flush_id", KEY),
    said("sys_journal", "kind set_name", WORD),
    said("sys_removed", "owner body", Place::Kept("a record as it was deleted: it comes back as it was, or goes for good")),
    said("sys_removed", "group_id row_id", KEY),
    said("sys_removed", "set_name", WORD),
    said("sys_removed", "name", WORDS),
    said("sys_removed", "removed_by", BY),
    // Work.
    live("sys_jobs", "asker", "work", "r.ended_on IS NULL"),
    within(
        "sys_jobs",
        "arguments",
        "mention",
        "r.ended_on IS NULL AND r.asker <> {person} AND r.kind NOT IN ('departure.run', 'departure.undo')",
    ),
    said("sys_jobs", "id session_id claim_id", KEY),
    said("sys_jobs", "kind state", WORD),
    said("sys_jobs", "cursor_text", Place::Never("how far a job is: the key of a row, or a number")),
    said("sys_jobs", "message", TOLD),
    live("sys_imports", "asker", "work", OPEN_JOB),
    within("sys_imports", "options map", "import_fallback", OF_OTHERS),
    said("sys_imports", "id job file_id", KEY),
    said("sys_imports", "set_name look", WORD),
    said("sys_imports", "file_name", WORDS),
    said("sys_import_rows", "import_id row_id", KEY),
    said("sys_import_rows", "problem cells", TOLD),
    live("sys_exports", "asker", "work", OPEN_JOB),
    within("sys_exports", "query", "mention", OF_OTHERS),
    said("sys_exports", "id job", KEY),
    said("sys_exports", "set_name columns format decision state rights", WORD),
    said("sys_exports", "reason why", WORDS),
    said("sys_exports", "sha256", SECRET),
    said("sys_idempotency", "user_id", Place::Kept("an answer that is kept for a day, for the person's own programs")),
    said("sys_idempotency", "row_id", ROW),
    said("sys_idempotency", "key hash", SECRET),
    said("sys_idempotency", "set_name", WORD),
    said("sys_sequences", "name", WORD),
    said("sys_files", "uploaded_by", BY),
    said("sys_files", "id", KEY),
    said("sys_files", "sha256", SECRET),
    said("sys_file_chunks", "file_id", KEY),
    said("sys_file_chunks", "bytes", Place::Kept("files as people brought them, and archives as they were sealed")),
    // Mail out, notices.
    said("sys_mail_settings", "host safety login from_address own_address", WORDS),
    said("sys_mail_settings", "password", SECRET),
    said("sys_mail_settings", "changed_by", BY),
    live(
        "sys_outbox",
        "principal",
        "work",
        "r.state IN ('waiting', 'sending', 'held') AND (SELECT p.state FROM sys_principals p WHERE p.id = {person}) NOT IN ('disabled', 'erased')",
    ),
    said("sys_outbox", "id claim_id", KEY),
    said("sys_outbox", "message_id kind state", WORD),
    said("sys_outbox", "address subject body path last_error", TOLD),
    said("sys_outbox", "secret", SECRET),
    said("sys_outbox", "created_by", BY),
    said("sys_notices", "principal", Place::Kept("what the person was told; nobody else reads it")),
    said("sys_notices", "row_id", ROW),
    said("sys_notices", "said link", TOLD),
    said("sys_notices", "by_id", BY),
    said("sys_notices", "id", KEY),
    said("sys_notices", "kind set_name", WORD),
    // Workflows and approvals.
    live("sys_workflows", "owner", "workflow_owner", "1 = 1"),
    said("sys_workflows", "id job", KEY),
    said("sys_workflows", "set_name state", WORD),
    said("sys_workflows", "name name_key why", WORDS),
    within(
        "sys_workflow_versions",
        "body",
        "workflow_step",
        "EXISTS (SELECT 1 FROM sys_workflows w WHERE w.id = r.workflow AND w.version = r.version)",
    ),
    within(
        "sys_workflow_versions",
        "body",
        "mention",
        "NOT EXISTS (SELECT 1 FROM sys_workflows w WHERE w.id = r.workflow AND w.version = r.version)
         AND EXISTS (SELECT 1 FROM sys_workflow_runs n WHERE n.workflow = r.workflow AND n.version = r.version AND n.state IN ('waiting', 'held'))",
    ),
    said("sys_workflow_versions", "workflow", KEY),
    said("sys_workflow_versions", "owner", Place::Kept("who owned that version; a run keeps the owner it began with")),
    live("sys_workflow_runs", "owner", "work", "r.state IN ('waiting', 'held')"),
    said("sys_workflow_runs", "id workflow row_id", KEY),
    said("sys_workflow_runs", "set_name state path place", WORD),
    said("sys_workflow_runs", "caused_by", BY),
    said("sys_workflow_runs", "why", TOLD),
    said("sys_workflow_steps", "run", KEY),
    said("sys_workflow_steps", "place outcome", WORD),
    said("sys_workflow_steps", "said", TOLD),
    said("sys_workflow_turns", "workflow", KEY),
    said("sys_workflow_turns", "place", WORD),
    said("sys_workflow_dates", "workflow row_id", KEY),
    live("sys_approvals", "of_whom", "approvals", "r.state = 'waiting'"),
    said("sys_approvals", "id run row_id", KEY),
    said("sys_approvals", "set_name state", WORD),
    said("sys_approvals", "said note", TOLD),
    said("sys_approvals", "asked_by caused_by", BY),
    within("sys_columns", "shape", "mention", "1 = 1"),
    said("sys_columns", "id", KEY),
    said("sys_columns", "set_name name kind sensitivity", WORD),
    said("sys_columns", "label help", WORDS),
    said("sys_columns", "created_by", BY),
    // People who leave.
    said("sys_departures", "user_id", Place::Kept("the departure of the person itself")),
    within("sys_departures", "choices", "heir", "r.ended_on IS NULL AND r.state <> 'undoing' AND r.user_id <> {person}"),
    live("sys_departures", "planned_by run_by", "planned", "r.ended_on IS NULL AND r.user_id <> {person}"),
    said("sys_departures", "decided_by approved_by planners", BY),
    said("sys_departures", "archive_told before_run result", Place::Kept("what was so when it ran, and what came of it")),
    said("sys_departures", "id job archive", KEY),
    said("sys_departures", "state", WORD),
    said("sys_departures", "reason why", WORDS),
    said("sys_departures", "fingerprint", SECRET),
    said("sys_departure_steps", "was became row_id", Place::Kept("what a run changed, so that it can be undone")),
    said("sys_departure_steps", "departure", KEY),
    said("sys_departure_steps", "item set_name undone", WORD),
    said("sys_read_only", "principal", Place::Kept("what a departure itself chose for what stays")),
    said("sys_read_only", "id", KEY),
    said("sys_read_only", "set_name", WORD),
    said("sys_read_only", "by_id", BY),
    said("sys_refused_sign_ins", "user_id", Place::Kept("who tried to come in and could not")),
    said("sys_refused_sign_ins", "id", KEY),
    said("sys_refused_sign_ins", "channel", WORD),
];
