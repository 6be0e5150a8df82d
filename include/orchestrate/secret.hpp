#pragma once

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

/// Replaces secrets in text: the userinfo password of anything shaped like a URL, `password=` in conninfo and query
/// strings, and every known value of at least eight bytes (plain, percent-encoded and repr-escaped).
class Redactor {
 public:
  Redactor() = default;
  explicit Redactor(std::vector<Secret> known);

  std::string operator()(std::string_view text) const;

 private:
  std::vector<std::string> values_;  // longest first
};

}  // namespace orchestrate
