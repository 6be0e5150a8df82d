#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace orchestrate::init {

/// Stands in a word for what only a running shell knows.
inline constexpr char unknown_part = '\x01';

/// One simple command of a script, as far as it can be read without running anything: quotes are taken off, known
/// variables filled in, and a `$(date +%F)` is `{date}`.
struct ShellCommand {
  int line = 0;
  std::vector<std::string> words;
  std::vector<std::string> written_to, errors_to;  ///< targets of `>` and `>>`, and of `2>` and `2>>`
};

/// The commands in the order of the text; functions and conditions are read as if their lines were run once.
std::vector<ShellCommand> shell_commands(std::string_view text);

}  // namespace orchestrate::init
