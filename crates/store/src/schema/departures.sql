-- People who leave, a section each. Types as in first_light.sql. A comment here holds no semicolon.

-- When somebody's time here ends by itself, and accounts that no person is, with whoever answers for them.
ALTER TABLE sys_principals ADD COLUMN ends_on INT NULL;
ALTER TABLE sys_principals ADD COLUMN is_service INT NULL;
ALTER TABLE sys_principals ADD COLUMN responsible ID NULL;
-- For which end it was told that the account stays open: the last administrator.
ALTER TABLE sys_principals ADD COLUMN end_told INT NULL;

-- A departure: the plan, who decided what, and what came of it. Nobody has two that are open.
CREATE TABLE sys_departures (
  id ID NOT NULL PRIMARY KEY, user_id ID NOT NULL, state TEXT NOT NULL, version INT NOT NULL, reason TEXT, starts_on INT,
  choices TEXT NOT NULL, fingerprint BYTES, planned_by ID NOT NULL, planners TEXT NOT NULL, decided_by ID, approved_by ID, approved_on INT, run_by ID,
  begun_on INT, job ID, archive ID, archive_told TEXT, before_run TEXT, result TEXT, why TEXT, created_on INT NOT NULL,
  modified_on INT NOT NULL, ended_on INT);
CREATE UNIQUE INDEX sys_departures_open ON sys_departures (user_id) WHERE ended_on IS NULL;
CREATE INDEX sys_departures_created ON sys_departures (created_on, id);
CREATE INDEX sys_departures_due ON sys_departures (starts_on) WHERE state = 'approved';
-- What a run changed, one by one, so that it can be undone.
CREATE TABLE sys_departure_steps (
  departure ID NOT NULL, seq INT NOT NULL, item TEXT NOT NULL, set_name TEXT NOT NULL, row_id ID NOT NULL, was TEXT NOT NULL,
  became TEXT NOT NULL, undone TEXT, PRIMARY KEY (departure, seq));
-- What somebody who left owns of a table: nobody changes it until somebody else owns it.
CREATE TABLE sys_read_only (id ID NOT NULL PRIMARY KEY, principal ID NOT NULL, set_name TEXT NOT NULL, by_id ID, since INT NOT NULL, until INT, ended INT);
CREATE UNIQUE INDEX sys_read_only_live ON sys_read_only (principal, set_name) WHERE ended IS NULL;

-- Tries to sign in as somebody who is disabled, those of one hour and way together.
CREATE TABLE sys_refused_sign_ins (
  id ID NOT NULL PRIMARY KEY, user_id ID NOT NULL, channel TEXT NOT NULL, hour INT NOT NULL, tries INT NOT NULL, first_on INT NOT NULL,
  last_on INT NOT NULL, told_on INT);
CREATE UNIQUE INDEX sys_refused_sign_ins_hour ON sys_refused_sign_ins (user_id, channel, hour);
CREATE INDEX sys_refused_sign_ins_last ON sys_refused_sign_ins (last_on);
