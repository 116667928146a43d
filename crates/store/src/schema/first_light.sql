-- The product's own tables. Types: ID, INT, BYTES, TEXT are replaced per database; record tables come from the catalogue.
CREATE TABLE sys_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
-- One row: the organisation's number, raised by every change of rights or catalogue that concerns more than one person.
CREATE TABLE sys_rights (one INT NOT NULL PRIMARY KEY, number INT NOT NULL);
INSERT INTO sys_rights (one, number) VALUES (1, 1);

-- Users and teams, so that an owner and a share name one id.
CREATE TABLE sys_principals (
  id ID NOT NULL PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, unit ID,
  state TEXT NOT NULL, email TEXT, email_key TEXT UNIQUE, title TEXT, number INT NOT NULL, epoch INT NOT NULL,
  team_kind TEXT, is_default INT NOT NULL, created_on INT NOT NULL, created_by ID, last_seen INT, share_number INT NOT NULL);
CREATE INDEX sys_principals_name ON sys_principals (kind, name_key, id);
CREATE TABLE sys_credentials (user_id ID NOT NULL PRIMARY KEY, hash TEXT NOT NULL, changed_on INT NOT NULL);
CREATE TABLE sys_sessions (
  id ID NOT NULL PRIMARY KEY, token_hash BYTES NOT NULL UNIQUE, user_id ID NOT NULL, kind TEXT NOT NULL, name TEXT,
  scopes TEXT, epoch INT NOT NULL, created_on INT NOT NULL, last_used INT NOT NULL, idle INT NOT NULL, ends_on INT NOT NULL, ended INT);
CREATE INDEX sys_sessions_user ON sys_sessions (user_id, created_on);
CREATE TABLE sys_invitations (
  id ID NOT NULL PRIMARY KEY, token_hash BYTES NOT NULL UNIQUE, user_id ID NOT NULL, created_on INT NOT NULL, created_by ID,
  ends_on INT NOT NULL, used INT);
CREATE TABLE sys_throttle (subject BYTES NOT NULL PRIMARY KEY, failures INT NOT NULL, ends INT NOT NULL, blocked_until INT NOT NULL);
CREATE INDEX sys_throttle_ends ON sys_throttle (ends);

-- Rights are never deleted and never changed but for setting `ended` once.
CREATE TABLE sys_units (id ID NOT NULL PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, created_on INT NOT NULL);
CREATE TABLE sys_unit_parents (id ID NOT NULL PRIMARY KEY, unit ID NOT NULL, parent ID, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE INDEX sys_unit_parents_live ON sys_unit_parents (unit) WHERE ended IS NULL;
CREATE TABLE sys_roles (id ID NOT NULL PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, team_only INT NOT NULL, created_on INT NOT NULL);
CREATE TABLE sys_role_levels (id ID NOT NULL PRIMARY KEY, role ID NOT NULL, set_name TEXT NOT NULL, levels TEXT NOT NULL, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE INDEX sys_role_levels_live ON sys_role_levels (role) WHERE ended IS NULL;
CREATE TABLE sys_role_tasks (id ID NOT NULL PRIMARY KEY, role ID NOT NULL, task TEXT NOT NULL, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE INDEX sys_role_tasks_live ON sys_role_tasks (role) WHERE ended IS NULL;
CREATE TABLE sys_role_grants (id ID NOT NULL PRIMARY KEY, role ID NOT NULL, principal ID NOT NULL, reason TEXT, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE INDEX sys_role_grants_live ON sys_role_grants (principal) WHERE ended IS NULL;
CREATE TABLE sys_members (id ID NOT NULL PRIMARY KEY, team ID NOT NULL, user_id ID NOT NULL, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE INDEX sys_members_user ON sys_members (user_id) WHERE ended IS NULL;
CREATE INDEX sys_members_team ON sys_members (team) WHERE ended IS NULL;
-- What an access team of one record carries, and which team is which record's. The team is made with its first member.
CREATE TABLE sys_team_templates (
  id ID NOT NULL PRIMARY KEY, set_name TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, mask INT NOT NULL, by_id ID,
  since INT NOT NULL, until INT, ended INT);
CREATE UNIQUE INDEX sys_team_templates_live ON sys_team_templates (set_name, name_key) WHERE ended IS NULL;
CREATE TABLE sys_record_teams (
  id ID NOT NULL PRIMARY KEY, template ID NOT NULL, set_name TEXT NOT NULL, row_id ID NOT NULL, team ID NOT NULL, by_id ID,
  since INT NOT NULL, until INT, ended INT);
CREATE UNIQUE INDEX sys_record_teams_live ON sys_record_teams (row_id, template) WHERE ended IS NULL;
CREATE INDEX sys_record_teams_team ON sys_record_teams (team);
CREATE TABLE sys_managers (id ID NOT NULL PRIMARY KEY, user_id ID NOT NULL, manager ID NOT NULL, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE INDEX sys_managers_user ON sys_managers (user_id) WHERE ended IS NULL;
CREATE TABLE sys_profiles (id ID NOT NULL PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, created_on INT NOT NULL);
CREATE TABLE sys_profile_columns (
  id ID NOT NULL PRIMARY KEY, profile ID NOT NULL, set_name TEXT NOT NULL, column_name TEXT NOT NULL, can_read INT NOT NULL,
  can_create INT NOT NULL, can_update INT NOT NULL, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE TABLE sys_profile_grants (id ID NOT NULL PRIMARY KEY, profile ID NOT NULL, principal ID NOT NULL, reason TEXT, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE INDEX sys_profile_grants_live ON sys_profile_grants (principal) WHERE ended IS NULL;
-- Columns whose shipped `secured` an administrator changed.
CREATE TABLE sys_column_security (id ID NOT NULL PRIMARY KEY, set_name TEXT NOT NULL, column_name TEXT NOT NULL, secured INT NOT NULL, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE TABLE sys_shares (
  id ID NOT NULL PRIMARY KEY, set_name TEXT NOT NULL, row_id ID NOT NULL, principal ID NOT NULL, mask INT NOT NULL, inherited ID,
  by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE INDEX sys_shares_row ON sys_shares (row_id, principal) WHERE ended IS NULL;
CREATE INDEX sys_shares_principal ON sys_shares (principal, set_name, row_id) WHERE ended IS NULL;
CREATE INDEX sys_shares_source ON sys_shares (inherited) WHERE inherited IS NOT NULL;
CREATE TABLE sys_owner_history (set_name TEXT NOT NULL, row_id ID NOT NULL, owner ID NOT NULL, unit ID NOT NULL, since INT NOT NULL);
CREATE INDEX sys_owner_history_row ON sys_owner_history (row_id, since);

-- The trail: chained entries in lanes, their changes beside them.
CREATE TABLE sys_lanes (lane INT NOT NULL PRIMARY KEY, number INT NOT NULL, hash BYTES NOT NULL, time INT NOT NULL);
CREATE TABLE sys_trail (
  lane INT NOT NULL, number INT NOT NULL, previous BYTES NOT NULL, time INT NOT NULL, actor ID NOT NULL, channel TEXT NOT NULL,
  verb TEXT NOT NULL, verdict TEXT NOT NULL, subject_set TEXT, subject_id ID, commitments BYTES, hash BYTES NOT NULL,
  PRIMARY KEY (lane, number));
CREATE INDEX sys_trail_time ON sys_trail (time, lane, number);
CREATE INDEX sys_trail_actor ON sys_trail (actor, time);
CREATE INDEX sys_trail_subject ON sys_trail (subject_id) WHERE subject_id IS NOT NULL;
CREATE TABLE sys_changes (
  lane INT NOT NULL, number INT NOT NULL, seq INT NOT NULL, set_name TEXT NOT NULL, row_id ID NOT NULL, body TEXT, salt BYTES,
  PRIMARY KEY (lane, number, seq));
CREATE INDEX sys_changes_row ON sys_changes (row_id);
CREATE TABLE sys_checkpoints (id ID NOT NULL PRIMARY KEY, time INT NOT NULL, heads TEXT NOT NULL, signature BYTES NOT NULL);
CREATE INDEX sys_checkpoints_time ON sys_checkpoints (time);
CREATE TABLE sys_journal (
  id ID NOT NULL PRIMARY KEY, time INT NOT NULL, user_id ID NOT NULL, session_id ID, kind TEXT NOT NULL, set_name TEXT,
  row_id ID, query TEXT, rows_read INT NOT NULL, first_key TEXT, last_key TEXT, flush_id ID NOT NULL);
CREATE INDEX sys_journal_flush ON sys_journal (flush_id);
CREATE INDEX sys_journal_user ON sys_journal (user_id, time);
CREATE INDEX sys_journal_row ON sys_journal (row_id) WHERE row_id IS NOT NULL;

CREATE TABLE sys_removed (
  group_id ID NOT NULL, seq INT NOT NULL, set_name TEXT NOT NULL, row_id ID NOT NULL, name TEXT, body TEXT NOT NULL, is_root INT NOT NULL,
  owner ID, removed_on INT NOT NULL, removed_by ID NOT NULL, PRIMARY KEY (group_id, seq));
CREATE INDEX sys_removed_row ON sys_removed (row_id);
CREATE INDEX sys_removed_set ON sys_removed (set_name, removed_on) WHERE is_root = 1;
CREATE TABLE sys_jobs (
  id ID NOT NULL PRIMARY KEY, kind TEXT NOT NULL, asker ID NOT NULL, session_id ID, epoch INT NOT NULL, state TEXT NOT NULL, arguments TEXT NOT NULL,
  cursor_text TEXT, done INT NOT NULL, total INT, message TEXT, attempts INT NOT NULL, claim_id ID, lease_until INT, created_on INT NOT NULL,
  started_on INT, ended_on INT);
CREATE INDEX sys_jobs_open ON sys_jobs (created_on) WHERE ended_on IS NULL;
CREATE INDEX sys_jobs_asker ON sys_jobs (asker, created_on);
CREATE TABLE sys_imports (
  id ID NOT NULL PRIMARY KEY, job ID NOT NULL, asker ID NOT NULL, set_name TEXT NOT NULL, file_id ID NOT NULL, file_name TEXT NOT NULL,
  look TEXT NOT NULL, map TEXT NOT NULL, options TEXT NOT NULL, created INT NOT NULL, updated INT NOT NULL, failed INT NOT NULL,
  fallbacks INT NOT NULL, doubled INT NOT NULL, total INT, created_on INT NOT NULL);
CREATE INDEX sys_imports_asker ON sys_imports (asker, created_on);
CREATE TABLE sys_import_rows (
  import_id ID NOT NULL, number INT NOT NULL, row_id ID, problem TEXT, cells TEXT, PRIMARY KEY (import_id, number));
CREATE TABLE sys_exports (
  id ID NOT NULL PRIMARY KEY, job ID, asker ID NOT NULL, set_name TEXT NOT NULL, query TEXT NOT NULL, columns TEXT NOT NULL, format TEXT NOT NULL,
  reason TEXT, decision TEXT NOT NULL, why TEXT, rows_out INT, sha256 BYTES, rights TEXT, state TEXT NOT NULL, created_on INT NOT NULL,
  ends_on INT, collected_on INT);
CREATE INDEX sys_exports_asker ON sys_exports (asker, created_on);
CREATE TABLE sys_idempotency (user_id ID NOT NULL, key TEXT NOT NULL, hash BYTES NOT NULL, set_name TEXT NOT NULL, row_id ID NOT NULL, created_on INT NOT NULL, PRIMARY KEY (user_id, key));
CREATE TABLE sys_sequences (name TEXT NOT NULL PRIMARY KEY, next INT NOT NULL);
CREATE TABLE sys_files (id ID NOT NULL PRIMARY KEY, size INT NOT NULL, sha256 BYTES NOT NULL, created_on INT NOT NULL, uploaded_by ID, named INT NOT NULL);
CREATE TABLE sys_file_chunks (file_id ID NOT NULL, seq INT NOT NULL, bytes BYTES NOT NULL, PRIMARY KEY (file_id, seq));
