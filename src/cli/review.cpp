#include "review/review.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <variant>

#include <unistd.h>
#include <boost/asio/io_context.hpp>

#include "cli/exit_code.hpp"
#include "cli/run_task.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/version.hpp"
#include "render/github.hpp"
#include "render/json.hpp"
#include "render/markdown.hpp"
#include "render/review.hpp"
#include "render/sarif.hpp"
#include "review/known_schema.hpp"
#include "review/rule.hpp"
#include "review/sql.hpp"
#include "system/command.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> blocking = {"data-loss", "out-of-scope", "blocking-lock"};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The interpreter of whoever calls us: in CI the one that was set up for the project.
fs::path python() {
  std::istringstream directories(variable("PATH"));
  for (std::string directory; std::getline(directories, directory, ':');) {
    const fs::path program = fs::absolute(directory) / "python3";
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  throw Error(ErrorKind::failed, "read the version files", "there is no python3 in PATH",
              "install it: Python's own parser reads them");
}

/// A directory without version files is more likely a wrong name than a project without migrations.
RevisionGraph revisions_in(const std::vector<fs::path>& directories) {
  for (const fs::path& directory : directories)
    if (!fs::is_directory(directory))
      throw Error(ErrorKind::usage, "read the version files", directory.string() + " is no directory",
                  "name the directory that holds them with --versions");
  RevisionGraph graph = read_revisions(directories);
  if (graph.revisions.empty() && graph.problems.empty())
    throw Error(ErrorKind::usage, "read the version files", "there are none in " + directories.front().string(),
                "name the directory that holds them with --versions");
  return graph;
}

/// What ran up to `--from`, oldest first.
std::vector<const Revision*> applied_at(const RevisionGraph& graph, const std::string& from) {
  if (from.empty()) return {};
  const auto applied = graph.pending({}, from);
  if (const auto* finding = std::get_if<Finding>(&applied))
    throw Error(ErrorKind::usage, "review what comes after " + from, finding->hazard, finding->remedy);
  return std::get<std::vector<const Revision*>>(applied);
}

Task<ReviewReport> review_of(Commands& commands, const RevisionGraph& graph, const Arguments& arguments) {
  ReviewReport refused;
  refused.findings = graph.problems;
  if (!refused.findings.empty()) co_return refused;
  const std::vector<const Revision*> applied = applied_at(graph, arguments.from);
  std::vector<std::string> rows;  // of the version table
  if (!applied.empty()) rows.push_back(applied.back()->id);
  const auto pending = graph.pending(rows, arguments.target.empty() ? "head" : arguments.target);
  if (const auto* finding = std::get_if<Finding>(&pending)) {
    refused.findings.push_back(*finding);
    co_return refused;
  }
  ReviewRequest request;
  request.pending = std::get<std::vector<const Revision*>>(pending);
  request.applied = applied;
  request.python.push_back(python().string());
  request.block = blocking;
  request.layout = layout_around(arguments.versions);
  const std::stop_token unstoppable;
  co_return co_await review(commands, std::move(request), unstoppable);
}

/// Annotations name files from the root of the repository, wherever in it we run.
std::vector<Finding> from_workspace(std::vector<Finding> findings) {
  const std::string named = variable("GITHUB_WORKSPACE");
  const fs::path workspace = fs::weakly_canonical(named.empty() ? "." : named);
  for (Finding& finding : findings) {
    if (finding.place.file.empty()) continue;
    const fs::path inside = fs::weakly_canonical(finding.place.file).lexically_relative(workspace);
    if (!inside.empty() && *inside.begin() != "..") finding.place.file = inside.string();
  }
  return findings;
}

std::vector<SarifRule> listed_rules() {
  std::vector<SarifRule> listed;
  for (const Rule& rule : review_rules()) listed.push_back({rule.id, rule.category, rule.summary});
  return listed;
}

std::vector<SqlText> read_sql(const std::vector<std::string>& names) {
  std::vector<SqlText> files;
  for (const std::string& name : names) {
    std::ostringstream text;
    if (name == "-") {
      text << std::cin.rdbuf();
      files.push_back({"stdin", text.str()});
      continue;
    }
    std::ifstream file(name, std::ios::binary);
    text << file.rdbuf();
    if (!file)
      throw Error(ErrorKind::usage, "read " + name, fs::is_directory(name) ? "it is a directory" : system_reason(errno),
                  "name a file of SQL");
    files.push_back({name, text.str()});
  }
  return files;
}

Json to_json(const std::vector<TableLock>& locks) {
  Json listed = Json::array();
  for (const TableLock& lock : locks)
    listed.push(Json::object({{"table", lock.table},
                              {"lock", to_string(lock.lock)},
                              {"file", lock.from.file},
                              {"line", lock.from.line},
                              {"transactions", lock.transactions},
                              {"statements", lock.statements},
                              {"long_statements", lock.long_ones},
                              {"bytes", lock.bytes ? Json(*lock.bytes) : Json(nullptr)}}));
  return listed;
}

/// The schema that `pg_dump --schema-only` wrote; lines for psql itself are no SQL.
Facts schema_of(const std::string& name) {
  Facts facts;
  if (name.empty()) return facts;
  std::istringstream lines(read_sql({name}).front().text);
  std::string sql;
  for (std::string line; std::getline(lines, line);) sql += line.starts_with('\\') ? "\n" : line + "\n";
  ReadRevision dump;
  dump.statements = statements_of_sql(sql);
  if (std::ranges::find(dump.statements, StatementKind::create_table, &Statement::kind) == dump.statements.end())
    throw Error(ErrorKind::usage, "read the schema in " + name, "it makes no table",
                "name what pg_dump --schema-only wrote");
  return facts_after(std::span(&dump, 1));
}

void print(const ReviewReport& report, Format format) {
  const std::string summary = summary_of(report);
  std::vector<std::string> locks;
  for (const TableLock& lock : report.locks) locks.push_back(text_of(lock));
  if (format == Format::text) return write(stdout, review_text(summary, report.findings, locks, style_of(stdout)));
  if (format == Format::github) {
    write(stdout, github_annotations(from_workspace(report.findings)));
    return write(stderr, "review: " + summary + "\n");
  }
  if (format == Format::markdown)
    return write(stdout, review_markdown(summary, from_workspace(report.findings), locks));
  if (format == Format::sarif) {
    const Json log = sarif_log(from_workspace(report.findings), listed_rules(), version);
    return write(stdout, to_pretty_text(log) + "\n");
  }
  Json json = findings_json(report.findings);
  json.set("revisions", report.revisions);
  json.set("statements", report.statements);
  json.set("locks", to_json(report.locks));
  write(stdout, to_pretty_text(json) + "\n");
}

}  // namespace

int review(const Arguments& arguments) {
  if (!arguments.sql.empty()) {
    const ReviewReport report = review_sql(read_sql(arguments.sql), blocking, schema_of(arguments.schema));
    print(report, arguments.format);
    return std::ranges::any_of(report.findings, open_red_flag) ? red_flags : 0;
  }
  boost::asio::io_context io(1);
  const auto commands = system::make_commands(io, {}, std::nullopt);
  const RevisionGraph graph = revisions_in(arguments.versions);
  const auto act = [&]() -> Task<int> {
    const ReviewReport report = co_await review_of(*commands, graph, arguments);
    print(report, arguments.format);
    if (std::ranges::any_of(report.findings, open_red_flag)) co_return red_flags;
    co_return 0;
  };
  return run_to_end(io, act());
}

}  // namespace orchestrate::cli
