#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace orchestrate {

/// One line that cannot command a terminal: control characters, escape sequences, bidi overrides, invisible characters
/// and bytes that are not UTF-8 become visible (`\x1b`, `\u202e`); line ends and tabs become spaces.
std::string printable(std::string_view text);

/// The same for each line of `text`, without line ends; a last empty line does not count.
std::vector<std::string> printable_lines(std::string_view text);

/// Columns that printable text takes: combining characters none, East Asian wide ones and emoji two.
std::size_t columns_of(std::string_view text);

/// Spaces appended up to `columns`; longer text stays.
std::string padded(std::string_view text, std::size_t columns);

/// Cut to `columns`, the last one then being `…`.
std::string truncated(std::string_view text, std::size_t columns);

/// One word of a shell command that a person may paste.
std::string shell_word(std::string_view text);

}  // namespace orchestrate
