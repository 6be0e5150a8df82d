#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace orchestrate {

/// A systemd unit name with its type suffix, such as `magikal-bot.service` (systemd.unit(5): at most 255 bytes of
/// letters, digits and `:-_.\@`).
class UnitName {
 public:
  static std::optional<UnitName> parse(std::string_view text);
  const std::string& text() const { return text_; }
  auto operator<=>(const UnitName&) const = default;

 private:
  explicit UnitName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// A table name with its schema; `public` when the policy names none.
struct TableName {
  std::string schema = "public";
  std::string name;
  std::string text() const { return schema + "." + name; }
  /// Quoted for SQL.
  std::string quoted() const;
  auto operator<=>(const TableName&) const = default;
};

/// `identifier` in double quotes for SQL, quotes doubled.
std::string quote_identifier(std::string_view identifier);

}  // namespace orchestrate
