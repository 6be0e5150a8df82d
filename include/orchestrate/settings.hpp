#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "orchestrate/names.hpp"

namespace orchestrate {

/// A place in the policy file, counted from 1.
struct Position {
  int line = 0;
  int column = 0;
  auto operator<=>(const Position&) const = default;
};

/// What a policy value must be. The loader, the JSON Schema and the reference page are made from these.
enum class ValueType {
  text,
  integer,  ///< not negative
  boolean,
  duration,  ///< `250ms`, `5s`, `10min`, `26h`, `2d`; `0` alone needs no unit
  size,      ///< `10MB`, `2GiB`; a factor `2x` means a multiple of what is needed
  path,      ///< absolute, or relative to project.path
  choice,
  unit,         ///< a systemd unit name
  text_list,    ///< a sequence of texts; a single text is a sequence of one
  choice_list,  ///< likewise, each one of `choices`
  unit_list,
  path_list,
  section,       ///< a mapping of `section()`'s keys
  section_list,  ///< a sequence of such
  url,           ///< a text with `${NAME}` in it, or a mapping of `section()`'s keys
  pipeline,      ///< the sequence of stages
};

enum class Presence { optional, required };

/// One key of one section of the policy: constant data.
struct Key {
  std::string_view name;
  ValueType type;
  Presence presence = Presence::optional;
  std::string_view fallback = {};                  ///< default value, as it would be written in YAML; empty: none
  std::string_view purpose;                        ///< one sentence, for the schema
  std::span<const std::string_view> choices = {};  ///< also what an integer is restricted to
  std::string_view pattern = {};                   ///< regular expression for the whole text (ECMAScript); empty: any
  std::string_view form = {};                      ///< what `pattern` asks for, in words
  std::span<const Key> (*section)() = nullptr;
};

/// Bytes, or a multiple of what a stage itself finds to be needed.
struct Size {
  std::uint64_t bytes = 0;
  double factor = 0;  ///< not 0: `bytes` does not count
  bool operator==(const Size&) const = default;
};

/// The values of one section, checked against its keys, defaults filled in. Asking for a key that the section does
/// not declare, or as another type, is a programming error (std::logic_error).
class Settings {
 public:
  using Value =
      std::variant<std::string, std::int64_t, bool, std::chrono::milliseconds, Size, std::vector<std::string>, UnitName,
                   std::vector<UnitName>,
                   std::vector<Settings>>;  ///< the last: of a section, too, for a variant holds no incomplete type

  void set(std::string key, Value value, Position position);

  bool has(std::string_view key) const;
  Position position(std::string_view key) const;  ///< {0,0} when defaulted or absent

  const std::string& text(std::string_view key) const;  ///< also path and choice
  std::int64_t integer(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::chrono::milliseconds duration(std::string_view key) const;
  Size size(std::string_view key) const;
  const std::vector<std::string>& texts(std::string_view key) const;
  const UnitName& unit(std::string_view key) const;
  const std::vector<UnitName>& units(std::string_view key) const;
  const Settings& section(std::string_view key) const;
  const std::vector<Settings>& sections(std::string_view key) const;

  bool operator==(const Settings&) const = default;

 private:
  struct Entry {
    Value value;
    Position position;
    bool operator==(const Entry&) const = default;
  };
  template <class T>
  const T& get(std::string_view key) const;

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace orchestrate
