#include <array>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> secret_in_file(const Statement& s, const ReviewState&) {
  if (s.secrets.empty()) return std::nullopt;
  const std::string object = object_of(s);
  return Flag{
      .object = object,
      .hazard = "a password, token or key is written out for " + object,
      .effect = "whoever reads the repository has it, and it may stand in the server's log and in its statistics",
      .remedy =
          "set it outside of the migration (in psql: \\password), change the one that was written here, and "
          "read others from the environment of the service"};
}

const std::array all = {
    Rule{.id = "secret-in-file",
         .category = "compatibility",
         .summary = "a password, token or key stands in the file",
         .why = "A migration is in the repository for ever, and PostgreSQL logs statements. No report of this program "
                "shows the literal. Known by CREATE ROLE ... PASSWORD and by the names of columns.",
         .bad = {"CREATE ROLE reader PASSWORD 'correct horse'",
                 "op.execute(\"INSERT INTO services (name, api_key) VALUES ('mail', 'correct horse')\")"},
         .good = {"CREATE ROLE reader LOGIN",
                  "op.execute(\"UPDATE users SET password = NULL, password_hash = 'x' WHERE id = 7\")"},
         .check = secret_in_file},
};

}  // namespace

std::span<const Rule> secrets() {
  return all;
}

}  // namespace orchestrate::rules
