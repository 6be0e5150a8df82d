#include "orchestrate/settings.hpp"

#include <stdexcept>

namespace orchestrate {

void Settings::set(std::string key, Value value, Position position) {
  entries_.insert_or_assign(std::move(key), Entry{std::move(value), position});
}

bool Settings::has(std::string_view key) const {
  return entries_.find(key) != entries_.end();
}

Position Settings::position(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? Position{} : found->second.position;
}

template <class T>
const T& Settings::get(std::string_view key) const {
  const auto found = entries_.find(key);
  const T* value = found == entries_.end() ? nullptr : std::get_if<T>(&found->second.value);
  if (!value) throw std::logic_error("setting '" + std::string(key) + "' is not declared, or not of this type");
  return *value;
}

const std::string& Settings::text(std::string_view key) const {
  return get<std::string>(key);
}
std::int64_t Settings::integer(std::string_view key) const {
  return get<std::int64_t>(key);
}
bool Settings::boolean(std::string_view key) const {
  return get<bool>(key);
}
std::chrono::milliseconds Settings::duration(std::string_view key) const {
  return get<std::chrono::milliseconds>(key);
}
Size Settings::size(std::string_view key) const {
  return get<Size>(key);
}
const std::vector<std::string>& Settings::texts(std::string_view key) const {
  return get<std::vector<std::string>>(key);
}
const UnitName& Settings::unit(std::string_view key) const {
  return get<UnitName>(key);
}
const std::vector<UnitName>& Settings::units(std::string_view key) const {
  return get<std::vector<UnitName>>(key);
}
const Settings& Settings::section(std::string_view key) const {
  return sections(key).front();
}
const std::vector<Settings>& Settings::sections(std::string_view key) const {
  return get<std::vector<Settings>>(key);
}

}  // namespace orchestrate
