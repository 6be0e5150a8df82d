#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orchestrate {

/// The ways in which programs write a text out: as it is, percent-encoded, and escaped for quotes.
std::vector<std::string> spellings(std::string_view text);

}  // namespace orchestrate
