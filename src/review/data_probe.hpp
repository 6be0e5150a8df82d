#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "review/facts.hpp"
#include "review/statement.hpp"

namespace orchestrate {

struct ReadRevision;

/// A question to the rows that are there before anything is migrated, derived from one statement.
struct DataProbe {
  enum class Meaning {
    refuses,  ///< rows of that sort make the statement fail
    loses,    ///< such rows, or values, are gone afterwards; the answer is their number
  };
  const Statement* statement = nullptr;
  Meaning meaning = Meaning::refuses;
  std::string sql;   ///< reads only; one row with one number: how many, or whether there is one
  std::string rows;  ///< which ones: `rows of cfg.panels whose title is NULL`
  /// The statement runs for certain, and none before it in the set writes to the tables that it reads.
  bool still_true = true;
};

/// Of a set that is enriched and numbered, in its order. Only of tables that are there, and are what they were when
/// the statement comes.
std::vector<DataProbe> data_probes(std::span<const ReadRevision> revisions, const Facts& facts);

struct DataAnswer {
  DataProbe probe;
  RowCount found;
  /// Whether a statement will fail that runs on the rows as they are now.
  bool is_in_the_way() const;
};
/// `; 12 rows of cfg.panels now`, of all answers about that statement.
std::string told_by(std::span<const DataAnswer> answers, const Statement& statement);

}  // namespace orchestrate
