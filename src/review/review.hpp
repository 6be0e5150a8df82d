#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/finding.hpp"
#include "orchestrate/names.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/task.hpp"
#include "review/affected.hpp"
#include "review/facts.hpp"
#include "review/graph.hpp"
#include "review/import_roots.hpp"
#include "review/table_lock.hpp"

namespace orchestrate {

/// What to review, and by whose law.
struct ReviewRequest {
  Direction direction = Direction::upgrade;
  std::vector<const Revision*> pending;  ///< in the order in which Alembic runs them
  std::vector<const Revision*> applied;  ///< before them, oldest first; tells of the schema where there is no catalog
  std::vector<std::string> schemas;      ///< a change outside is a red flag; empty: any schema is fine
  TableName version_table{"public", "alembic_version"};
  Argv python;  ///< the project's interpreter, whose grammar its files are written in
  std::optional<std::filesystem::path> env_py;
  ProjectLayout layout;            ///< where the modules lie that the files import; without one none is followed
  std::vector<std::string> block;  ///< categories that block; `cannot-judge` always does
  Catalog* catalog = nullptr;      ///< of the database that is to be migrated; none: only the text is judged
  std::uint64_t small_table = 0;   ///< bytes up to which a table hinders nobody, whatever is done to it
};

/// Where what a set does becomes permanent.
enum class Commits {
  together,     ///< the whole set is one transaction
  by_revision,  ///< each revision together with its version row
  anywhere,     ///< some of it on its own, or nobody can tell
};
std::string_view to_string(Commits commits);

/// What the pending set will do, as far as its text tells.
struct ReviewReport {
  std::vector<Finding> findings;  ///< in the order of the pending set, then of the lines
  std::size_t revisions = 0;
  std::size_t statements = 0;     ///< of all functions together that would run
  std::vector<TableName> tables;  ///< touched by the pending statements, sorted
  Affected affected;              ///< what they lock
  std::vector<TableLock> locks;   ///< those that others wait for
  Commits commits = Commits::anywhere;
  std::map<std::string, std::string> modules;  ///< files of the project besides, that were followed, with their SHA-256
  bool deletes = false;                        ///< a statement drops or deletes what may hold data
  bool stops = false;                          ///< a function is missing, or raises
  bool unlimited = false;  ///< builds concurrently or validates: must run without lock and statement limits
};

/// Reads the pending files with Python's own parser as data, never as a program. Throws Error when the parser cannot be
/// run; a file that does not parse is a finding.
Task<ReviewReport> review(Commands& commands, ReviewRequest request, std::stop_token stop);

/// Statements of SQL to review, as psql would run them: each commits at once, unless the text itself opens a
/// transaction.
struct SqlText {
  std::string name;  ///< of its file
  std::string text;
};
/// The same for files of SQL, in their order.
ReviewReport review_sql(const std::vector<SqlText>& files, const std::vector<std::string>& block,
                        const Facts& facts = {});

/// An approval counts when finding and hash agree, of the file and of what it uses of the project: the finding then no
/// longer blocks and says who approved it. An approval for another version is mentioned and does not count.
void apply_approvals(std::vector<Finding>& findings, const std::vector<Approval>& approvals);

/// `2 red flags`, or `3 revisions, 12 statements, 1 advice`.
std::string summary_of(const ReviewReport& report);

}  // namespace orchestrate
