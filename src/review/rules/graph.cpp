#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/grade.hpp"
#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

std::vector<Flag> revision_id_too_long(const ReadRevision& revision, const ReviewState&) {
  constexpr std::size_t longest = 32;  // version_num is VARCHAR(32)
  if (revision.id.size() <= longest || !revision.is_revision) return {};
  return {{.object = {},
           .hazard = fmt::format("the revision id has {} characters; the version table holds 32", revision.id.size()),
           .effect = "the migration fails after its statements ran (SQLSTATE 22001) and rolls back, unless the column "
                     "was widened",
           .remedy = "choose a shorter id, in the file and in the down_revision of its children",
           .place = {revision.file, 0, 0}}};
}

std::vector<Flag> autogenerate_leftovers(const ReadRevision& revision, const ReviewState&) {
  static constexpr std::array drops = {Kind::drop_table, Kind::drop_column, Kind::drop_index, Kind::drop_constraint};
  if (revision.source.find("please adjust!") == std::string::npos) return {};
  const auto drop = std::ranges::find_if(
      revision.statements, [](const Statement& s) { return std::ranges::find(drops, s.kind) != drops.end(); });
  if (drop == revision.statements.end()) return {};
  return {{.object = object_of(*drop),
           .hazard = "autogenerate wrote this drop and its marker \"please adjust!\" still stands",
           .effect = "stale models, or models that env.py does not import, look to autogenerate like tables to drop",
           .remedy = "update the checkout, see that env.py imports every model, generate the revision again",
           .about = &*drop}};
}

struct WayBack {
  Grade grade = Grade::keeps_data;
  std::string why;
};

const Statement* first_of(const std::vector<Statement>& statements, std::span<const Kind> kinds) {
  const auto found = std::ranges::find_if(
      statements, [&](const Statement& s) { return std::ranges::find(kinds, s.kind) != kinds.end(); });
  return found == statements.end() ? nullptr : &*found;
}

/// K7, K8. From what cannot be undone at all to what is undone as a whole.
WayBack way_back(const ReadRevision& revision) {
  static constexpr std::array losing = {Kind::drop_table,  Kind::drop_column, Kind::truncate,
                                        Kind::delete_rows, Kind::drop_schema, Kind::drop_owned};
  static constexpr std::array hidden = {Kind::opaque, Kind::access_host};
  using Body = Script::Body;
  if (revision.statements.empty()) return {};
  if (revision.opposite_body == Body::missing) return {Grade::restore_only, "there is no downgrade()"};
  if (revision.opposite_body == Body::empty) return {Grade::restore_only, "downgrade() does nothing"};
  if (revision.opposite_body == Body::refuses) return {Grade::restore_only, "downgrade() raises"};
  const Statement* lost = first_of(revision.statements, losing);
  if (lost && !lost->on_new_table)
    return {Grade::restore_only, "downgrade() does not bring back what was in " + object_of(*lost)};
  if (const Statement* unread = first_of(revision.opposite, hidden))
    return {Grade::unproven, "nobody can tell what downgrade() does" + (unread->why.empty() ? "" : ": " + unread->why)};
  const auto commits = std::ranges::find_if(
      revision.opposite, [](const Statement& s) { return s.autocommit || s.kind == Kind::control_transaction; });
  if (commits != revision.opposite.end())
    return {Grade::partial_commit, "downgrade() commits in the middle, so that a part of it stays when it fails"};
  if (const Statement* loss = first_of(revision.opposite, losing))
    return {Grade::loses_data, "downgrade() deletes what the new code has written to " + object_of(*loss)};
  return {};
}

std::vector<Flag> downgrade_loses_data(const ReadRevision& revision, const ReviewState& state) {
  if (state.direction == Direction::downgrade || !revision.is_revision) return {};
  const WayBack back = way_back(revision);
  if (back.grade == Grade::keeps_data) return {};
  const bool runs = back.grade == Grade::loses_data || back.grade == Grade::partial_commit;
  return {{.object = "downgrade",
           .hazard = fmt::format("the way back is {}: {}", to_string(back.grade), back.why),
           .effect = runs ? "`orchestrate downgrade` asks for a confirmation; the backup loses nothing that is older"
                          : "the way back from this revision is the backup",
           .remedy = "keep the backup until the release has proven itself",
           .place = {revision.file, 0, 0}}};
}

/// K11: what a person meant to fill in.
std::vector<Flag> empty_revision(const ReadRevision& revision, const ReviewState& state) {
  const bool empty = revision.body == Script::Body::empty && revision.opposite_body == Script::Body::written;
  if (!empty || revision.opposite.empty() || state.direction == Direction::downgrade) return {};
  return {{.object = "upgrade",
           .hazard = "upgrade() does nothing, and downgrade() undoes something",
           .effect = "the revision is recorded as applied, and going back fails or takes away what it did not make",
           .remedy = "write upgrade(), or empty downgrade()",
           .place = {revision.file, 0, 0}}};
}

const std::array all = {
    Rule{.id = "revision-id-too-long",
         .category = "compatibility",
         .summary = "the id does not fit into the version table",
         .why = "alembic_version.version_num is VARCHAR(32). The id is written after all statements ran.",
         .bad = {},
         .good = {"ALTER TABLE panels ADD COLUMN note text",
                  "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))"},
         .check = revision_id_too_long},
    Rule{
        .id = "autogenerate-leftovers",
        .category = "advice",
        .summary = "drops in a file that nobody adjusted",
        .why =
            "Autogenerate drops what it does not find in the models: those that a stale checkout lacks, and those that "
            "env.py does not import.",
        .bad = {"",
                "# ### commands auto generated by Alembic - please adjust! ###\n"
                "op.drop_index(\"i\", table_name=\"panels\")"},
        .good = {"", "op.drop_index(\"i\", table_name=\"panels\")"},
        .check = autogenerate_leftovers},
    Rule{.id = "downgrade-loses-data",
         .category = "advice",
         .summary = "downgrade() does not bring everything back",
         .why =
             "Three quarters of downgrades delete something, and one in six restores nothing. Each revision is graded: "
             "keeps-data (which nobody mentions), loses-data, partial-commit, unproven, or restore-only, where only "
             "the backup leads back.",
         .bad = {"",
                 "op.create_table(\"seen\", sa.Column(\"id\", sa.Integer()))\n\n\n"
                 "def downgrade():\n    op.drop_table(\"seen\")"},
         .good = {"",
                  "op.alter_column(\"panels\", \"title\", server_default=\"\")\n\n\n"
                  "def downgrade():\n    op.alter_column(\"panels\", \"title\", server_default=\"x\")"},
         .check = downgrade_loses_data},
    Rule{.id = "empty-revision",
         .category = "advice",
         .summary = "upgrade() does nothing, and downgrade() something",
         .why = "The two are meant to be each other's inverse.",
         .bad = {"", "pass\n\n\ndef downgrade():\n    op.drop_table(\"panels\")"},
         .good = {"", "pass\n\n\ndef downgrade():\n    pass"},
         .check = empty_revision},
};

}  // namespace

std::span<const Rule> graph() {
  return all;
}

}  // namespace orchestrate::rules
