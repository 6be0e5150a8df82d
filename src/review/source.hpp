#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "orchestrate/json.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/task.hpp"

namespace orchestrate {

/// Why Python's parser refuses a source; line 0: the whole of it.
struct SyntaxProblem {
  int line = 0;
  std::string why;
  bool operator==(const SyntaxProblem&) const = default;
};

/// A module as `ast` gives it: objects with `node`, `line`, `column` and the fields of the node.
using SyntaxTree = std::variant<Json, SyntaxProblem>;

/// Takes the tree of the source with that index.
using TakeTree = std::function<void(std::size_t, SyntaxTree)>;

/// Parses all `sources` in one run of the interpreter; they go through its stdin and nothing of them is run or
/// imported. `take` gets one tree after the other, in order, while the interpreter works on the next: together they
/// are thirty times as large as the sources. Throws Error when the interpreter cannot be started or does not answer.
Task<void> parse_sources(Commands& commands, Argv python, std::vector<std::string> sources, TakeTree take,
                         std::stop_token stop);

}  // namespace orchestrate
