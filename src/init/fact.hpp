#pragma once

#include <filesystem>
#include <string>

namespace orchestrate::init {

/// Where something was read.
struct Place {
  std::filesystem::path file;
  int line = 0;  ///< 0: the whole of it
  std::string text() const { return line == 0 ? file.string() : file.string() + ":" + std::to_string(line); }
  bool operator==(const Place&) const = default;
};

template <class Value>
struct Fact {
  Value value;
  Place place;
  bool operator==(const Fact&) const = default;
};

}  // namespace orchestrate::init
