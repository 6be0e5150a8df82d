#include "review/sql.hpp"

#include <pg_query.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "orchestrate/source_text.hpp"
#include "review/limits.hpp"
#include "review/sql_lines.hpp"
#include "review/sql_tree.hpp"

namespace orchestrate {
namespace {

using Statements = std::vector<Statement>;

struct Unparsed {
  std::string why;
  int line = 0;  ///< lines before it
};

Statement unread(const Unparsed& unparsed) {
  Statement statement = opaque(unparsed.why);
  statement.place.line = unparsed.line;
  return statement;
}

/// As one text; the parser understands all of it or nothing.
std::variant<Statements, Unparsed> parsed(const std::string& sql) {
  PgQueryParseResult result = pg_query_parse(sql.c_str());
  const sql_tree::Owned<PgQueryParseResult> owner(&result,
                                                  [](PgQueryParseResult* one) { pg_query_free_parse_result(*one); });
  if (result.error) {
    const auto at = static_cast<std::size_t>(std::max(0, result.error->cursorpos - 1));
    return Unparsed{std::string("PostgreSQL's parser does not understand the SQL: ") + result.error->message,
                    LineCounter(sql).before(at)};
  }
  try {
    return sql_tree::statements_of_tree(result.parse_tree, sql);
  } catch (const Error& error) {  // nested too deep
    return Unparsed{"PostgreSQL's parser answers what cannot be read: " + error.why()};
  }
}

struct Piece {
  std::string sql;
  int line = 0;  ///< lines before it
};

/// At its semicolons; none: nobody can tell where a statement ends. The library passes over what has no word that SQL
/// knows, which is a piece here all the same.
std::vector<Piece> pieces_of(const std::string& sql) {
  PgQuerySplitResult result = pg_query_split_with_scanner(sql.c_str());
  const sql_tree::Owned<PgQuerySplitResult> owner(&result,
                                                  [](PgQuerySplitResult* one) { pg_query_free_split_result(*one); });
  std::vector<Piece> pieces;
  if (result.error) return pieces;
  Places places(sql);
  std::size_t done = 0;
  const auto cut_to = [&](std::size_t end) {
    if (end > done) pieces.push_back({sql.substr(done, end - done), places.at(done).line - 1});
    done = end;
  };
  for (int i = 0; i < result.n_stmts; ++i) {
    const auto at = static_cast<std::size_t>(result.stmts[i]->stmt_location);
    cut_to(at);
    cut_to(at + static_cast<std::size_t>(result.stmts[i]->stmt_len));
  }
  cut_to(sql.size());
  return pieces;
}

/// Each statement alone. Those in a row that are not understood are one: after COPY FROM stdin it may be thousands.
Statements piece_by_piece(const std::vector<Piece>& pieces) {
  Statements found;
  std::size_t number = 0, lost = 0;  // the latter in a row
  for (const Piece& piece : pieces) {
    auto part = parsed(piece.sql);
    Statements statements;
    if (const auto* unparsed = std::get_if<Unparsed>(&part)) {
      if (++lost == 1) statements = {unread(*unparsed)};
    } else {
      if (lost > 1) found.back().why += fmt::format(", nor {} more up to the next that it does", lost - 1);
      lost = 0;
      statements = std::get<Statements>(std::move(part));
    }
    ++number;
    for (Statement& statement : statements) {
      statement.place.line += piece.line;
      if (statement.block > 0) statement.block = number;
      found.push_back(std::move(statement));
    }
  }
  if (lost > 1) found.back().why += fmt::format(", nor {} more up to the end", lost - 1);
  return found;
}

}  // namespace

std::vector<Statement> statements_of_sql(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos) return {opaque("the SQL holds a NUL, and what follows it is not read")};
  if (sql.size() > limits::bytes_of_sql) return {opaque("the SQL is too large to be read")};
  if (first_invalid_utf8(sql)) return {opaque("the SQL is not UTF-8")};
  const std::string text(sql);
  auto whole = parsed(text);
  if (auto* statements = std::get_if<Statements>(&whole)) return std::move(*statements);
  const std::vector<Piece> pieces = pieces_of(text);
  if (pieces.size() > 1) return piece_by_piece(pieces);
  return {unread(std::get<Unparsed>(whole))};
}

}  // namespace orchestrate
