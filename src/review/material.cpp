#include "review/material.hpp"

#include <utility>

#include <fmt/format.h>

#include "orchestrate/digest.hpp"
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

ReadRevision read_revision(const Revision& revision, std::string text, const Json& tree, Direction direction) {
  const std::string file = revision.file.string();
  Script script = read_script(tree, revision.id, file);
  ReadRevision read{revision.id,
                    file,
                    std::move(text),
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

}  // namespace

void read_scripts(const ReviewRequest& request, const std::vector<SyntaxTree>& trees, Material& material) {
  const std::string name(to_string(request.direction));
  for (std::size_t i = 0; i < request.pending.size(); ++i) {
    const Revision& revision = *request.pending[i];
    const std::string file = revision.file.string();
    if (const auto* problem = std::get_if<SyntaxProblem>(&trees[i])) {
      material.findings.push_back(cannot_judge(revision, "syntax", {file, problem->line, 0},
                                               "Python does not understand the file: " + problem->why,
                                               "correct the file"));
      continue;
    }
    try {
      material.revisions.push_back(
          read_revision(revision, material.texts[i], std::get<Json>(trees[i]), request.direction));
    } catch (const std::exception& error) {  // one odd file must not keep the others from being read
      material.findings.push_back(cannot_judge(revision, "syntax", {file, 0, 0},
                                               std::string("the file cannot be followed: ") + error.what(),
                                               "read it yourself, then approve it"));
      continue;
    }
    if (const std::string why = why_unfit(material.revisions.back(), request.direction); !why.empty())
      material.findings.push_back(cannot_judge(revision, name, {file, 0, 0}, why, fmt::format("write {}()", name)));
  }
  if (!request.env_py) return;
  const auto* tree = std::get_if<Json>(&trees.back());
  material.scope = tree ? transaction_scope(*tree) : TransactionScope::none;
}

Task<Material> read_material(Commands& commands, ReviewRequest request, std::stop_token stop) {
  Material material;
  read_texts(request, material);
  const auto trees = co_await syntax_trees(commands, request.python, material.texts, std::move(stop));
  read_scripts(request, trees, material);
  co_return material;
}

}  // namespace orchestrate
