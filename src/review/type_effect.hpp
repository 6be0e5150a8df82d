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

}  // namespace orchestrate
