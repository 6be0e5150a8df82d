#include "review/sql_lines.hpp"

#include <algorithm>

namespace orchestrate {
namespace {

/// Where the code of a statement begins: PostgreSQL's parser counts the comments before it as its own.
std::size_t code_at(std::string_view sql, std::size_t at) {
  for (;;) {
    at = std::min(sql.find_first_not_of(" \t\r\n", at), sql.size());
    if (sql.substr(at).starts_with("--")) {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (sql.substr(at).starts_with("/*")) {
      int depth = 0;  // they nest
      do {
        const std::string_view two = sql.substr(at, 2);
        depth += two == "/*" ? 1 : two == "*/" ? -1 : 0;
        at += two == "/*" || two == "*/" ? std::size_t{2} : std::size_t{1};
      } while (depth > 0 && at < sql.size());
    } else {
      return at;
    }
  }
}

}  // namespace

int LineCounter::before(std::size_t offset) {
  return places_.at(code_at(sql_, offset)).line - 1;
}

}  // namespace orchestrate
