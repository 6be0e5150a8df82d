#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "orchestrate/finding.hpp"

namespace orchestrate {

/// One version file as its module-level literals tell it; nothing was imported.
struct Revision {
  std::string id;
  std::vector<std::string> down;        ///< `down_revision`; empty: a base
  std::vector<std::string> labels;      ///< `branch_labels` of this file itself
  std::vector<std::string> depends_on;  ///< ids or branch labels
  std::filesystem::path file;
  int line = 0;  ///< of `revision = ...`
  std::string sha256;
  bool operator==(const Revision&) const = default;
};

/// Revisions in the order in which Alembic runs them, or the one reason why there is no answer.
using Pending = std::variant<std::vector<const Revision*>, Finding>;

/// The way back.
struct Undone {
  std::vector<const Revision*> revisions;  ///< in the order in which Alembic undoes them
  std::string to;                          ///< the id that it goes back to, or `base`
  std::vector<std::string> rows;           ///< what the version table holds then, without what others imply; sorted
};
using WayBack = std::variant<Undone, Finding>;

/// All revisions of a project. While there are problems nobody can say what Alembic would do: pending() and undone()
/// then answer with the first one.
struct RevisionGraph {
  std::vector<Revision> revisions;  ///< in order of directory and file name
  std::vector<Finding> problems;    ///< all `cannot-judge`, all block

  /// By full id.
  const Revision* find(std::string_view id) const;

  /// What `alembic heads` prints.
  std::vector<std::string> heads() const;
  /// What the version table holds when everything is applied: heads that no other revision depends on.
  std::vector<std::string> rows_at_heads() const;

  /// `target` as `alembic upgrade` takes it: `head`, `heads`, an id or the unambiguous start of one, a branch label,
  /// `LABEL@head`, `+N`, `ID+N`, `LABEL@+N`. `applied` are the rows of the version table; none: from base.
  Pending pending(const std::vector<std::string>& applied, std::string_view target) const;

  /// `target` as `alembic downgrade` takes it: an applied revision's id or the unambiguous start of one, `-N`, `base`.
  WayBack undone(const std::vector<std::string>& applied, std::string_view target) const;

  /// Of `ids` those that no other of them stands on: the rows of the version table when just these are applied. Sorted.
  std::vector<std::string> tips(const std::vector<std::string>& ids) const;

  /// Ids of `rows` and of all revisions below them, through `depends_on` too; unknown rows are left out.
  std::set<std::string> ancestors(const std::vector<std::string>& rows) const;
};

/// Reads every version file right in `directories`, as Alembic does by default (no subdirectories).
RevisionGraph read_revisions(const std::vector<std::filesystem::path>& directories);

}  // namespace orchestrate
