-- Everything that ever happened to one application, one row per fact, in order. Rows are never changed or removed.
PRAGMA application_id = 1332896616;  -- "Orch" in ASCII: tells our file from any other SQLite file

CREATE TABLE event (
  sequence INTEGER PRIMARY KEY,  -- 1, 2, 3, ... without a gap
  run      TEXT,                 -- NULL: a fact about the application, such as an approval
  at       INTEGER NOT NULL,     -- nanoseconds since 1970-01-01 UTC
  type     TEXT NOT NULL,
  body     TEXT NOT NULL,        -- JSON
  hash     TEXT NOT NULL         -- sha256 of the previous row's hash and of this row
) STRICT;

CREATE INDEX event_by_run ON event (run, sequence) WHERE run IS NOT NULL;
CREATE INDEX event_by_type ON event (type, run);

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON event
BEGIN
  SELECT RAISE(ABORT, 'ledger events are never changed');
END;

CREATE TRIGGER events_are_not_removed BEFORE DELETE ON event
BEGIN
  SELECT RAISE(ABORT, 'ledger events are never removed');
END;

-- At most one run is unfinished: the invariant behind the lock. Readers ask the events, never this table.
CREATE TABLE unfinished_run (
  run  TEXT NOT NULL,
  only INTEGER NOT NULL DEFAULT 1 CHECK (only = 1)
) STRICT;

CREATE UNIQUE INDEX one_unfinished_run ON unfinished_run (only);

CREATE TRIGGER run_begins AFTER INSERT ON event WHEN NEW.type = 'run-created'
BEGIN
  INSERT INTO unfinished_run (run) VALUES (NEW.run);
END;

CREATE TRIGGER run_ends AFTER INSERT ON event WHEN NEW.type = 'run-finished'
BEGIN
  DELETE FROM unfinished_run WHERE run = NEW.run;
END;

-- Filled and emptied again, so that the file owns free pages when the disk is full.
CREATE TABLE reserved (space BLOB NOT NULL) STRICT;
