#pragma once

#include <string_view>

namespace orchestrate {

enum class TypeEffect {
  none,      ///< PostgreSQL changes the catalog only
  rewrites,  ///< or nobody can tell
  loses,     ///< the new type holds less
};

/// Of ALTER COLUMN TYPE, for types as SQLAlchemy (`String(length=50)`) or SQL (`varchar(50)`) write them.
TypeEffect type_effect(std::string_view old_type, std::string_view new_type);

/// Whether a type holds less than most that could have been before: `date`, `smallint`, numbers without a fraction.
bool holds_little(std::string_view type);
/// Whether it is a text with a limit, to which a cast cuts without a word.
bool is_limited_text(std::string_view type);

/// Whether PostgreSQL converts a column by itself, or fails (42804) without USING: PostgreSQL's casts in assignment.
enum class Conversion { automatic, needs_using, unknown };
Conversion conversion(std::string_view old_type, std::string_view new_type);

/// The name of PostgreSQL's type that `Enum('a', name='mood')` stands for; empty: it is no such type.
std::string_view enum_name(std::string_view type);

/// Whether a foreign key of one type may reference a key of the other (else 42804), where both are known.
bool can_reference(std::string_view type, std::string_view key);

/// Whether both are whole numbers, and the first has fewer of them.
bool holds_fewer_numbers(std::string_view type, std::string_view than);

}  // namespace orchestrate
