#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace orchestrate {

/// Text that no sink may print. Only `reveal()` gives it, so every use can be found by name.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

/// Replaces secrets in text: the userinfo password of anything shaped like a URL, what follows `password` as a key, and
/// every known value of at least eight bytes, also as URLs, JSON, Python and SQL write it. Takes time linear in the
/// text, whatever is in it.
class Redactor {
 public:
  Redactor() = default;
  explicit Redactor(std::vector<Secret> known);

  std::string operator()(std::string_view text) const;

 private:
  std::string without_known_values(std::string_view text) const;
  std::size_t known_value_at(std::string_view text, std::size_t at) const;

  std::vector<std::string> values_;  // sorted
  std::bitset<65536> beginnings_;    // the first two bytes of each
};

}  // namespace orchestrate
