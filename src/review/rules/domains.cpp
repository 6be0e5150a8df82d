#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

std::optional<Flag> checked_domain_column(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::add_column || !s.has_checked_domain || s.differs_by_row || s.on_new_table) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "the new column " + object_of(s) + " is of " + s.type + ", a domain with rules of its own",
      .effect = "the whole table and its indexes are written anew under ACCESS EXCLUSIVE, with a default and without",
      .remedy = fmt::format("add it as the domain's base type, and the rule as a CHECK that is NOT VALID:\n"
                            "op.execute(\"ALTER TABLE {0} ADD COLUMN {1} ...\")\n"
                            "op.create_check_constraint(\"{2}_{1}\", \"{2}\", \"...\", "
                            "postgresql_not_valid=True{3})",
                            s.table.text(), s.name, s.table.name, schema_argument(s))};
}

std::optional<Flag> domain_checked_at_once(const Statement& s, const ReviewState& state) {
  if (s.kind != Kind::alter_object || s.object != ObjectKind::domain || s.what.empty() || s.skips_scan)
    return std::nullopt;
  const bool validates = s.what == "VALIDATE CONSTRAINT";
  if (validates && state.facts.server_version >= 180000) return std::nullopt;
  std::string users = "every table that has a column of it";
  if (!s.references.empty()) users.clear();
  for (const TableName& table : s.references) users += (users.empty() ? "" : ", ") + table.text();
  return Flag{.object = s.table.text(),
              .hazard = "ALTER DOMAIN " + s.table.text() + " " + s.what,
              .effect = "nobody can write to " + users + " until all rows there are read and the transaction commits",
              .remedy = validates ? "do it while nobody works; PostgreSQL 18 and later validate with a weaker lock"
                                  : fmt::format("op.execute(\"ALTER DOMAIN {} ADD CONSTRAINT ... NOT VALID\"), and a "
                                                "CHECK for each column, which VALIDATE CONSTRAINT checks without the "
                                                "lock",
                                                s.table.text())};
}

const std::array all = {
    Rule{.id = "checked-domain-column",
         .category = "blocking-lock",
         .summary = "a new column of a domain with constraints",
         .why = "PostgreSQL keeps the default of a new column in the catalog, but not when the type is a domain with a "
                "CHECK or NOT NULL: then it writes every row anew to check the value, even where that is NULL. A "
                "domain without constraints costs nothing.",
         .bad = {"CREATE DOMAIN amount AS int CHECK (VALUE > 0);\nALTER TABLE panels ADD COLUMN price amount",
                 "op.execute(\"CREATE DOMAIN amount AS int CHECK (VALUE > 0)\")\n"
                 "op.execute(\"ALTER TABLE panels ADD COLUMN price amount DEFAULT 1\")"},
         .good = {"ALTER TABLE panels ADD COLUMN price int;\n"
                  "ALTER TABLE panels ADD CONSTRAINT k CHECK (price > 0) NOT VALID",
                  "op.execute(\"CREATE DOMAIN amount AS int\")\n"
                  "op.execute(\"ALTER TABLE panels ADD COLUMN price amount\")"},
         .check = checked_domain_column},
    Rule{.id = "domain-checked-at-once",
         .category = "blocking-lock",
         .summary = "a rule of a domain is checked in every table that uses it",
         .why =
             "ALTER DOMAIN ... ADD CONSTRAINT, SET NOT NULL and VALIDATE CONSTRAINT take SHARE on each table with such "
             "a column and read all of it. NOT VALID spares that for ADD CONSTRAINT. From the documentation: since "
             "PostgreSQL 18 VALIDATE CONSTRAINT lets writers through.",
         .bad = {"ALTER DOMAIN amount ADD CONSTRAINT k CHECK (VALUE < 100)",
                 "op.execute(\"ALTER DOMAIN amount SET NOT NULL\")"},
         .good = {"ALTER DOMAIN amount ADD CONSTRAINT k CHECK (VALUE < 100) NOT VALID",
                  "op.execute(\"CREATE DOMAIN amount AS int\")\nop.execute(\"ALTER DOMAIN amount SET NOT NULL\")"},
         .check = domain_checked_at_once},
};

}  // namespace

std::span<const Rule> domains() {
  return all;
}

}  // namespace orchestrate::rules
