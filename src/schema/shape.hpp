#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate {

/// What the objects of some schemas are, in words, by their names: `column cfg.panels.title` is `text NOT NULL`.
/// Neither owners and grants, nor the order of columns, nor partitions of a table, which jobs make, are part of it, so
/// that two databases that were made in different ways can be compared. Nor are comments, how columns are stored,
/// publications, foreign servers, and what takes a superuser, as operator classes and types in C do.
using Shape = std::map<std::string, std::string>;

/// Without the version table, and without what extensions made.
Task<Shape> read_shape(Database& database, std::vector<std::string> schemas, TableName version_table,
                       std::stop_token stop);

/// An object that is not alike on both sides; empty: it is not there.
struct ShapeDifference {
  std::string object, one, other;
  bool operator==(const ShapeDifference&) const = default;
};
/// By name. Of a table that only one side has its columns are not named; nor is an extension that only `other` has,
/// which is production, where only an administrator can make it.
std::vector<ShapeDifference> differences(const Shape& one, const Shape& other);

}  // namespace orchestrate
