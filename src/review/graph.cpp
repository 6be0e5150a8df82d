#include "review/graph.hpp"
#include "orchestrate/source_text.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"
#include "review/lineage.hpp"
#include "review/module_literals.hpp"
#include "review/text_of_file.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> alembic_names = {"revision", "down_revision", "branch_labels", "depends_on"};

Finding problem(std::string rule, const Revision& revision, int line, std::string hazard, std::string remedy) {
  return {.rule = std::move(rule),
          .category = "cannot-judge",
          .severity = Severity::blocks,
          .revision = revision.id,
          .object = revision.id.empty() ? revision.file.filename().string() : "",
          .place = {revision.file.string(), line, line > 0 ? 1 : 0},
          .hazard = std::move(hazard),
          .effect = "nobody can say which revisions Alembic would run",
          .remedy = std::move(remedy),
          .file_sha256 = revision.sha256};
}

std::optional<std::string> bytes_of(const fs::path& file) {
  try {
    return text_of_file(file);
  } catch (const Error&) {
    return std::nullopt;  // becomes a finding
  }
}

/// One file's four names, read into a revision or into problems.
class FileReader {
 public:
  FileReader(fs::path file, std::vector<Finding>& problems) : problems_(problems) { revision_.file = std::move(file); }

  std::optional<Revision> read() {
    const auto bytes = bytes_of(revision_.file);
    if (!bytes) return refuse("unreadable-file", 0, "the version file cannot be read", "give us the right to read it");
    bytes_ = *bytes;
    revision_.sha256 = sha256(bytes_);
    auto names = module_literals(bytes_, alembic_names);
    if (const auto* why = std::get_if<Unreadable>(&names))
      return refuse("unreadable-file", why->line, "the version file cannot be read: " + why->why,
                    "correct the file so that Python can import it");
    bindings_ = std::move(std::get<Bindings>(names));
    if (!take_id()) return std::nullopt;
    const bool down = take("down_revision", revision_.down), labels = take("branch_labels", revision_.labels),
               depends = take("depends_on", revision_.depends_on);  // all of them, for each may be a problem
    if (!down || !labels || !depends) return std::nullopt;
    if (!bindings_.contains("down_revision"))
      return refuse("no-down-revision", 0, "the file says no `down_revision`", "add `down_revision = ...`");
    return std::move(revision_);
  }

 private:
  std::nullopt_t refuse(std::string rule, int line, std::string hazard, std::string remedy) {
    problems_.push_back(problem(std::move(rule), revision_, line, std::move(hazard), std::move(remedy)));
    problems_.back().source_line = source_line(bytes_, line);
    return std::nullopt;
  }

  std::nullopt_t not_literal(std::string_view name, int line, const std::string& why) {
    return refuse("not-a-literal", line, "`" + std::string(name) + "` cannot be read without running the file: " + why,
                  "write it as a plain literal, as `alembic revision` does");
  }

  bool take_id() {
    const auto found = bindings_.find("revision");
    if (found == bindings_.end()) {
      refuse("no-revision", 0, "a Python file among the versions says no `revision`",
             "move it out of the versions directory, or add `revision = ...`");
      return false;
    }
    const Binding& binding = found->second;
    revision_.line = binding.line;
    if (const auto* dark = std::get_if<Unreadable>(&binding.value))
      return not_literal("revision", dark->line, dark->why), false;
    const auto* id = std::get_if<std::string>(&std::get<Literal>(binding.value));
    if (!id || id->empty()) return not_literal("revision", binding.line, "it is not a text"), false;
    if (id->find_first_of("@-+") != std::string::npos)  // Alembic's own rule
      return not_literal("revision", binding.line, "an id may not hold @, - or +"), false;
    revision_.id = *id;
    return true;
  }

  /// A text is a list of one; None and absent are empty.
  bool take(std::string_view name, std::vector<std::string>& texts) {
    const auto found = bindings_.find(name);
    if (found == bindings_.end()) return true;
    if (const auto* dark = std::get_if<Unreadable>(&found->second.value))
      return not_literal(name, dark->line, dark->why), false;
    const Literal& value = std::get<Literal>(found->second.value);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) texts = *list;
    if (const auto* text = std::get_if<std::string>(&value); text && !text->empty()) texts = {*text};
    return true;
  }

  std::vector<Finding>& problems_;
  Revision revision_;
  std::string bytes_;
  Bindings bindings_;
};

/// What Alembic would import, by name: it leaves out only `__init__` and editors' `.#` files.
bool is_version_file(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with(".py") && !name.starts_with("__init__") && !name.starts_with(".#");
}

std::vector<fs::path> version_files(const fs::path& directory, std::vector<Finding>& problems) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (is_version_file(entry->path())) files.push_back(entry->path());
  if (error) {
    Revision nothing;
    nothing.file = directory;
    problems.push_back(problem("unreadable-directory", nothing, 0,
                               "the versions directory cannot be listed: " + error.message(),
                               "name the right directory, or give us the right to read it"));
  }
  std::ranges::sort(files);
  return files;
}

void check_ids(RevisionGraph& graph) {
  std::map<std::string_view, const Revision*> seen;
  for (const Revision& revision : graph.revisions) {
    const auto [first, fresh] = seen.emplace(revision.id, &revision);
    if (fresh) continue;
    graph.problems.push_back(
        problem("duplicate-revision", revision, revision.line,
                "two files say they are revision " + revision.id + "; the other is " + first->second->file.string(),
                "delete one of them, or give it an id of its own"));
  }
}

void check_parents(RevisionGraph& graph) {
  const Lineage lineage(graph);
  for (const Revision& revision : graph.revisions) {
    const auto missing = [&](const std::string& parent, std::string_view name) {
      graph.problems.push_back(problem("missing-revision", revision, revision.line,
                                       "`" + std::string(name) + "` names " + parent + ", which no file is",
                                       "restore the missing file, or correct `" + std::string(name) + "`"));
    };
    for (const std::string& parent : revision.down)
      if (!lineage.has(parent)) missing(parent, "down_revision");
    for (const std::string& parent : revision.depends_on)
      if (!lineage.named(parent)) missing(parent, "depends_on");
  }
}

void check_labels(RevisionGraph& graph) {
  std::map<std::string_view, const Revision*> seen;
  for (const Revision& revision : graph.revisions)
    for (const std::string& label : revision.labels) {
      const auto [first, fresh] = seen.emplace(label, &revision);
      if (!fresh || graph.find(label))
        graph.problems.push_back(problem("duplicate-label", revision, revision.line,
                                         "the branch label " + label + " is already taken", "choose another label"));
    }
}

void check_cycles(RevisionGraph& graph) {
  for (const Revision* revision : Lineage(graph).on_cycles())
    graph.problems.push_back(problem("cycle", *revision, revision->line,
                                     "revision " + revision->id + " is its own ancestor",
                                     "correct `down_revision` so that the history is a line again"));
}

}  // namespace

const Revision* RevisionGraph::find(std::string_view id) const {
  const auto found = std::ranges::find(revisions, id, &Revision::id);
  return found == revisions.end() ? nullptr : &*found;
}

RevisionGraph read_revisions(const std::vector<fs::path>& directories) {
  RevisionGraph graph;
  std::set<fs::path> seen;
  for (const fs::path& directory : directories)
    for (const fs::path& file : version_files(directory, graph.problems)) {
      if (!seen.insert(fs::weakly_canonical(file)).second) continue;  // as Alembic: the same file counts once
      if (auto revision = FileReader(file, graph.problems).read()) graph.revisions.push_back(std::move(*revision));
    }
  check_ids(graph);
  check_labels(graph);
  check_parents(graph);
  check_cycles(graph);
  return graph;
}

}  // namespace orchestrate
