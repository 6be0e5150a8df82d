#include <pg_query.h>

#include "review/sql.hpp"
#include "review/sql_tree.hpp"

namespace orchestrate {

std::string without_literals(std::string_view sql) {
  const std::string text(sql);
  PgQueryNormalizeResult result = pg_query_normalize(text.c_str());
  const sql_tree::Owned<PgQueryNormalizeResult> owned(
      &result, [](PgQueryNormalizeResult* one) { pg_query_free_normalize_result(*one); });
  return result.error ? "(not SQL that can be read)" : result.normalized_query;
}

std::vector<std::string> fingerprints_of_sql(std::string_view sql) {
  const std::string text(sql);
  PgQuerySplitResult pieces = pg_query_split_with_parser(text.c_str());
  const sql_tree::Owned<PgQuerySplitResult> owned(&pieces,
                                                  [](PgQuerySplitResult* one) { pg_query_free_split_result(*one); });
  std::vector<std::string> fingerprints;
  if (pieces.error) return fingerprints;
  for (int i = 0; i < pieces.n_stmts; ++i) {
    const std::string piece = text.substr(static_cast<std::size_t>(pieces.stmts[i]->stmt_location),
                                          static_cast<std::size_t>(pieces.stmts[i]->stmt_len));
    PgQueryFingerprintResult result = pg_query_fingerprint(piece.c_str());
    const sql_tree::Owned<PgQueryFingerprintResult> one(
        &result, [](PgQueryFingerprintResult* r) { pg_query_free_fingerprint_result(*r); });
    if (!result.error) fingerprints.emplace_back(result.fingerprint_str);
  }
  return fingerprints;
}

}  // namespace orchestrate
