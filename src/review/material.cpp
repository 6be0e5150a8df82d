#include "review/material.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "orchestrate/digest.hpp"
#include "review/following.hpp"
#include "review/source.hpp"
#include "review/text_of_file.hpp"

namespace orchestrate {
namespace {

Finding cannot_judge(const Revision& revision, std::string object, Place place, std::string why, std::string remedy) {
  return {.rule = "cannot-judge",
          .category = "cannot-judge",
          .severity = Severity::blocks,
          .revision = revision.id,
          .object = std::move(object),
          .place = std::move(place),
          .hazard = "cannot judge: " + std::move(why),
          .effect = "nobody can say what the revision does",
          .remedy = std::move(remedy),
          .file_sha256 = revision.sha256};
}

void read_texts(const ReviewRequest& request, Material& material) {
  for (const Revision* revision : request.pending) {
    material.texts.push_back(text_of_file(revision->file));
    if (sha256(material.texts.back()) == revision->sha256) continue;
    material.findings.push_back(cannot_judge(*revision, "changed", {revision->file.string(), 0, 0},
                                             "the file has changed since the revisions were read", "review again"));
  }
  if (request.env_py) material.texts.push_back(text_of_file(*request.env_py));
}

ReadRevision read_revision(const Revision& revision, std::string text, const Json& tree, Direction direction,
                           ProjectModules& project) {
  const std::string file = revision.file.string();
  Script script = read_script(tree, revision.id, file, project);
  ReadRevision read{revision.id,
                    file,
                    std::move(text),
                    sha256_with(revision.sha256, script.modules),
                    std::move(script.modules),
                    std::move(script.upgrade),
                    std::move(script.downgrade),
                    script.upgrade_body,
                    script.downgrade_body};
  if (direction == Direction::downgrade) {
    std::swap(read.statements, read.opposite);
    std::swap(read.body, read.opposite_body);
  }
  return read;
}

/// Why its function does not do what its name says; empty: it may.
std::string why_unfit(const ReadRevision& revision, Direction direction) {
  if (revision.body == Script::Body::missing)
    return fmt::format("there is no plain function {}() in the file", to_string(direction));
  if (direction == Direction::upgrade) return {};
  if (revision.body == Script::Body::refuses) return "downgrade() raises, and Alembic stops there";
  if (revision.body == Script::Body::empty && !revision.opposite.empty())
    return "downgrade() does nothing, so the version table would go back and the schema would not";
  return {};
}

/// The version files, one after the other as their trees come. One that uses modules of the project which have not
/// been read is set aside with its tree, and is read again when they have.
class Reading {
 public:
  Reading(const ReviewRequest& request, Material& material, ProjectModules& project)
      : request_(request), material_(material), project_(project) {}

  void take(std::size_t number, SyntaxTree tree) {
    if (number == request_.pending.size()) return read_env_py(tree);
    const Revision& revision = *request_.pending[number];
    if (const auto* problem = std::get_if<SyntaxProblem>(&tree))
      return refuse(revision, "syntax", problem->line, "Python does not understand the file: " + problem->why,
                    "correct the file");
    read(number, std::get<Json>(std::move(tree)), Missing::is_awaited);
  }
  bool has_set_aside() const { return !set_aside_.empty(); }
  enum class Missing { is_awaited, stays_foreign };
  void read_again(Missing missing) {
    for (auto& [number, tree] : std::exchange(set_aside_, {})) read(number, std::move(tree), missing);
  }
  /// Those that could be read, in the order of the set.
  std::vector<ReadRevision> revisions() && {
    std::vector<ReadRevision> found;
    for (auto& [number, revision] : revisions_) found.push_back(std::move(revision));
    return found;
  }

 private:
  void read(std::size_t number, Json tree, Missing missing) {
    const Revision& revision = *request_.pending[number];
    const std::size_t before = project_.unanswered();
    ReadRevision read;
    try {
      read = read_revision(revision, material_.texts[number], tree, request_.direction, project_);
    } catch (const std::exception& error) {  // one odd file must not keep the others from being read
      return refuse(revision, "syntax", 0, std::string("the file cannot be followed: ") + error.what(),
                    "read it yourself, then approve it");
    }
    if (missing == Missing::is_awaited && project_.unanswered() > before) {
      set_aside_.emplace_back(number, std::move(tree));
      return;
    }
    const std::string name(to_string(request_.direction));
    if (const std::string why = why_unfit(read, request_.direction); !why.empty())
      refuse(revision, name, 0, why, fmt::format("write {}()", name));
    revisions_.emplace(number, std::move(read));
  }

  void read_env_py(const SyntaxTree& tree) {
    const auto* known = std::get_if<Json>(&tree);
    material_.scope = known ? transaction_scope(*known) : TransactionScope::none;
  }

  void refuse(const Revision& revision, std::string object, int line, std::string why, std::string remedy) {
    material_.findings.push_back(cannot_judge(revision, std::move(object), {revision.file.string(), line, 0},
                                              std::move(why), std::move(remedy)));
  }

  const ReviewRequest& request_;
  Material& material_;
  ProjectModules& project_;
  std::map<std::size_t, ReadRevision> revisions_;
  std::vector<std::pair<std::size_t, Json>> set_aside_;
};

}  // namespace

void read_scripts(const ReviewRequest& request, std::vector<SyntaxTree> trees, Material& material) {
  ProjectModules none({}, {});
  Reading reading(request, material, none);
  for (std::size_t i = 0; i < trees.size(); ++i) reading.take(i, std::move(trees[i]));
  material.revisions = std::move(reading).revisions();
}

Task<Material> read_material(Commands& commands, ReviewRequest request, std::stop_token stop) {
  // Each costs a start of Python, and reads what the one before has asked for: a helper of a helper is two.
  constexpr int most_rounds = 16;
  Material material;
  read_texts(request, material);
  ProjectModules project(request.layout, request.python.front());
  Reading reading(request, material, project);
  const TakeTree take = [&](std::size_t number, SyntaxTree tree) { reading.take(number, std::move(tree)); };
  co_await parse_sources(commands, request.python, material.texts, take, stop);
  for (int round = 0; round < most_rounds && reading.has_set_aside(); ++round) {
    co_await read_wanted(commands, request.python, project, stop);
    reading.read_again(Reading::Missing::is_awaited);
  }
  reading.read_again(Reading::Missing::stays_foreign);
  material.revisions = std::move(reading).revisions();
  co_return material;
}

std::string Material::sha256_of(std::string_view revision) const {
  const auto read = std::ranges::find(revisions, revision, &ReadRevision::id);
  return read == revisions.end() ? std::string() : read->sha256;
}

}  // namespace orchestrate
