#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "orchestrate/json.hpp"
#include "orchestrate/names.hpp"
#include "orchestrate/task.hpp"

namespace orchestrate {

/// What the catalog says of one table before anything is migrated.
struct TableFacts {
  struct Column {
    std::string type;  ///< as `varchar(20)`, `int4`
    bool not_null = false;
  };
  struct Index {
    std::vector<std::string> columns;  ///< empty where it is an expression
    bool unique = false, valid = true;
    bool plain = true;  ///< a btree of every row
  };
  struct Constraint {
    std::string definition;  ///< as `CHECK ((a > 0))`
    bool validated = true;
  };

  std::optional<std::uint64_t> size;  ///< in bytes, with indexes and TOAST, and partitions; none: nobody could tell
  /// Nobody could tell: it is taken for a large one.
  bool is_larger_than(std::uint64_t bytes) const { return !size || *size > bytes; }
  double rows = 0;  ///< the planner's estimate; negative: it was never analysed
  std::map<std::string, Column> columns;
  std::map<std::string, Index> indexes;
  std::map<std::string, Constraint> constraints;
  std::vector<TableName> parents, children, partitions;  ///< by foreign keys: referenced, and referencing
  std::vector<std::string> views;                        ///< that read it
  std::string extension;                                 ///< that made it
};

/// What the catalog says of a domain.
struct DomainFacts {
  bool is_checked = false;        ///< by NOT NULL or a CHECK
  std::vector<TableName> tables;  ///< that have columns of it
  bool are_tables_known = true;   ///< else it may be more
};

/// Tables of one name lie beside each other, whatever their schemas.
struct ByName {
  bool operator()(const TableName& one, const TableName& other) const {
    return std::tie(one.name, one.schema) < std::tie(other.name, other.schema);
  }
};

struct Facts {
  int server_version = 0;  ///< as server_version_num: 150018; 0: there was no database to ask
  bool is_whole = true;    ///< every table of a name that is known is here
  bool is_utc = false;     ///< TimeZone of the role's sessions
  std::map<TableName, TableFacts, ByName> tables;
  std::map<std::string, DomainFacts> domains;            ///< by bare name
  std::set<std::string> types, enums;                    ///< bare names; `types` holds the enums, too
  std::set<std::string> extensions;                      ///< whose files the server's host has
  std::map<std::string, std::set<std::string>> readers;  ///< roles that may SELECT from half of a schema's tables
  std::set<std::string> default_readers;                 ///< of tables to come, by ALTER DEFAULT PRIVILEGES

  /// By its name and the schema, where that was written; without a schema only a name that one table alone has.
  const TableFacts* find(const TableName& table, bool qualified) const;
  /// The same table's full name.
  const TableName* full_name(const TableName& table, bool qualified) const;
  /// The table of that index.
  const TableFacts* of_index(const std::string& index) const;
};

/// Of what read_table_facts() of the folder schema tells.
Facts facts_from(const Json& json);

/// What a question to the rows of a table brought.
struct RowCount {
  std::optional<std::uint64_t> rows;
  bool refused = false;  ///< a row could not be read in that way: SQLSTATE 22..., a data exception
  std::string why;       ///< neither of them: why not
};

/// The database that is to be migrated: a port, for a review opens none itself.
class Catalog {
 public:
  virtual ~Catalog() = default;
  /// Of the tables, types and extensions with these names, in whatever schema, and of tables that have indexes with
  /// these names.
  virtual Task<Facts> look_up(std::vector<std::string> names) = 0;
  /// Each asked alone, for a limited time; as many answers as questions.
  virtual Task<std::vector<RowCount>> count(std::vector<std::string> questions) = 0;
};

}  // namespace orchestrate
