#include "rehearsal/stand_in.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <span>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backup/connection.hpp"
#include "backup/restore.hpp"
#include "backup/server.hpp"
#include "backup/tools.hpp"
#include "backup/wording.hpp"
#include "orchestrate/error.hpp"
#include "rehearsal/recorder.hpp"
#include "review/text_of_file.hpp"
#include "schema/database_properties.hpp"

namespace orchestrate::rehearsal {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto roles_limit = 1min;
constexpr std::size_t most_roles_sql = std::size_t{4} << 20;
/// Any other one may be called as production's is.
constexpr const char* maintenance = "template1";
constexpr const char* proc_net_unix = "/proc/net/unix";

/// Of the servers that the policy knows by a directory.
std::vector<fs::path> socket_directories(const Application& application) {
  std::vector<fs::path> directories;
  const auto add = [&](const DatabaseUrl& url) {
    if (url.host.starts_with('/')) directories.emplace_back(url.host);
  };
  add(application.database);
  if (application.direct) add(*application.direct);
  if (application.admin) add(*application.admin);
  return directories;
}

/// Without what makes our own superuser into what production's of that name is.
std::string without_superuser(const std::string& sql) {
  std::istringstream lines(sql);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    const bool is_ours = line.starts_with("CREATE ROLE postgres;") || line.starts_with("ALTER ROLE postgres ");
    if (!is_ours) kept += line + "\n";
  }
  return kept;
}

/// What a session of the superuser may change.
SessionOptions writing() {
  SessionOptions options;
  options.read_only = false;
  options.statement_timeout = std::chrono::hours(1);
  return options;
}

}  // namespace

Task<std::variant<std::unique_ptr<StandIn>, backup::Refusal>> StandIn::make(StageContext& context,
                                                                            Blueprint blueprint) {
  std::unique_ptr<StandIn> stand_in(new StandIn(context, std::move(blueprint)));
  std::optional<backup::Refusal> refusal;
  std::exception_ptr problem;
  try {
    refusal = co_await stand_in->fill();
  } catch (...) {
    problem = std::current_exception();
  }
  if (problem || refusal) co_await stand_in->end();
  if (problem) std::rethrow_exception(problem);
  if (refusal) co_return *refusal;
  co_return stand_in;
}

Task<> StandIn::end() {
  if (cluster_) co_await cluster_->end();
  cluster_.reset();
}

Task<std::optional<backup::Refusal>> StandIn::fill() {
  const Application& application = context_.application;
  const backup::Server server = co_await backup::ask_server(application, context_.ports.databases, context_.stop);
  major_ = server.major;
  if (!blueprint_.dump.empty()) backup::expect_room_for_server(context_, server);
  scratch::sweep(context_.state);
  Enclosure around = enclosure();
  co_await expect_enclosure(std::move(around));
  scratch::Place place{.programs = scratch::server_programs(application.policy.postgres_bin, major_),
                       .parent = context_.state,
                       .log = context_.output,
                       .port = blueprint_.redirection.port,
                       .sockets = blueprint_.redirection.socket_directory,
                       .settings = recording_settings(major_)};
  place.settings.emplace_back("listen_addresses=127.0.0.1");
  place.around = [this](const fs::path& directory) {
    Enclosure now = enclosure();  // servers of others come and go
    replace(now, directory);
    return enclosing(now, directory);
  };
  context_.progress("making a throw-away server");
  cluster_ = co_await scratch::Cluster::make(context_.ports, std::move(place), context_.stop);
  co_await make_roles();
  co_await make_database();
  co_await expect_extensions();
  if (!blueprint_.dump.empty()) co_return co_await restore();
  co_await make_surroundings();
  co_return std::nullopt;
}

Enclosure StandIn::enclosure() const {
  const Application& application = context_.application;
  std::ifstream sockets(proc_net_unix);
  Enclosure enclosure =
      enclosure_without(listening_sockets(sockets), socket_directories(application),
                        {application.policy.project.path, application.home, context_.state, "/etc", "/usr", "/dev"});
  enclosure.writable = blueprint_.writable;
  return enclosure;
}

void StandIn::replace(Enclosure& enclosure, const fs::path& directory) {
  for (const fs::path& original : blueprint_.copied) {
    const fs::path copy = directory / fmt::format("copy-{}", copies_.size());
    fs::copy(original, copy, fs::copy_options::recursive);
    copies_.push_back(copy);
    enclosure.copied.push_back({original, copy});
  }
  if (blueprint_.url_file.empty()) return;
  if (!fs::is_regular_file(blueprint_.url_file))
    throw Error(ErrorKind::policy, "rehearse " + context_.application.policy.app,
                blueprint_.url_file.string() + " is not there, or no file", "correct rehearsal.url_file in the policy");
  const DatabaseUrl& production = context_.application.database;
  const ReplacedUrls replaced = with_urls_replaced(text_of_file(blueprint_.url_file), production,
                                                   sqlalchemy_url(production, blueprint_.redirection.port));
  if (replaced.count == 0)
    throw Error(ErrorKind::policy, "rehearse " + context_.application.policy.app,
                blueprint_.url_file.string() + " holds no URL of production's database",
                "name the file in which it stands as rehearsal: { url_file: PATH }");
  const fs::path copy = directory / "url_file";
  std::ofstream(copy) << replaced.text;
  enclosure.replaced.push_back({blueprint_.url_file, copy});
}

Task<std::optional<backup::Refusal>> StandIn::restore() {
  const backup::ToolSearch search{.bin = context_.application.policy.postgres_bin};
  backup::Trial trial{.dump = blueprint_.dump, .format = blueprint_.format, .major = major_, .limit = blueprint_.limit};
  trial.pg_restore = co_await backup::find_pg_restore(context_.ports.commands, search, major_, context_.stop);
  co_return co_await backup::load_dump(context_, std::move(trial), url());
}

/// Tried with nothing in it, for its own words about what the host forbids.
Task<> StandIn::expect_enclosure(Enclosure enclosure) {
  Command nothing;
  nothing.argv = enclosing(enclosure, context_.state);
  nothing.argv.emplace_back("/bin/true");
  nothing.directory = "/";
  nothing.timeout = 30s;
  const Exit exit = co_await context_.ports.commands.run(std::move(nothing), context_.stop);
  if (exit.ok()) co_return;
  throw Error(exit.cause == Exit::Cause::stopped ? ErrorKind::stopped : ErrorKind::failed,
              "keep the rehearsal away from production", exit.err.empty() ? exit.text() : backup::complaint(exit.err),
              "users must be allowed to make namespaces: sysctl user.max_user_namespaces, "
              "kernel.unprivileged_userns_clone; a worker must be, too: orchestrate init writes that where the policy "
              "has a rehearsal, and --local needs no worker");
}

/// As pg_dumpall writes them. That the superuser is there already is no matter, nor is a tablespace.
Task<> StandIn::make_roles() {
  const Application& application = context_.application;
  const backup::ToolSearch search{.bin = application.policy.postgres_bin};
  const backup::Tool pg_dumpall =
      co_await backup::find_pg_dumpall(context_.ports.commands, search, major_, context_.stop);
  const DatabaseUrl& production = application.for_sessions();
  Command command = backup::libpq_command(pg_dumpall.path, production);
  for (const std::string& word :
       {"--database=" + production.database, std::string("--roles-only"), std::string("--no-role-passwords")})
    command.argv.push_back(word);
  command.timeout = roles_limit;
  command.capture = most_roles_sql;
  const Exit exit = co_await context_.ports.commands.run(std::move(command), context_.stop);
  if (!exit.ok())
    throw Error(exit.cause == Exit::Cause::stopped ? ErrorKind::stopped : ErrorKind::failed, "read production's roles",
                "pg_dumpall: " + (exit.err.empty() ? exit.text() : backup::complaint(exit.err)));
  const fs::path psql = scratch::server_programs(application.policy.postgres_bin, major_) / "psql";
  Command making = backup::libpq_command(psql, cluster_->url(maintenance));
  making.argv.insert(making.argv.end(), {"--no-psqlrc", "--quiet", "--output=/dev/null"});
  const Argv inside = entering(cluster_->process(), "/");  // psql runs what a line that begins with a backslash says
  making.argv.insert(making.argv.begin(), inside.begin(), inside.end());
  making.timeout = roles_limit;
  making.log = context_.output;
  making.piped = true;
  const auto process = context_.ports.commands.start(std::move(making), context_.stop);
  const std::string roles = without_superuser(exit.out);
  co_await process->write(std::as_bytes(std::span(roles)));
  process->close_input();
  const Exit made = co_await process->wait();
  if (!made.ok())  // that a role's setting is not known here is told in the output, and is no matter
    throw Error(made.cause == Exit::Cause::stopped ? ErrorKind::stopped : ErrorKind::failed,
                "make production's roles on the copy", "psql: " + (made.err.empty() ? made.text() : made.err));
}

Task<> StandIn::make_database() {
  const DatabaseUrl& production = context_.application.for_sessions();
  const SessionOptions reading;
  const auto live = co_await context_.ports.databases.connect(production, reading, context_.stop);
  const std::string name = url().database;
  const auto statements = co_await schema::statements_like(*live, production.database, name,
                                                           schema::Tablespace::servers_default, context_.stop);
  const SessionOptions options = writing();
  const auto ours = co_await context_.ports.databases.connect(cluster_->url(maintenance), options, context_.stop);
  const std::string drop = "DROP DATABASE IF EXISTS " + quote_identifier(name);  // `postgres`, which is there
  co_await ours->query(drop, context_.stop);
  for (const std::string& statement : statements) co_await ours->query(statement, context_.stop);
}

/// Whatever the dump would fail on halfway is named before.
Task<> StandIn::expect_extensions() {
  const SessionOptions reading;
  const auto live =
      co_await context_.ports.databases.connect(context_.application.for_sessions(), reading, context_.stop);
  const std::string used = "SELECT extname FROM pg_extension ORDER BY 1";
  const Rows wanted = co_await live->query(used, context_.stop);
  const auto ours = co_await session(context_.stop);
  const std::string available = "SELECT name FROM pg_available_extensions";
  const Rows there = co_await ours->query(available, context_.stop);
  std::set<std::string> names;
  for (const auto& row : there.rows) names.insert(row.at(0).value());
  std::vector<std::string> missing;
  for (const auto& row : wanted.rows)
    if (!names.contains(row.at(0).value())) missing.push_back(row.at(0).value());
  if (missing.empty()) co_return;
  throw Error(
      ErrorKind::failed, "rehearse " + context_.application.policy.app,
      fmt::format("this host's PostgreSQL lacks extensions that the database has: {}", fmt::join(missing, ", ")),
      "install their packages here, or leave the rehearsal out of the pipeline");
}

/// What the first migration finds and none of them makes: the schema of the version table, which Alembic makes before
/// it runs any, and extensions that somebody else made, for that takes more rights than the project has.
Task<> StandIn::make_surroundings() {
  const std::string sql =
      "SELECT format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', nspname, pg_get_userbyid(nspowner))"
      " FROM pg_namespace WHERE nspname <> 'public' AND nspname !~ '^pg_' AND (nspname = $1 OR oid IN"
      "   (SELECT extnamespace FROM pg_extension WHERE pg_get_userbyid(extowner) <> current_user))"
      " UNION ALL "
      "SELECT format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA %I', e.extname, n.nspname) FROM pg_extension e"
      " JOIN pg_namespace n ON n.oid = e.extnamespace"
      " WHERE e.extname <> 'plpgsql' AND pg_get_userbyid(e.extowner) <> current_user";
  const SessionOptions reading;
  const auto live =
      co_await context_.ports.databases.connect(context_.application.for_sessions(), reading, context_.stop);
  const std::vector<std::string> schema = {context_.application.policy.migrations.version_table.schema};
  const Rows statements = co_await live->query(sql, schema, context_.stop);
  const auto ours = co_await session(context_.stop);
  for (const auto& row : statements.rows) {
    const std::string statement = row.at(0).value();
    co_await ours->query(statement, context_.stop);
  }
}

Command StandIn::within(Command command) const {
  Argv words = entering(cluster_->process(), command.directory);
  words.insert(words.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(words);
  const auto set = [&](const std::string& name, const std::string& value) {
    std::erase_if(command.environment, [&](const auto& variable) { return variable.first == name; });
    command.environment.emplace_back(name, Secret(value));
  };
  set("TMPDIR", cluster_->directory().string());
  for (const auto& [name, value] : blueprint_.environment) set(name, value);
  for (const auto& [name, value] : blueprint_.redirection.variables) set(name, value);
  return command;
}

Task<std::unique_ptr<Database>> StandIn::session(std::stop_token stop) const {
  const SessionOptions options = writing();
  co_return co_await context_.ports.databases.connect(url(), options, stop);
}

Task<std::unique_ptr<Database>> StandIn::session_beside(std::stop_token stop) const {
  const SessionOptions options = writing();
  co_return co_await context_.ports.databases.connect(cluster_->url(maintenance), options, stop);
}

DatabaseUrl StandIn::url() const {
  return cluster_->url(context_.application.database.database);
}

}  // namespace orchestrate::rehearsal
