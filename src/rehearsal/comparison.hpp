#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "orchestrate/json.hpp"
#include "rehearsal/recording.hpp"
#include "schema/statement_counts.hpp"

namespace orchestrate::rehearsal {

/// The real migration beside its rehearsal.
struct Comparison {
  struct Revision {
    std::string id;
    Duration rehearsed{0}, real{0};  ///< of all its statements
    bool operator==(const Revision&) const = default;
  };
  std::vector<Revision> revisions;         ///< in the order in which they ran
  std::vector<std::string> not_run;        ///< SQL without literals: it ran on the copy alone
  std::vector<std::string> not_rehearsed;  ///< likewise: it changed the schema meanwhile, and did not run on the copy
  std::size_t unknown = 0;                 ///< statements of the rehearsal that nobody can recognise
  bool of_sample = false;                  ///< the copy held a part of the rows
  bool differs() const { return !not_run.empty() || !not_rehearsed.empty(); }
  bool operator==(const Comparison&) const = default;
};

/// By which a statement of the rehearsal is recognised among those that the server counts; of what it counts never
/// there is none: what failed, what is about the transaction or a prepared statement. nullopt: it cannot be recognised.
std::optional<std::vector<std::string>> fingerprints_of(const RecordedStatement& statement);

/// `facts` are those of a rehearsal, as facts_of() makes them; `ran` is what the server counted while the migration
/// ran, in which there may be statements of the application. nullopt: these facts do not tell statements.
std::optional<Comparison> compare(const Json& facts, std::span<const StatementCount> ran);

/// For people, a line each.
std::vector<std::string> lines_of(const Comparison& comparison);
Json to_json(const Comparison& comparison);

}  // namespace orchestrate::rehearsal
