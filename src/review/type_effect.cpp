#include "review/type_effect.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <string>
#include <vector>

namespace orchestrate {
namespace {

enum class Family { unknown, text, number, whole, real, moment, day, boolean, json };

struct Shape {
  Family family = Family::unknown;
  int rank = 0;  ///< within whole numbers: how much it holds
  std::vector<int> sizes;
};

struct Known {
  std::string_view name;
  Family family;
  int rank;
};

constexpr auto known = std::to_array<Known>({
    {"string", Family::text, 0},
    {"varchar", Family::text, 0},
    {"unicode", Family::text, 0},
    {"text", Family::text, 1},
    {"unicodetext", Family::text, 1},
    {"smallinteger", Family::whole, 2},
    {"smallint", Family::whole, 2},
    {"int2", Family::whole, 2},
    {"integer", Family::whole, 4},
    {"int", Family::whole, 4},
    {"int4", Family::whole, 4},
    {"biginteger", Family::whole, 8},
    {"bigint", Family::whole, 8},
    {"int8", Family::whole, 8},
    {"numeric", Family::number, 0},
    {"decimal", Family::number, 0},
    {"float", Family::real, 0},
    {"double", Family::real, 0},
    {"float8", Family::real, 0},
    {"float4", Family::real, 0},
    {"real", Family::real, 0},
    {"datetime", Family::moment, 0},
    {"timestamp", Family::moment, 0},
    {"timestamptz", Family::moment, 0},
    {"date", Family::day, 0},
    {"boolean", Family::boolean, 0},
    {"bool", Family::boolean, 0},
    {"json", Family::json, 0},
    {"jsonb", Family::json, 1},
    // SQLModel's and Advanced Alchemy's own.
    {"autostring", Family::text, 0},
    {"datetimeutc", Family::moment, 0},
    {"ora_jsonb", Family::json, 1},
});

Shape shape_of(std::string_view type) {
  std::string name;
  std::size_t i = 0;
  for (; i < type.size() && (std::isalnum(static_cast<unsigned char>(type[i])) || type[i] == '_'); ++i)
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(type[i])));
  const auto* found = std::ranges::find(known, name, &Known::name);
  if (found == known.end() || type.ends_with("[]")) return {};
  Shape shape{found->family, found->rank, {}};
  for (; i < type.size(); ++i)
    if (std::isdigit(static_cast<unsigned char>(type[i])) && shape.sizes.size() < 2) {
      int size = 0;
      for (; i < type.size() && std::isdigit(static_cast<unsigned char>(type[i])) && size < 100'000'000; ++i)
        size = size * 10 + (type[i] - '0');
      shape.sizes.push_back(size);
    }
  return shape;
}

constexpr int unlimited = std::numeric_limits<int>::max();

int length_of(const Shape& shape) {
  return shape.sizes.empty() ? unlimited : shape.sizes[0];
}

TypeEffect within(const Shape& from, const Shape& to) {
  switch (to.family) {
    case Family::text:  // varchar grows in place; shrinking cuts
      return length_of(to) >= length_of(from) ? TypeEffect::none : TypeEffect::loses;
    case Family::whole:
      return to.rank == from.rank ? TypeEffect::none : to.rank > from.rank ? TypeEffect::rewrites : TypeEffect::loses;
    case Family::number: {
      const int from_scale = from.sizes.size() > 1 ? from.sizes[1] : 0,
                to_scale = to.sizes.size() > 1 ? to.sizes[1] : 0;
      if (to.sizes.empty()) return TypeEffect::none;
      if (from.sizes.empty() || to_scale < from_scale || length_of(to) - to_scale < length_of(from) - from_scale)
        return TypeEffect::loses;
      return to_scale == from_scale ? TypeEffect::none : TypeEffect::rewrites;
    }
    default:
      return TypeEffect::rewrites;
  }
}

/// Another one makes all indexes of the column anew: SQL's word, and SQLAlchemy's.
bool names_collation(std::string_view type) {
  return type.find("COLLATE") != std::string_view::npos || type.find("collation=") != std::string_view::npos;
}

}  // namespace

bool holds_fewer_numbers(std::string_view type, std::string_view than) {
  const Shape some = shape_of(type), more = shape_of(than);
  return some.family == Family::whole && more.family == Family::whole && some.rank < more.rank;
}

bool holds_little(std::string_view type) {
  const Shape shape = shape_of(type);
  const bool whole_number =
      shape.family == Family::number && !shape.sizes.empty() && (shape.sizes.size() == 1 || shape.sizes[1] == 0);
  return shape.family == Family::day || (shape.family == Family::whole && shape.rank == 2) || whole_number;
}

bool is_limited_text(std::string_view type) {
  const Shape shape = shape_of(type);
  return shape.family == Family::text && length_of(shape) != unlimited;
}

TypeEffect type_effect(std::string_view old_type, std::string_view new_type) {
  if (old_type == new_type && !old_type.empty()) return TypeEffect::none;
  if (const auto name = enum_name(new_type); !name.empty() && (name == enum_name(old_type) || name == old_type))
    return TypeEffect::none;
  const Shape from = shape_of(old_type), to = shape_of(new_type);
  if (from.family == Family::unknown || to.family == Family::unknown) return TypeEffect::rewrites;
  if (from.family == to.family) {
    const TypeEffect effect = within(from, to);
    return effect == TypeEffect::none && names_collation(new_type) ? TypeEffect::rewrites : effect;
  }
  const bool fraction = from.family == Family::number || from.family == Family::real;
  const bool loses = (fraction && to.family == Family::whole) ||
                     (from.family == Family::moment && to.family == Family::day) ||
                     (to.family == Family::text && length_of(to) != unlimited) || to.family == Family::boolean ||
                     (from.family == Family::text && to.family != Family::text);
  return loses ? TypeEffect::loses : TypeEffect::rewrites;
}

}  // namespace orchestrate
