#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "orchestrate/names.hpp"
#include "review/data_probe.hpp"
#include "review/facts.hpp"
#include "review/interpreter.hpp"
#include "review/statement.hpp"

namespace orchestrate {

/// One revision of the set under review, followed.
struct ReadRevision {
  std::string id;
  std::string file;
  std::string source;  ///< the whole text
  std::string sha256;  ///< what its findings are bound to: the file, and the modules of the project that it uses
  UsedModules modules;
  /// What is to run, of upgrade() or of downgrade(); `opposite` is of the other one.
  std::vector<Statement> statements, opposite;
  Script::Body body = Script::Body::missing, opposite_body = Script::Body::missing;
  bool is_revision = true;  ///< else a plain SQL file

  /// The text of `file`, be it its own one or that of a module; empty when it is neither.
  std::string_view text_in(std::string_view file) const;
  /// The lines from that statement to the next one.
  std::string_view text_of(const Statement& statement) const;
};

/// The statements of a set as they run, which are numbered: rules that ask about others need not look through all.
class RunOrder {
 public:
  explicit RunOrder(std::span<const ReadRevision> revisions);

  using Statements = std::span<const Statement* const>;
  Statements after(const Statement& statement) const { return Statements(all_).subspan(statement.order); }
  Statements before(const Statement& statement) const { return Statements(all_).first(statement.order - 1); }
  /// Those that name the table.
  Statements about(const TableName& table) const;
  Statements of_kind(StatementKind kind) const;
  Statements of_transaction(std::size_t number) const;

 private:
  std::vector<const Statement*> all_;
  std::map<StatementKind, std::vector<const Statement*>> of_kind_;
  std::map<TableName, std::vector<const Statement*>, ByName> about_;
};

/// What a rule may know besides the statement at hand.
struct ReviewState {
  std::span<const ReadRevision> revisions;  ///< in the order in which they run
  std::span<const std::string> schemas;     ///< empty: any schema is fine
  TableName version_table;
  Direction direction = Direction::upgrade;
  const Facts& facts;  ///< empty where there is no database
  const RunOrder& run_order;
  std::uint64_t small_table = 0;             ///< bytes up to which a table hinders nobody
  std::span<const DataAnswer> answers = {};  ///< of its rows
};

/// What a rule says about one place. Texts are whole sentences for an operator.
struct Flag {
  std::string object;
  std::string hazard;                ///< what is wrong
  std::string effect;                ///< what would happen, exactly
  std::string remedy;                ///< Alembic code to paste, where there is some
  Place place;                       ///< line 0: of the statement
  const Statement* about = nullptr;  ///< none: that which was checked, or the whole revision
};

/// What a rule must know besides the files.
enum class Needs {
  nothing,
  set,       ///< the other pending revisions
  database,  ///< of which it asks catalog or rows
  run,       ///< the ledger, the restore points, or who accepted what: no single review of files can speak of it
};

std::string_view to_string(Needs needs);

using StatementCheck = std::optional<Flag> (*)(const Statement&, const ReviewState&);
using RevisionCheck = std::vector<Flag> (*)(const ReadRevision&, const ReviewState&);

/// The same in both languages: statements, and the body of an upgrade(). Empty: there is no such case.
struct Example {
  std::string_view sql, alembic;
};

/// A rule: constant data and one pure function.
struct Rule {
  std::string_view id;
  std::string_view category;
  std::string_view summary;
  std::string_view why;  ///< for its page: what PostgreSQL or Alembic does, and what to do instead
  Example bad, good;     ///< the rule speaks of the first, and of the second it does not
  Needs needs = Needs::nothing;
  std::variant<std::monostate, StatementCheck, RevisionCheck> check;  ///< none: it is a stage that speaks of it
};

/// Every rule, in the order in which reports name them.
std::span<const Rule> review_rules();

/// `cfg.panels.title`, or `panels.title` when the schema was not written; the object of most findings.
std::string object_of(const Statement& statement);
/// A data type in SQL's words, whether SQLAlchemy or SQL wrote it: `varchar(50)`; `TYPE` when nobody can tell.
std::string sql_type(std::string_view type);
/// `, schema="cfg"` for a remedy; empty when the schema was not written.
std::string schema_argument(const Statement& statement);

}  // namespace orchestrate
