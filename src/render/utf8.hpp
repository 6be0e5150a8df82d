#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace orchestrate {

/// One step through text that should be UTF-8.
struct Utf8Step {
  std::optional<char32_t> character;  ///< none: one byte that is not UTF-8
  std::size_t size = 1;               ///< bytes, at least 1
};

/// The character at the start of `text`, which is not empty. Overlong forms, surrogates and what stands above U+10FFFF
/// are not UTF-8.
Utf8Step first_character(std::string_view text);

}  // namespace orchestrate
