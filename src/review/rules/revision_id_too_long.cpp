#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const ReadRevision& revision, const ReviewState&) {
  constexpr std::size_t longest = 32;  // version_num is VARCHAR(32)
  if (revision.id.size() <= longest) return std::nullopt;
  return Flag{
      .object = {},
      .hazard = "the revision id has " + std::to_string(revision.id.size()) + " characters; the version table holds 32",
      .effect =
          "the migration fails after its statements ran (SQLSTATE 22001) and rolls back, unless the column was widened",
      .remedy = "choose a shorter id, in the file and in the down_revision of its children",
      .place = {revision.file, 0, 0}};
}

}  // namespace

const Rule revision_id_too_long{"revision-id-too-long", "compatibility", "the id does not fit into the version table",
                                check};

}  // namespace orchestrate::rules
