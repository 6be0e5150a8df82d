#include <array>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

/// Of these only the pages are here: a stage of a run speaks of them, from what the ledger and the restore points hold.
const std::array all = {
    Rule{.id = "edited-after-applied",
         .category = "cannot-judge",
         .summary = "a revision that is in the database has another text now",
         .why = "Alembic remembers ids and no texts. The database holds what the file said then; a database that is "
                "built from the files now is another one. Bring the file back and write the change as a new revision.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "inserted-below-applied",
         .category = "cannot-judge",
         .summary = "a revision was put below one that is in the database",
         .why = "Alembic takes everything below a revision that is applied for applied, and never runs it.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "rides-along",
         .category = "compatibility",
         .summary = "a pending revision that was there at the last upgrade already, and was not run",
         .why = "Somebody left it out then, with a target below it, or on another branch. With this release it would "
                "run all the same, though nobody who looks at what the release changed sees it.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "code-and-contract",
         .category = "advice",
         .summary = "code changes in the same release that drops or renames what the old code uses",
         .why =
             "Between the upgrade and the restart the old code runs on the new schema; where the code is put back, it "
             "does so until the schema is, too. A first release whose code needs neither, and the drop in a second "
             "one, are safe in any order.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "suppression",
         .category = "advice",
         .summary = "an acceptance that allows nothing: unused, expired or without a reason",
         .why = "Who reads the file or the policy takes it for accepted. Remove it, or say why and what it accepts.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
};

}  // namespace

std::span<const Rule> release() {
  return all;
}

}  // namespace orchestrate::rules
