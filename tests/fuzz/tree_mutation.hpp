#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/json.hpp"

namespace orchestrate::fuzz {

/// The trees of an input, one a line, with numbers and texts only where the helper prints such; empty: it is no input.
std::vector<Json> trees_in(std::string_view lines);
std::string lines_of(const std::vector<Json>& trees);

/// Changes the trees at the start of `bytes`, with parts of themselves and of `other`, within `limit`; their new size.
std::size_t mutate(std::span<std::uint8_t> bytes, std::string_view other, std::size_t limit, unsigned int seed);

}  // namespace orchestrate::fuzz
