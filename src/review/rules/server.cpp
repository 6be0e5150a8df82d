#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

// Of PostgreSQL's own: whoever may create objects in the database may create these (13 and later).
constexpr auto trusted = std::to_array<std::string_view>(
    {"btree_gin",       "btree_gist",  "citext",    "cube",  "dict_int",        "fuzzystrmatch", "hstore",
     "intarray",        "isn",         "lo",        "ltree", "pg_trgm",         "pgcrypto",      "plperl",
     "plpgsql",         "seg",         "tablefunc", "tcn",   "tsm_system_rows", "unaccent",      "uuid-ossp",
     "tsm_system_time", "jsonb_plperl"});

std::optional<Flag> extension(const Statement& s, const ReviewState& state) {
  const bool changes = s.kind == Kind::create_object || s.kind == Kind::alter_object;
  if (!changes || s.object != ObjectKind::extension) return std::nullopt;
  const int version = state.facts.server_version;
  const bool is_trusted = std::ranges::find(trusted, s.name) != trusted.end() && (version == 0 || version >= 130000);
  const bool is_missing = has_database(state) && !state.facts.extensions.contains(s.name);
  if (is_trusted && !is_missing) return std::nullopt;
  const std::string_view verb = s.kind == Kind::create_object ? "created" : "changed";
  return Flag{.object = s.name,
              .hazard = is_missing ? "the server's host has no files of the extension " + s.name
                                   : fmt::format("the extension {} is {}", s.name, verb),
              .effect = is_missing ? "the migration fails (SQLSTATE 0A000) until its package is installed there"
                                   : "that takes a superuser, and its package on the server's host: else the migration "
                                     "fails (SQLSTATE 42501, 0A000)",
              .remedy =
                  "install its package, and let an administrator make it before the upgrade: "
                  "CREATE EXTENSION IF NOT EXISTS"};
}

struct Feature {
  std::string_view what;
  int since;
  std::string_view instead;
  bool (*is_used)(const Statement&, const ReviewState&);
};

// From the documentation's release notes.
constexpr auto features = std::to_array<Feature>({
    {"DETACH PARTITION ... CONCURRENTLY", 14, "without CONCURRENTLY, while nobody works",
     [](const Statement& s, const ReviewState&) { return s.kind == Kind::detach_partition && s.concurrently; }},
    {"CREATE OR REPLACE TRIGGER", 14, "DROP TRIGGER and CREATE TRIGGER in one transaction",
     [](const Statement& s, const ReviewState&) {
       return s.kind == Kind::create_object && s.object == ObjectKind::trigger && s.replaces;
     }},
    {"transaction_timeout", 17, "statement_timeout and lock_timeout",
     [](const Statement& s, const ReviewState&) {
       return s.kind == Kind::set_parameter && s.name == "transaction_timeout";
     }},
    {"a virtual generated column", 18, "persisted=True, for a table that is small",
     [](const Statement& s, const ReviewState&) { return s.kind == Kind::add_column && s.is_virtual; }},
    {"a foreign key NOT VALID of a partitioned table", 18, "one for each partition",
     [](const Statement& s, const ReviewState& state) {
       const bool not_valid =
           s.kind == Kind::add_constraint && s.constraint == ConstraintType::foreign_key && s.not_valid;
       const TableFacts* table = not_valid ? table_of(s, state) : nullptr;
       return table && !table->partitions.empty();
     }},
});

std::optional<Flag> newer_server(const Statement& s, const ReviewState& state) {
  const int version = state.facts.server_version / 10000;
  if (version == 0) return std::nullopt;
  const auto* used = std::ranges::find_if(
      features, [&](const Feature& feature) { return version < feature.since && feature.is_used(s, state); });
  if (used == features.end()) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = fmt::format("{} is there since PostgreSQL {}; this server is PostgreSQL {}", used->what,
                                    used->since, version),
              .effect = "the migration fails",
              .remedy = std::string(used->instead)};
}

std::optional<Flag> corrupting_build(const Statement& s, const ReviewState& state) {
  const int version = state.facts.server_version;
  const bool builds = s.concurrently && (s.kind == Kind::create_index || s.kind == Kind::rebuild) &&
                      s.object != ObjectKind::materialized_view;
  if (!builds || version < 140000 || version >= 140004) return std::nullopt;
  return Flag{.object = s.name.empty() ? object_of(s) : s.name,
              .hazard = fmt::format("CONCURRENTLY on PostgreSQL 14.{}", version % 10000),
              .effect = "the index may lack rows that were updated while it was built: queries by it miss them",
              .remedy = "update the server to 14.4 or later first; an index from before: REINDEX"};
}

const std::array all = {
    Rule{.id = "extension",
         .category = "compatibility",
         .summary = "an extension that needs a package or a superuser",
         .why = "An extension's files come with a package of the server's host, and creating it takes a superuser, "
                "unless it is one of those that PostgreSQL 13 and later trust (citext, hstore, pg_trgm, pgcrypto, "
                "uuid-ossp, ...): of these nothing is said.",
         .bad = {"CREATE EXTENSION postgis", "op.execute(\"ALTER EXTENSION vector UPDATE\")"},
         .good = {"CREATE EXTENSION pg_trgm", "op.execute(\"CREATE EXTENSION IF NOT EXISTS citext\")"},
         .check = extension},
    Rule{.id = "newer-server",
         .category = "compatibility",
         .summary = "what this server's PostgreSQL does not know yet",
         .why =
             "From the documentation: DETACH PARTITION ... CONCURRENTLY and CREATE OR REPLACE TRIGGER are there since "
             "14, transaction_timeout since 17, virtual generated columns and foreign keys NOT VALID of partitioned "
             "tables since 18. Spoken of with "
             "a database at hand only.",
         .bad = {},
         .good = {"ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY",
                  "op.execute(\"SET LOCAL transaction_timeout = '1min'\")"},
         .needs = Needs::database,
         .check = newer_server},
    Rule{.id = "corrupting-build",
         .category = "data-loss",
         .summary = "an index built concurrently by PostgreSQL 14.0 to 14.3",
         .why =
             "From the documentation: release notes of PostgreSQL 14.4 say that CREATE INDEX and REINDEX CONCURRENTLY "
             "of "
             "14.0 to 14.3 may leave rows out. Spoken of with a database at hand only.",
         .bad = {},
         .good = {"CREATE INDEX CONCURRENTLY i ON panels (title)",
                  "with op.get_context().autocommit_block():\n"
                  "    op.create_index(\"i\", \"panels\", [\"title\"], postgresql_concurrently=True)"},
         .needs = Needs::database,
         .check = corrupting_build},
};

}  // namespace

std::span<const Rule> server() {
  return all;
}

}  // namespace orchestrate::rules
