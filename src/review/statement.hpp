#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/direction.hpp"
#include "orchestrate/finding.hpp"
#include "orchestrate/names.hpp"

namespace orchestrate {

/// Stands in SQL for a part that nobody knows: a word that it takes for a name.
inline constexpr std::string_view unknown_part = "unknown_part";

enum class StatementKind {
  create_table,
  drop_table,
  rename_table,
  move_table,   ///< SET SCHEMA
  alter_table,  ///< what has no kind of its own: storage, replica identity, ...
  tune_table,   ///< options and statistics, which hinder nobody
  add_column,
  drop_column,
  rename_column,
  set_type,
  set_not_null,
  drop_not_null,
  set_default,
  drop_default,
  create_index,
  drop_index,
  add_constraint,
  drop_constraint,
  validate_constraint,
  insert_rows,
  update_rows,
  delete_rows,
  truncate,
  attach_partition,
  detach_partition,
  enable_row_security,
  disable_row_security,
  enable_trigger,  ///< `name`; empty: ALL, USER
  disable_trigger,
  set_owner,  ///< `new_name` is the role
  create_schema,
  drop_schema,
  create_object,  ///< `object` says of which kind
  alter_object,   ///< `new_name`: it is renamed, or moved to that schema
  drop_object,
  add_enum_value,  ///< `name`
  grant,           ///< `what`: the privileges; `name`: to whom
  revoke,
  drop_owned,      ///< DROP OWNED, REASSIGN OWNED
  change_cluster,  ///< roles, databases, tablespaces, ALTER SYSTEM
  rewrite,         ///< VACUUM FULL, CLUSTER
  rebuild,         ///< REINDEX, REFRESH
  lock_table,
  set_parameter,        ///< SET; `name` is the parameter, `new_name` its value, or `default`
  control_transaction,  ///< BEGIN, COMMIT, ROLLBACK
  access_host,          ///< files, programs, network
  read,                 ///< changes nothing
  opaque,               ///< nobody can tell from the text; `why` says why
};

enum class ObjectKind {
  none,
  view,
  materialized_view,
  function,
  procedure,
  aggregate,
  routine,
  trigger,
  rule,
  policy,
  type,
  domain,
  sequence,
  extension,
  index,
  constraint,
  statistics,
  schema,
  role,
  language,
  operator_,
  comment,
  other,
};
/// In SQL's words, small: `materialized view`.
std::string_view to_string(ObjectKind kind);
/// Of such a word.
ObjectKind object_kind(std::string_view word);

enum class ConstraintType { none, check, foreign_key, unique, primary_key, exclude, other };

/// A column of a table that is created.
struct NewColumn {
  std::string name, type;  ///< the type as written
  bool not_null = false;
  bool operator==(const NewColumn&) const = default;
};
/// A constraint or index that comes with a table that is created.
struct NewKey {
  ConstraintType type = ConstraintType::none;  ///< none: an index
  std::vector<std::string> columns, referenced;
  TableName table;  ///< that a foreign key references
  bool operator==(const NewKey&) const = default;
};

/// One thing that a migration does to the database, whether an `op.` directive or SQL said it.
struct Statement {
  StatementKind kind = StatementKind::opaque;
  TableName table;         ///< or schema and name of the view, function, type, ...; name empty: none
  bool qualified = false;  ///< the schema was written; else `public` stands for the unknown search_path
  std::string name;        ///< column, index, constraint or parameter
  std::string new_name;
  ObjectKind object = ObjectKind::none;
  std::string index;  ///< of a constraint: USING INDEX
  std::string what;   ///< the command or call in its own words: `ALTER SYSTEM`, `open()`, `COMMIT`
  std::string type;   ///< data type as written
  std::string old_type;
  ConstraintType constraint = ConstraintType::none;
  std::vector<TableName> references;  ///< by a foreign key; by a new table, also what it inherits from or is a part of
  std::string hidden_reference;       ///< why nobody can tell what it references; empty: `references` is all
  std::vector<std::string> columns;   ///< of a table that is created, of an index or of a key, as far as known; of an
                                      ///< UPDATE or DELETE those that its WHERE compares with constants
  std::vector<std::string> referenced_columns;  ///< of a foreign key; none: the primary key, or nobody can tell
  std::string condition;                        ///< of a CHECK, where it only computes; empty: it is not known
  std::vector<NewColumn> new_columns;           ///< of a table that is created
  std::vector<NewKey> new_keys;
  std::vector<std::string> checked;                   ///< its columns that CHECKs name; empty: any column may be
  std::vector<std::string> made_types, needed_types;  ///< enum types that come with it, and that must be there before
  std::string method;                                 ///< of an index; empty: btree
  std::vector<std::string> secrets;                   ///< literals that nobody may print: passwords and the like

  bool concurrently = false, cascade = false, if_exists = false, if_not_exists = false;
  bool has_where = false, not_null = false, server_default = false, client_default = false;
  bool not_valid = false, using_index = false, temporary = false, recreates = false;
  bool is_checked = false;  ///< of a column: a CHECK is looked at again with its new type
  bool unique = false, unlogged = false, replaces = false;  ///< the last: OR REPLACE
  bool is_part = false;                                     ///< of a table that is created: PARTITION OF its reference
  bool deletes_children = false;                            ///< of a foreign key: ON DELETE CASCADE
  bool is_open_definer = false;                  ///< a SECURITY DEFINER function without a search_path of its own
  bool only_in_transaction = false;              ///< SET LOCAL
  bool to_public = false, grant_option = false;  ///< of a grant or a policy; of a grant

  bool differs_by_row = false;       ///< of a column that is added: its values are computed for each row
  bool skips_scan = false;           ///< of a constraint or SET NOT NULL: nothing there could break it
  bool has_checked_domain = false;   ///< of a column that is added: its type is a domain with constraints
  bool is_unnamed = false;           ///< of a constraint: PostgreSQL, or env.py's naming convention, chooses its name
  bool is_partial = false;           ///< of an index: it has a WHERE
  bool hides_columns = false;        ///< of a table that is created: LIKE, AS, or arguments that nobody can read
  bool has_using = false;            ///< of a type change
  bool computes = false;             ///< of a type change: USING is more than a cast of the column
  bool is_free = false;              ///< of a type change: only the catalog is changed, the database at hand says
  bool is_virtual = false;           ///< of a column that is added: computed when it is read
  bool copies_rows = false;          ///< its rows come from a query or a file, so that nobody can tell how many
  bool gives_id = false;             ///< of an INSERT: a literal for the column `id`
  bool for_objects_to_come = false;  ///< ALTER DEFAULT PRIVILEGES

  std::string proves_not_null;  ///< the column of CHECK (column IS NOT NULL)

  std::string why;  ///< of opaque: why nobody can tell

  std::string revision;
  std::size_t order = 0;        ///< among the statements of the set under review, from 1
  std::size_t transaction = 0;  ///< those with the same number commit together, as far as the text tells
  Direction direction = Direction::upgrade;
  Place place;
  std::size_t block =
      0;               ///< of one text: those of one DO have the same number, and commit together; 0: it stands in none
  std::string module;  ///< of the project, in which it is written; empty: the file itself
  bool conditional = false;   ///< stands in a branch or loop that may not run
  bool autocommit = false;    ///< inside autocommit_block: commits at once
  bool on_new_table = false;  ///< the pending set itself makes its table before, for certain: it holds nobody's data

  bool operator==(const Statement&) const = default;
};

/// Of a reference: whether its schema was written. `public` stands for an unknown one.
inline bool is_qualified(const TableName& reference) {
  return reference.schema != "public";
}

inline Statement opaque(std::string why) {
  Statement statement;
  statement.why = std::move(why);
  return statement;
}

}  // namespace orchestrate
