#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orchestrate {

/// One assignment as one reader understands it.
struct EnvAssignment {
  std::string name;
  std::optional<std::string> value;  ///< absent: the reader leaves it unset, or what it reads cannot be foretold
  std::size_t offset = 0;            ///< of the name
  std::string note = {};             ///< why there is no value: "would run a command"
};

/// What a reader cannot read.
struct EnvFault {
  std::size_t offset = 0;
  std::string message;
};

struct EnvReading {
  std::vector<EnvAssignment> assignments;  ///< in the order of the file; later ones win
  std::vector<EnvFault> faults;
};

/// EnvironmentFile= of systemd 252 and 257.
EnvReading read_as_systemd(std::string_view text);
/// python-dotenv 0.21 with nothing else in the environment; `text` has unix lines.
EnvReading read_as_dotenv(std::string_view text);
/// A POSIX shell's `set -a; . FILE`, without running one.
EnvReading read_as_shell(std::string_view text);

/// Python opens text files with universal newlines.
std::string with_unix_lines(std::string_view text);

/// Letters, digits and `_`, not beginning with a digit.
bool is_variable_name(std::string_view text);

}  // namespace orchestrate
