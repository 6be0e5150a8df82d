#include "review/secrets.hpp"

#include "review/directives.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace orchestrate {

bool names_a_secret(std::string_view name) {
  static constexpr auto endings =
      std::to_array<std::string_view>({"password", "passwd", "passphrase", "secret", "token", "apikey", "api_key",
                                       "access_key", "private_key", "secret_key", "credential", "credentials"});
  std::string small(name);
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(endings, [&](std::string_view ending) {
    const std::size_t before = small.size() - std::min(small.size(), ending.size());
    return small.ends_with(ending) && (before == 0 || small[before - 1] == '_');
  });
}

void note_written(Statement& s, std::string_view column, const Value& value) {
  s.gives_id |= s.kind == StatementKind::insert_rows && column == "id" && value.is(Value::Kind::integer);
  if (value.is(Value::Kind::text) && !value.text.empty() && names_a_secret(column)) s.secrets.push_back(value.text);
}

}  // namespace orchestrate
