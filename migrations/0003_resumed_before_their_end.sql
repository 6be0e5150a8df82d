-- A run whose worker died may go on without having been called finished first: whoever follows it sees no end that is
-- none.
DROP TRIGGER run_goes_on;

CREATE TRIGGER run_goes_on AFTER INSERT ON event
WHEN NEW.type = 'run-resumed' AND NOT EXISTS (SELECT 1 FROM unfinished_run WHERE run = NEW.run)
BEGIN
  INSERT INTO unfinished_run (run) VALUES (NEW.run);
END;
