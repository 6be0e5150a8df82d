// The input is SQL.
#include <cstddef>
#include <cstdint>
#include <string>

#include "review/review.hpp"
#include "review/sql.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string sql(reinterpret_cast<const char*>(bytes), size);
  orchestrate::statements_of_sql(sql);
  orchestrate::review_sql({{.name = "input.sql", .text = sql}}, {"data-loss", "blocking-lock"});
  return 0;
}
