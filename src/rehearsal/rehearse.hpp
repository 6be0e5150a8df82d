#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rehearsal/recording.hpp"
#include "rehearsal/stand_in.hpp"
#include "rehearsal/survey.hpp"

namespace orchestrate::rehearsal {

/// The project's own commands, as they would run on production.
struct Commands {
  std::optional<Command> current;  ///< reads the version table and changes nothing; none: the policy knows no such
  Command migrate;
  std::optional<Command> back;  ///< to where it began; none: there is no way back, or nobody wants it tried
};

/// Whether what was migrated can be migrated back, and on again.
struct WayBack {
  enum class Result {
    not_tried,
    works,    ///< the schema is what it was, and after another upgrade what it was after the first
    differs,  ///< it runs, and leaves another schema
    fails,
  } result = Result::not_tried;
  std::vector<std::string> differences;  ///< in the schema
  std::string why;                       ///< it fails
};

struct Rehearsed {
  Exit exit;  ///< of the migration
  Recording recording;
  Survey before, after;
  std::vector<std::string> half_made;  ///< invalid indexes and the like that were not there before
  WayBack way_back;
  std::chrono::milliseconds restored_in{0};
  Shares shares;             ///< of tables of which the copy held a sample
  std::uint64_t copied = 0;  ///< bytes of production's, an estimate
};

/// The project did not come to the stand-in, so nothing was migrated.
struct NoContact {
  Exit exit;
};

/// Makes a stand-in, sees the project come to it, migrates there and back and on again, and takes the stand-in away.
Task<std::variant<Rehearsed, NoContact, backup::Refusal>> rehearse(StageContext& context, Blueprint blueprint,
                                                                   Commands commands);

}  // namespace orchestrate::rehearsal
