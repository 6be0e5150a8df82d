#include <array>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

/// Of these only the pages are here: a rehearsal speaks of them, from what has happened on the copy.
const std::array all = {
    Rule{.id = "rehearsed-lock",
         .category = "blocking-lock",
         .summary = "on the copy a table was locked for longer than the policy allows",
         .why =
             "A lock is kept until its transaction ends, and whoever wants the table waits until then, with everybody "
             "who comes after. On production it takes at least as long. Move what else runs in that transaction into "
             "a revision of its own, or raise rehearsal.max_lock.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "rehearsed-duration",
         .category = "blocking-lock",
         .summary = "on the copy the migrations ran longer than the policy allows",
         .why =
             "The application runs beside them on the old schema, or not at all. What writes many rows is better done "
             "in batches beside the running application. Or raise rehearsal.max_duration.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "rehearsed-rewrite",
         .category = "blocking-lock",
         .summary = "a table larger than the policy allows is written anew",
         .why =
             "PostgreSQL writes every row and every index of the table under ACCESS EXCLUSIVE, and the disk holds both "
             "until the transaction ends. Add a column, fill it in batches and exchange the two, or raise "
             "rehearsal.max_rewrite.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "hidden-destruction",
         .category = "data-loss",
         .summary = "on the copy something with data went that the text of the migrations does not name",
         .why =
             "A function of the database, a trigger, a foreign key with ON DELETE CASCADE or code of the project did "
             "it. See which, and accept it only where it is meant.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "destruction-not-exercised",
         .category = "advice",
         .summary = "the text would destroy something that was not destroyed on the copy",
         .why =
             "A condition decides whether it runs: by rows, by the environment, by what exists. On production it may "
             "be decided otherwise, and then nobody has seen it run.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "left-half-made",
         .category = "blocking-lock",
         .summary = "an index that is invalid, or a constraint that is not validated, is left behind",
         .why =
             "An invalid index costs every write and serves no query; a constraint that is not validated says nothing "
             "of the rows that were there. Finish it in the same set.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
    Rule{.id = "way-back-differs",
         .category = "advice",
         .summary = "the downgrade fails on the copy, or leaves another schema than there was",
         .why =
             "The rescue is the backup, whatever downgrade() says. Where somebody will rely on the downgrade all the "
             "same, it must lead back to where the upgrade began.",
         .bad = {},
         .good = {},
         .needs = Needs::run},
};

}  // namespace

std::span<const Rule> rehearsal() {
  return all;
}

}  // namespace orchestrate::rules
