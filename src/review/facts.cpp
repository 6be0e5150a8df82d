#include "review/facts.hpp"

#include <iterator>

namespace orchestrate {
namespace {

std::vector<TableName> tables_of(const Json& oids, const Json& names) {
  std::vector<TableName> tables;
  if (!oids.is_array()) return tables;
  for (const Json& oid : oids.as_array()) {
    const Json& name = names[oid.as_string()];
    if (name.is_array()) tables.push_back({name.as_array().at(0).as_string(), name.as_array().at(1).as_string()});
  }
  return tables;
}

template <class Entry>
void each(const Json& object, Entry entry) {
  if (!object.is_object()) return;
  for (const auto& [name, value] : object.as_object()) entry(name, value);
}

std::set<std::string> names_from(const Json& json) {
  if (!json.is_array()) return {};
  const auto names = json.as_strings();
  return {names.begin(), names.end()};
}

TableFacts table_from(const Json& json, const Json& names) {
  TableFacts table;
  if (!json["size"].is_null()) table.size = static_cast<std::uint64_t>(json.integer_or("size", 0));
  table.rows = json["rows"].as_number();
  each(json["columns"], [&](const std::string& name, const Json& column) {
    table.columns[name] = {column.text_or("type"), column["not_null"].as_bool()};
  });
  each(json["indexes"], [&](const std::string& name, const Json& index) {
    TableFacts::Index& found = table.indexes[name];
    found.unique = index["unique"].as_bool();
    found.valid = index["valid"].as_bool();
    found.plain = index["plain"].as_bool();
    if (index["columns"].is_array()) found.columns = index["columns"].as_strings();
  });
  each(json["constraints"], [&](const std::string& name, const Json& constraint) {
    table.constraints[name] = {constraint.text_or("definition"), constraint["validated"].as_bool()};
  });
  table.parents = tables_of(json["parents"], names);
  table.children = tables_of(json["children"], names);
  table.partitions = tables_of(json["partitions"], names);
  if (json["views"].is_array()) table.views = json["views"].as_strings();
  table.extension = json.text_or("extension");
  return table;
}

}  // namespace

Facts facts_from(const Json& json) {
  Facts facts;
  facts.server_version = static_cast<int>(json.integer_or("version", 0));
  facts.is_utc = json["utc"].as_bool();
  for (const Json& table : json["tables"].as_array())
    facts.tables.emplace(TableName{table.text_or("schema"), table.text_or("name")}, table_from(table, json["names"]));
  each(json["domains"], [&](const std::string& name, const Json& domain) {
    DomainFacts& found = facts.domains[name];
    found.is_checked = domain["checked"].as_bool();
    if (!domain["tables"].is_array()) return;
    for (const Json& table : domain["tables"].as_array())
      found.tables.push_back({table.as_array().at(0).as_string(), table.as_array().at(1).as_string()});
  });
  each(json["readers"], [&](const std::string& name, const Json& roles) { facts.readers[name] = names_from(roles); });
  facts.default_readers = names_from(json["default_readers"]);
  facts.types = names_from(json["types"]);
  facts.enums = names_from(json["enums"]);
  facts.extensions = names_from(json["extensions"]);
  return facts;
}

const TableName* Facts::full_name(const TableName& table, bool qualified) const {
  if (qualified || !is_whole) {  // without a schema it stands for `public`
    const auto found = tables.find(table);
    return found == tables.end() ? nullptr : &found->first;
  }
  const auto only = tables.lower_bound({"", table.name});
  if (only == tables.end() || only->first.name != table.name) return nullptr;
  const auto other = std::next(only);
  const bool is_alone = other == tables.end() || other->first.name != table.name;
  return is_alone ? &only->first : nullptr;
}

const TableFacts* Facts::find(const TableName& table, bool qualified) const {
  const TableName* name = full_name(table, qualified);
  return name ? &tables.at(*name) : nullptr;
}

const TableFacts* Facts::of_index(const std::string& index) const {
  const TableFacts* only = nullptr;
  for (const auto& [name, facts] : tables) {
    if (!facts.indexes.contains(index)) continue;
    if (only) return nullptr;
    only = &facts;
  }
  return only;
}

}  // namespace orchestrate
