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

}  // namespace orchestrate
