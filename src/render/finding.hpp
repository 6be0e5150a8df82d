#pragma once

#include <string>
#include <vector>

#include "orchestrate/finding.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// A finding as compilers show it: place, rule and severity; the source line; what it does; the way out. The command
/// that accepts it is left out when `app` is empty. Lines end with a line feed.
std::string finding_text(const Finding& finding, std::string_view app, Style style);

/// `text` with `indent` spaces before each line.
std::string indented(std::string_view text, std::size_t indent);

}  // namespace orchestrate
