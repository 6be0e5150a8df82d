#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "backup/content.hpp"
#include "orchestrate/stage.hpp"
#include "rehearsal/recording.hpp"
#include "rehearsal/stand_in.hpp"

namespace orchestrate::rehearsal {

/// What is in a stand-in at one moment.
struct Survey {
  struct Table {
    std::string name;  ///< `cfg.panels`
    std::uint64_t rows = 0;
    std::uint64_t deleted = 0;  ///< rows since the copy was made, as PostgreSQL's statistics count them
    std::int64_t root = 0;      ///< the oid of the partitioned table that it is a part of, else its own
    std::string counters;       ///< of rows written, and the file that they are in; empty: nobody can rely on them
    bool operator==(const Table&) const = default;
  };
  std::map<std::int64_t, Table> tables;  ///< by oid, which no rename changes; without the version table
  backup::Hashes definitions;            ///< without the recorder's own
  std::vector<std::string> versions;     ///< rows of the version table
};

/// Its definitions, as pg_dump writes them, without the recorder's own.
Task<backup::Hashes> definitions_in(StageContext& context, const StandIn& stand_in);
/// Whether the server's counters of rows are whole: what a session has counted is told once it has ended.
enum class Counters { tell_all, may_lag };

/// All of it. Where counters tell all, rows are not counted of a table in which nothing was written since `before`,
/// nor, without one, of a copy that was just filled: the server has counted them meanwhile.
Task<Survey> survey(StageContext& context, const StandIn& stand_in, Counters counters, Survey before = {});

/// Names of its tables.
Tables tables_of(const Survey& survey);

/// `TABLE cfg.panels is new`, `INDEX cfg.ix_panels is gone`, `VIEW cfg.titles is changed`: what has become of the one.
std::vector<std::string> changes_between(const backup::Hashes& before, const backup::Hashes& after);

/// Rows that are gone, by table.
struct Loss {
  std::string table;
  std::uint64_t rows = 0, of = 0;
  bool is_dropped = false;  ///< with the table
  bool operator==(const Loss&) const = default;
};
std::vector<Loss> losses_between(const Survey& before, const Survey& after);

}  // namespace orchestrate::rehearsal
