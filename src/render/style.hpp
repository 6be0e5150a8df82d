#pragma once

#include <string>
#include <string_view>

namespace orchestrate {

/// What a screen may use.
enum class Style { plain, colour };

/// Where a screen goes.
enum class Output { terminal, pipe };

/// What a piece of text means to its reader.
enum class Tone { good, caution, bad, strong, faint };

/// Plain for a pipe, for any non-empty NO_COLOR (no-color.org) and for TERM unset or `dumb`. The variables are null
/// when not set.
Style choose_style(Output output, const char* no_color, const char* term);

/// `text` in the colour of `tone`; unchanged in plain style.
std::string painted(Style style, Tone tone, std::string_view text);

}  // namespace orchestrate
