#include "rehearsal/build.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <set>

#include "orchestrate/error.hpp"
#include "orchestrate/source_text.hpp"
#include "rehearsal/recorder.hpp"
#include "schema/state.hpp"

namespace orchestrate::rehearsal {
namespace {

namespace fs = std::filesystem;
using Answer = std::variant<Built, NoContact, BuildFailure>;

const std::string build_phase = "build", built_phase = "built";

std::set<fs::path> files_in(const fs::path& directory) {
  std::set<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.path().extension() == ".py") files.insert(entry.path());
  return files;
}

/// How many brackets a line leaves open.
int open_brackets(std::string_view line) {
  const auto count = [&](std::string_view kinds) {
    return std::ranges::count_if(line, [&](char c) { return kinds.find(c) != std::string_view::npos; });
  };
  return static_cast<int>(count("([{") - count(")]}"));
}

/// What Alembic writes between its two marks in upgrade(), a statement in each line.
std::vector<std::string> generated_statements(const fs::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> statements;
  bool inside = false;
  int open = 0;
  for (std::string line; std::getline(stream, line);) {
    const std::size_t text = line.find_first_not_of(" \t");
    if (text == std::string::npos) continue;
    const std::string_view word = std::string_view(line).substr(text);
    if (word.starts_with("# ### end Alembic commands")) break;
    if (inside && word != "pass" && open > 0)
      statements.back() += " " + std::string(word);
    else if (inside && word != "pass" && !word.starts_with("#"))
      statements.emplace_back(word);
    if (inside) open += open_brackets(word);
    if (word.starts_with("# ### commands auto generated")) inside = true;
  }
  return statements;
}

class Builder {
 public:
  Builder(StageContext& context, const StandIn& stand_in, Building building)
      : context_(context), stand_in_(stand_in), building_(std::move(building)) {}

  Task<Answer> build() {
    const Migrations& migrations = context_.application.policy.migrations;
    const auto log = co_await stand_in_.session_beside(context_.stop);
    const auto session = co_await stand_in_.session(context_.stop);
    co_await log_sessions(*session, context_.stop);
    context_.progress("building the schema from nothing");
    co_await mark(*log, build_phase, context_.stop);
    const Exit exit = co_await run(building_.to_revision);
    co_await mark(*log, built_phase, context_.stop);
    const auto lines = co_await lines_since(*log, context_.ports.clock, build_phase, context_.stop);
    if (lines.empty()) co_return NoContact{exit};
    if (!exit.ok()) co_return BuildFailure{exit};
    Built built;
    const std::vector<std::string> schemas = app_schemas(context_.application.policy);
    built.shape = co_await read_shape(*session, schemas, migrations.version_table, context_.stop);
    const auto versions = co_await version_rows(*session, migrations.version_table, context_.stop);
    built.versions = versions.value_or(std::vector<std::string>());
    if (building_.autogenerate) built.models = co_await model_drift();
    co_return built;
  }

 private:
  Task<Exit> run(Command command) {
    Command inside = stand_in_.within(std::move(command));
    const Exit exit = co_await context_.ports.commands.run(std::move(inside), context_.stop);
    if (exit.cause == Exit::Cause::stopped) throw Error(ErrorKind::stopped, "build the schema", exit.text());
    co_return exit;
  }

  Task<ModelDrift> model_drift() {
    ModelDrift drift;
    if (building_.to_head) {
      const Exit exit = co_await run(*building_.to_head);
      if (!exit.ok()) drift.why_unknown = "the migrations do not come to head: " + last_line(exit.err);
      if (!exit.ok()) co_return drift;
    }
    context_.progress("comparing with the models");
    const fs::path& versions = stand_in_.copies().front();
    const std::set<fs::path> before = files_in(versions);
    const Exit exit = co_await run(*building_.autogenerate);
    if (!exit.ok()) {
      drift.why_unknown = last_line(exit.err.empty() ? exit.text() : exit.err);
      co_return drift;
    }
    for (const fs::path& file : files_in(versions))
      if (!before.contains(file)) drift.statements = generated_statements(file);
    co_return drift;
  }

  StageContext& context_;
  const StandIn& stand_in_;
  Building building_;
};

}  // namespace

Task<Answer> build(StageContext& context, Blueprint blueprint, Building building) {
  std::optional<Answer> answer;
  const auto work = [&](const StandIn& stand_in) -> Task<> {
    Builder builder(context, stand_in, std::move(building));
    answer = co_await builder.build();
  };
  co_await in_stand_in(context, std::move(blueprint), work);  // without a dump nothing is refused
  co_return std::move(*answer);
}

}  // namespace orchestrate::rehearsal
