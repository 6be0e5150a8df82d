#include <algorithm>

#include <fmt/format.h>

#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "orchestrate/error.hpp"
#include "render/json.hpp"
#include "render/terminal_text.hpp"
#include "review/graph.hpp"
#include "schema/state.hpp"

namespace orchestrate::cli {
namespace {

enum class Place { applied, current, pending };

struct Line {
  const Revision& revision;
  Place place;
};

std::string_view word(Place place) {
  switch (place) {
    case Place::applied:
      return "applied";
    case Place::current:
      return "current";
    case Place::pending:
      break;
  }
  return "pending";
}

/// The chain from base to the heads, in the order in which Alembic runs it.
std::vector<Line> chain(const RevisionGraph& graph, const std::vector<std::string>& rows) {
  const auto all = graph.pending({}, "heads");
  if (const auto* finding = std::get_if<Finding>(&all))
    throw Error(ErrorKind::failed, "read the revisions", finding->hazard, finding->remedy);
  const auto applied = graph.ancestors(rows);
  std::vector<Line> lines;
  for (const Revision* revision : std::get<std::vector<const Revision*>>(all)) {
    Place place = applied.contains(revision->id) ? Place::applied : Place::pending;
    if (std::ranges::find(rows, revision->id) != rows.end()) place = Place::current;
    lines.push_back({*revision, place});
  }
  return lines;
}

Json as_json(const std::vector<Line>& lines, const std::vector<std::string>& rows) {
  Json list = Json::array();
  for (const Line& line : lines)
    list.push(Json::object({{"revision", line.revision.id},
                            {"down", Json::of(line.revision.down)},
                            {"state", word(line.place)},
                            {"file", line.revision.file.string()},
                            {"sha256", line.revision.sha256}}));
  return Json::object({{"schema_version", json_schema_version}, {"current", Json::of(rows)}, {"revisions", list}});
}

}  // namespace

int revisions(const Arguments& arguments) {
  Loaded loaded = load(policy_file(arguments.app));
  Session session(std::move(loaded.policy), arguments, Reach::project, State::as_it_is);
  session.make_commands(std::nullopt);
  const Application& application = session.application();
  const Migrations& migrations = application.policy.migrations;

  const auto act = [&]() -> Task<int> {
    const SessionOptions options;
    const std::stop_token unstoppable;
    const auto database = co_await session.ports().databases.connect(application.for_sessions(), options, unstoppable);
    const auto table = co_await version_rows(*database, migrations.version_table, unstoppable);
    const auto rows = table.value_or(std::vector<std::string>{});
    const RevisionGraph graph = read_revisions(migrations.versions);
    const auto lines = chain(graph, rows);
    if (arguments.format == Format::json) {
      write(stdout, to_pretty_text(as_json(lines, rows)) + "\n");
      co_return 0;
    }
    for (const Line& line : lines)
      write(stdout, fmt::format("{:<8} {}  {}\n", word(line.place), printable(line.revision.id),
                                printable(line.revision.file.filename().string())));
    for (const std::string& row : rows)
      if (!graph.find(row))
        write(stderr, fmt::format("unknown  {}  the database is at it, no file has it\n", printable(row)));
    co_return 0;
  };
  return session.run(act());
}

}  // namespace orchestrate::cli
