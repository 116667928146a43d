-- The bones that the rest leans on, a section each. Types as in first_light.sql. A comment here holds no semicolon.

-- Mail out: how the mail server is reached (one row or none), and what is to be sent to whom. A secret is sealed, never plain.
CREATE TABLE sys_mail_settings (
  one INT NOT NULL PRIMARY KEY, host TEXT NOT NULL, port INT NOT NULL, safety TEXT NOT NULL, login TEXT, password BYTES,
  from_address TEXT NOT NULL, own_address TEXT NOT NULL, changed_on INT NOT NULL, changed_by ID);
CREATE TABLE sys_outbox (
  id ID NOT NULL PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, principal ID NOT NULL, address TEXT, kind TEXT NOT NULL,
  subject TEXT NOT NULL, body TEXT NOT NULL, path TEXT, secret BYTES, state TEXT NOT NULL, attempts INT NOT NULL, next_try INT NOT NULL,
  last_error TEXT, claim_id ID, lease_until INT, ends_on INT, created_on INT NOT NULL, created_by ID, sent_on INT);
CREATE INDEX sys_outbox_open ON sys_outbox (next_try) WHERE state IN ('waiting', 'sending');
CREATE INDEX sys_outbox_created ON sys_outbox (created_on);
CREATE INDEX sys_outbox_principal ON sys_outbox (principal, created_on);
-- Somebody at the sign-in page forgot a password. Nobody has looked yet whether the address is known.
CREATE TABLE sys_reset_asks (id ID NOT NULL PRIMARY KEY, email TEXT NOT NULL, channel TEXT NOT NULL, created_on INT NOT NULL);
-- Resets that somebody else asked for, to be told to the person at the next sign-in.
CREATE TABLE sys_reset_notices (id ID NOT NULL PRIMARY KEY, user_id ID NOT NULL, by_id ID NOT NULL, created_on INT NOT NULL, told_on INT);
CREATE INDEX sys_reset_notices_open ON sys_reset_notices (user_id) WHERE told_on IS NULL;

-- Second factors: their secrets sealed, recovery codes as hashes. A factor or code is never deleted, it gets an end.
CREATE TABLE sys_factors (
  id ID NOT NULL PRIMARY KEY, user_id ID NOT NULL, secret BYTES NOT NULL, created_on INT NOT NULL, confirmed_on INT, last_step INT NOT NULL,
  ended INT, ended_by ID, told_on INT);
CREATE UNIQUE INDEX sys_factors_live ON sys_factors (user_id) WHERE ended IS NULL;
CREATE INDEX sys_factors_user ON sys_factors (user_id);
CREATE TABLE sys_recovery_codes (id ID NOT NULL PRIMARY KEY, user_id ID NOT NULL, hash BYTES NOT NULL, created_on INT NOT NULL, used INT, ended INT);
CREATE INDEX sys_recovery_codes_user ON sys_recovery_codes (user_id) WHERE ended IS NULL;
-- When a session last proved its second factor, and which roles ask their holders for one.
ALTER TABLE sys_sessions ADD COLUMN factor_on INT NULL;
CREATE TABLE sys_role_factors (id ID NOT NULL PRIMARY KEY, role ID NOT NULL, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE UNIQUE INDEX sys_role_factors_live ON sys_role_factors (role) WHERE ended IS NULL;
-- Hashes of passwords that were in use before, for organisations that ask for others each time.
CREATE TABLE sys_password_history (id ID NOT NULL PRIMARY KEY, user_id ID NOT NULL, hash TEXT NOT NULL, ended INT NOT NULL);
CREATE INDEX sys_password_history_user ON sys_password_history (user_id, ended);

-- Notices: what somebody is told. The words are made when they are read.
CREATE TABLE sys_notices (
  id ID NOT NULL PRIMARY KEY, principal ID NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL, set_name TEXT, row_id ID, link TEXT,
  by_id ID, created_on INT NOT NULL, read_on INT);
CREATE INDEX sys_notices_unread ON sys_notices (principal, created_on, id) WHERE read_on IS NULL;
CREATE INDEX sys_notices_of ON sys_notices (principal, created_on, id);

-- Workflows. A version is never changed: a run keeps the one it began with. A run's step and its place are kept together.
CREATE TABLE sys_workflows (
  id ID NOT NULL PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, owner ID NOT NULL, set_name TEXT NOT NULL, state TEXT NOT NULL,
  why TEXT, version INT NOT NULL, job ID, looked_until INT, created_on INT NOT NULL, modified_on INT NOT NULL);
CREATE INDEX sys_workflows_on ON sys_workflows (set_name) WHERE state = 'on';
CREATE TABLE sys_workflow_versions (
  workflow ID NOT NULL, version INT NOT NULL, body TEXT NOT NULL, owner ID NOT NULL, created_on INT NOT NULL, PRIMARY KEY (workflow, version));
CREATE TABLE sys_workflow_runs (
  id ID NOT NULL PRIMARY KEY, workflow ID NOT NULL, version INT NOT NULL, owner ID NOT NULL, set_name TEXT NOT NULL, row_id ID NOT NULL,
  depth INT NOT NULL, path TEXT NOT NULL, caused_by ID NOT NULL, state TEXT NOT NULL, place TEXT NOT NULL, why TEXT, created_on INT NOT NULL,
  ended_on INT);
CREATE INDEX sys_workflow_runs_open ON sys_workflow_runs (workflow, owner, created_on, id) WHERE state = 'waiting';
CREATE INDEX sys_workflow_runs_of ON sys_workflow_runs (workflow, created_on, id);
CREATE TABLE sys_workflow_steps (run ID NOT NULL, seq INT NOT NULL, place TEXT NOT NULL, outcome TEXT NOT NULL, said TEXT NOT NULL, done_on INT NOT NULL, PRIMARY KEY (run, seq));
CREATE TABLE sys_workflow_turns (workflow ID NOT NULL, place TEXT NOT NULL, turn INT NOT NULL, PRIMARY KEY (workflow, place));
-- Which row was taken for which value of its date: each once.
CREATE TABLE sys_workflow_dates (workflow ID NOT NULL, row_id ID NOT NULL, value INT NOT NULL, PRIMARY KEY (workflow, row_id, value));

-- Approvals: what is asked of whom, on which version of which record.
CREATE TABLE sys_approvals (
  id ID NOT NULL PRIMARY KEY, run ID, asked_by ID NOT NULL, caused_by ID NOT NULL, of_whom ID NOT NULL, set_name TEXT NOT NULL, row_id ID NOT NULL,
  row_version INT NOT NULL, said TEXT NOT NULL, state TEXT NOT NULL, note TEXT, created_on INT NOT NULL, decided_on INT, decided_version INT);
CREATE INDEX sys_approvals_waiting ON sys_approvals (of_whom, created_on, id) WHERE state = 'waiting';
CREATE INDEX sys_approvals_of ON sys_approvals (of_whom, created_on, id);
CREATE INDEX sys_approvals_run ON sys_approvals (run);

-- Custom columns: what an organisation added to its tables, in the order of `place`. A row is never removed: a retired
-- column keeps its values, its place and its name.
CREATE TABLE sys_columns (
  id ID NOT NULL PRIMARY KEY, place INT NOT NULL UNIQUE, set_name TEXT NOT NULL, name TEXT NOT NULL, label TEXT NOT NULL, help TEXT,
  kind TEXT NOT NULL, shape TEXT NOT NULL, sensitivity TEXT NOT NULL, listed INT NOT NULL, searched INT NOT NULL, created_by ID,
  created_on INT NOT NULL, retired INT);
CREATE UNIQUE INDEX sys_columns_name ON sys_columns (set_name, name);
