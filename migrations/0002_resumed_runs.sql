-- A run that had ended may go on; while it does, no other run may begin.
CREATE TRIGGER run_goes_on AFTER INSERT ON event WHEN NEW.type = 'run-resumed'
BEGIN
  INSERT INTO unfinished_run (run) VALUES (NEW.run);
END;
