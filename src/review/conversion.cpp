#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "review/type_effect.hpp"

namespace orchestrate {
namespace {

enum class Group {
  unknown,
  text,
  whole,
  numeric,
  real,
  boolean,
  date,
  timestamp,
  timestamptz,
  time,
  timetz,
  interval,
  uuid,
  json,
  binary,
  address,
  enumeration
};

struct Known {
  std::string_view name;
  Group group;
};

constexpr auto known = std::to_array<Known>({
    {"string", Group::text},
    {"unicode", Group::text},
    {"unicodetext", Group::text},
    {"autostring", Group::text},
    {"text", Group::text},
    {"varchar", Group::text},
    {"char", Group::text},
    {"bpchar", Group::text},
    {"smallinteger", Group::whole},
    {"integer", Group::whole},
    {"biginteger", Group::whole},
    {"smallint", Group::whole},
    {"bigint", Group::whole},
    {"int", Group::whole},
    {"int2", Group::whole},
    {"int4", Group::whole},
    {"int8", Group::whole},
    {"numeric", Group::numeric},
    {"decimal", Group::numeric},
    {"float", Group::real},
    {"double", Group::real},
    {"real", Group::real},
    {"float4", Group::real},
    {"float8", Group::real},
    {"boolean", Group::boolean},
    {"bool", Group::boolean},
    {"date", Group::date},
    {"datetime", Group::timestamp},
    {"timestamp", Group::timestamp},
    {"timestamptz", Group::timestamptz},
    {"datetimeutc", Group::timestamptz},
    {"time", Group::time},
    {"timetz", Group::timetz},
    {"interval", Group::interval},
    {"uuid", Group::uuid},
    {"json", Group::json},
    {"jsonb", Group::json},
    {"largebinary", Group::binary},
    {"bytea", Group::binary},
    {"inet", Group::address},
    {"cidr", Group::address},
});

// Besides a group's own members, and everything to text.
constexpr auto assignments = std::to_array<std::pair<Group, Group>>({
    {Group::whole, Group::numeric},         {Group::whole, Group::real},       {Group::numeric, Group::whole},
    {Group::numeric, Group::real},          {Group::real, Group::whole},       {Group::real, Group::numeric},
    {Group::date, Group::timestamp},        {Group::date, Group::timestamptz}, {Group::timestamp, Group::date},
    {Group::timestamp, Group::timestamptz}, {Group::timestamp, Group::time},   {Group::timestamptz, Group::date},
    {Group::timestamptz, Group::timestamp}, {Group::timestamptz, Group::time}, {Group::timestamptz, Group::timetz},
    {Group::time, Group::timetz},           {Group::time, Group::interval},    {Group::timetz, Group::time},
    {Group::interval, Group::time},
});

// Besides a group's own members: what is compared with a key of that type, by an operator of its index or implicitly
// cast.
constexpr auto comparisons = std::to_array<std::pair<Group, Group>>({
    {Group::whole, Group::numeric},
    {Group::whole, Group::real},
    {Group::numeric, Group::real},
    {Group::date, Group::timestamp},
    {Group::date, Group::timestamptz},
    {Group::timestamp, Group::date},
    {Group::timestamp, Group::timestamptz},
    {Group::timestamptz, Group::date},
    {Group::timestamptz, Group::timestamp},
    {Group::time, Group::timetz},
    {Group::time, Group::interval},
});

Group group_of(std::string_view type) {
  if (!enum_name(type).empty()) return Group::enumeration;
  const std::size_t open = type.find_first_of("(");
  std::string name(type.substr(0, open));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto* found = std::ranges::find(known, name, &Known::name);
  if (found == known.end()) return Group::unknown;
  const bool with_zone = type.find("timezone=True") != std::string_view::npos;
  if (with_zone && found->group == Group::timestamp) return Group::timestamptz;
  if (with_zone && found->group == Group::time) return Group::timetz;
  return found->group;
}

}  // namespace

std::string_view enum_name(std::string_view type) {
  constexpr std::string_view key = "name='";
  const bool is_enum = type.starts_with("Enum(") || type.starts_with("ENUM(");
  if (!is_enum || type.find("native_enum=False") != std::string_view::npos) return {};
  const std::size_t at = type.rfind(key);
  if (at == std::string_view::npos) return {};
  const std::string_view name = type.substr(at + key.size());
  return name.substr(0, name.find('\''));
}

Conversion conversion(std::string_view old_type, std::string_view new_type) {
  const Group from = group_of(old_type), to = group_of(new_type);
  if (to == Group::text) return Conversion::automatic;
  if (from == Group::unknown || to == Group::unknown) return Conversion::unknown;
  if (from == Group::enumeration && to == Group::enumeration)
    return enum_name(old_type) == enum_name(new_type) ? Conversion::automatic : Conversion::needs_using;
  if (from == to) return Conversion::automatic;
  const bool assigned = std::ranges::find(assignments, std::pair(from, to)) != assignments.end();
  return assigned ? Conversion::automatic : Conversion::needs_using;
}

bool can_reference(std::string_view type, std::string_view key) {
  const Group from = group_of(type), to = group_of(key);
  if (from == Group::unknown || to == Group::unknown) return true;
  if (from == Group::enumeration && to == Group::enumeration) return enum_name(type) == enum_name(key);
  return from == to || std::ranges::find(comparisons, std::pair(from, to)) != comparisons.end();
}

}  // namespace orchestrate
