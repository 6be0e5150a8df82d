#include "rehearsal/recorder.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate::rehearsal {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s;  // with the process that writes the log
constexpr auto look_interval = 20ms;

/// As a superuser, for nobody else may see to these; without a search path, so that every name is written whole.
/// SECURITY DEFINER does not reach the project's own statements. What is written is JSON behind the word "orchestrate".
constexpr const char* recorder_sql = R"sql(
CREATE SCHEMA orchestrate_rehearsal;

-- Of this session: what others may see of it.
CREATE FUNCTION orchestrate_rehearsal.locks() RETURNS json LANGUAGE sql SET search_path = pg_catalog AS $$
  SELECT coalesce(json_agg(json_build_array(l.relation::bigint, c.oid::regclass::text, l.mode)), '[]')
  FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.relation >= 16384
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.mode <> 'AccessShareLock' AND (c.oid IS NULL OR c.relkind IN ('r', 'p', 'm', 'f'))
$$;

CREATE FUNCTION orchestrate_rehearsal.version_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET auto_explain.log_min_duration = -1 AS $$
BEGIN
  RAISE LOG 'orchestrate %', json_build_object('event', 'version', 'from', OLD.version_num, 'to', NEW.version_num,
    'locks', orchestrate_rehearsal.locks());
  RETURN NULL;
END $$;

CREATE FUNCTION orchestrate_rehearsal.watch_versions() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
  IF to_regclass(VERSION_TABLE_AS_TEXT) IS NOT NULL AND NOT EXISTS (
      SELECT FROM pg_trigger WHERE tgrelid = to_regclass(VERSION_TABLE_AS_TEXT) AND tgname = 'orchestrate_rehearsal') THEN
    CREATE TRIGGER orchestrate_rehearsal AFTER INSERT OR UPDATE OR DELETE ON VERSION_TABLE
      FOR EACH ROW EXECUTE FUNCTION orchestrate_rehearsal.version_moved();
  END IF;
END $$;

CREATE FUNCTION orchestrate_rehearsal.command_ended() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET auto_explain.log_min_duration = -1 AS $$
DECLARE
  objects json;
BEGIN
  SELECT coalesce(json_agg(json_build_array(c.objid::bigint, c.object_type, c.object_identity)), '[]') INTO objects
  FROM pg_event_trigger_ddl_commands() c WHERE strpos(c.object_identity, 'orchestrate_rehearsal') = 0;
  IF tg_tag = 'CREATE TRIGGER' AND json_array_length(objects) = 0 THEN
    RETURN;  -- our own
  END IF;
  RAISE LOG 'orchestrate %', json_build_object('event', 'command', 'tag', tg_tag, 'objects', objects,
    'locks', orchestrate_rehearsal.locks());
  IF tg_tag IN ('CREATE TABLE', 'ALTER TABLE') THEN
    PERFORM orchestrate_rehearsal.watch_versions();
  END IF;
END $$;

CREATE FUNCTION orchestrate_rehearsal.dropped() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET auto_explain.log_min_duration = -1 AS $$
DECLARE
  objects json;
BEGIN
  SELECT json_agg(json_build_array(d.objid::bigint, d.object_type, d.object_identity, d.original)) INTO objects
  FROM pg_event_trigger_dropped_objects() d WHERE NOT d.is_temporary AND d.object_type <> 'type'
    AND strpos(d.object_identity, 'orchestrate_rehearsal') = 0;
  IF objects IS NOT NULL THEN
    RAISE LOG 'orchestrate %', json_build_object('event', 'drop', 'objects', objects);
  END IF;
END $$;

CREATE FUNCTION orchestrate_rehearsal.rewritten() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET auto_explain.log_min_duration = -1 AS $$
BEGIN
  RAISE LOG 'orchestrate %', json_build_object('event', 'rewrite',
    'table', pg_event_trigger_table_rewrite_oid()::regclass::text,
    'bytes', pg_total_relation_size(pg_event_trigger_table_rewrite_oid()));
END $$;

CREATE EVENT TRIGGER orchestrate_rehearsal_command ON ddl_command_end
  EXECUTE FUNCTION orchestrate_rehearsal.command_ended();
CREATE EVENT TRIGGER orchestrate_rehearsal_drop ON sql_drop EXECUTE FUNCTION orchestrate_rehearsal.dropped();
CREATE EVENT TRIGGER orchestrate_rehearsal_rewrite ON table_rewrite EXECUTE FUNCTION orchestrate_rehearsal.rewritten();
SELECT orchestrate_rehearsal.watch_versions();
)sql";

/// Of a role in the database, since roles bring settings of their own, which win over those of the server.
constexpr const char* log_sessions_sql = R"sql(DO $$
DECLARE
  setting text;
  role name;
BEGIN
  FOREACH setting IN ARRAY ARRAY['log_min_duration_statement = 0', 'log_statement = none', 'log_duration = off',
                                 'log_min_messages = warning', 'log_min_error_statement = error',
                                 'session_preload_libraries = auto_explain', 'auto_explain.log_min_duration = 0',
                                 'auto_explain.log_analyze = on', 'auto_explain.log_format = json',
                                 'auto_explain.log_verbose = on'] LOOP
    FOR role IN SELECT rolname FROM pg_roles WHERE rolcanlogin LOOP
      EXECUTE format('ALTER ROLE %I IN DATABASE %I SET %s', role, current_database(), setting);
    END LOOP;
  END LOOP;
END $$
)sql";

/// The columns of a CSV log: those of PostgreSQL 12, and since when there are more (file-fdw's page of the manual).
struct MoreColumns {
  int since;
  std::string_view names;
};
constexpr std::string_view columns =
    "log_time, user_name, database_name, process_id, connection_from, session_id, session_line_num, command_tag, "
    "session_start_time, virtual_transaction_id, transaction_id, error_severity, sql_state_code, message, detail, "
    "hint, "
    "internal_query, internal_query_pos, context, query, query_pos, location, application_name";
constexpr std::array<MoreColumns, 2> more_columns = {{{13, "backend_type"}, {14, "leader_pid, query_id"}}};

std::string columns_of(int major) {
  std::string names(columns);
  for (const MoreColumns& more : more_columns)
    if (major >= more.since) names += fmt::format(", {}", more.names);
  return names;
}

std::string as_text(std::string_view name) {
  std::string text = "'";
  for (const char c : name) text += c == '\'' ? std::string("''") : std::string(1, c);
  return text + "'";
}

std::string with(std::string sql, std::string_view word, const std::string& meaning) {
  for (std::size_t at = 0; (at = sql.find(word, at)) != std::string::npos; at += meaning.size())
    sql.replace(at, word.size(), meaning);
  return sql;
}

std::string mark_text(std::string_view phase) {
  return fmt::format("orchestrate phase {}", phase);
}

/// Reads the log anew into a table.
Task<> read_log(Database& beside, std::stop_token stop) {
  const Rows version = co_await beside.query("SELECT current_setting('server_version_num')::int / 10000", stop);
  const std::string names = columns_of(std::stoi(version.rows.at(0).at(0).value()));
  co_await beside.query("DROP TABLE IF EXISTS log_line", stop);
  const std::string make =
      fmt::format("CREATE UNLOGGED TABLE log_line (number bigserial, {} text)", with(names, ",", " text,"));
  co_await beside.query(make, stop);
  const std::string copy = fmt::format(
      "DO $$ BEGIN EXECUTE format('COPY log_line ({}) FROM %L (FORMAT csv)', "
      "current_setting('data_directory') || '/record/log.csv'); END $$",
      names);
  co_await beside.query(copy, stop);
}

/// Of the lines between the last mark of that phase and the one after it.
constexpr const char* lines_sql = R"sql(
  WITH begun AS (SELECT max(number) AS number FROM log_line WHERE message = $1),
       ended AS (SELECT min(l.number) AS number FROM log_line l, begun WHERE l.number > begun.number
                 AND l.message LIKE 'orchestrate phase %')
  SELECT (extract(epoch FROM l.log_time::timestamptz) * 1000)::bigint, l.session_id,
         l.error_severity, l.sql_state_code, l.message, l.query, l.virtual_transaction_id
  FROM log_line l, begun, ended
  WHERE l.number > begun.number AND l.number < ended.number AND l.database_name <> current_database()
  ORDER BY l.number)sql";

/// Whether the mark behind that one is in the log. A record that is half written is none yet.
Task<bool> has_ended(Database& beside, std::vector<std::string> mark, std::stop_token stop) {
  const std::string ended_sql =
      "SELECT max(number) FROM log_line WHERE message LIKE 'orchestrate phase %' AND number > "
      "(SELECT max(number) FROM log_line WHERE message = $1)";
  try {
    co_await read_log(beside, stop);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::failed) throw;
    co_return false;
  }
  const Rows ended = co_await beside.query(ended_sql, mark, stop);
  co_return !ended.rows.empty() && ended.rows.front().front().has_value();
}

}  // namespace

std::vector<std::string> recording_settings(int major) {
  std::vector<std::string> settings = {"logging_collector=on",
                                       "log_destination=csvlog",
                                       "log_directory=record",
                                       "log_filename=log.log",
                                       "log_file_mode=0600",
                                       "log_rotation_age=0",
                                       "log_rotation_size=0",
                                       "log_truncate_on_rotation=off",
                                       "log_min_messages=warning",
                                       "log_min_duration_statement=-1",
                                       "log_timezone=UTC",
                                       "session_preload_libraries=auto_explain",
                                       "auto_explain.log_min_duration=-1",
                                       "auto_explain.log_analyze=on",
                                       "auto_explain.log_timing=off",
                                       "auto_explain.log_verbose=on",
                                       "auto_explain.log_nested_statements=off",
                                       "auto_explain.log_format=json"};
  constexpr int first_with_parameters = 13;
  if (major >= first_with_parameters) settings.emplace_back("log_parameter_max_length=0");  // these are data
  return settings;
}

Task<> install_recorder(Database& superuser, TableName version_table, std::stop_token stop) {
  const std::string name = version_table.quoted();
  std::string sql = with(recorder_sql, "VERSION_TABLE_AS_TEXT", as_text(name));
  sql = with(std::move(sql), "VERSION_TABLE", name);
  co_await superuser.query(std::move(sql), stop);
}

Task<> log_sessions(Database& superuser, std::stop_token stop) {
  std::string sql = log_sessions_sql;
  co_await superuser.query(std::move(sql), stop);
}

Task<> mark(Database& beside, std::string phase, std::stop_token stop) {
  std::string sql = "DO $$ BEGIN RAISE LOG '" + mark_text(phase) + "'; END $$";
  co_await beside.query(std::move(sql), stop);
}

Task<bool> sessions_ended(Database& beside, Clock& clock, std::string database, std::stop_token stop) {
  const std::string sql =
      "SELECT FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend' AND application_name <> "
      "'orchestrate'";
  const std::vector<std::string> name = {std::move(database)};
  const auto until = clock.boot() + patience;
  for (;;) {
    const Rows others = co_await beside.query(sql, name, stop);
    if (others.rows.empty() || clock.boot() > until) co_return others.rows.empty();
    co_await clock.sleep(look_interval, stop);
  }
}

Task<std::vector<LogLine>> lines_since(Database& beside, Clock& clock, std::string phase, std::stop_token stop) {
  const std::vector<std::string> mark = {mark_text(phase)};
  const auto until = clock.boot() + patience;
  for (;;) {  // whoever writes the log does so a moment later
    const bool is_whole = co_await has_ended(beside, mark, stop);
    if (is_whole) break;
    if (clock.boot() > until)
      throw Error(ErrorKind::failed, "read what the rehearsal's server has recorded", "its log does not end");
    co_await clock.sleep(look_interval, stop);
  }
  const Rows rows = co_await beside.query(lines_sql, mark, stop);
  std::vector<LogLine> lines;
  for (const auto& row : rows.rows) {
    const auto text = [&](std::size_t column) { return row.at(column).value_or(""); };
    lines.push_back({.at = std::stoll(text(0)),
                     .session = text(1),
                     .severity = text(2),
                     .sqlstate = text(3),
                     .message = text(4),
                     .query = text(5),
                     .transaction = text(6)});
  }
  co_return lines;
}

}  // namespace orchestrate::rehearsal
