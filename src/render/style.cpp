#include "render/style.hpp"

#include <array>

namespace orchestrate {
namespace {

// SGR parameters of ECMA-48, in the order of Tone.
constexpr std::array<std::string_view, 5> parameters = {"32", "33", "1;31", "1", "2"};

}  // namespace

Style choose_style(Output output, const char* no_color, const char* term) {
  if (output == Output::pipe) return Style::plain;
  if (no_color && *no_color) return Style::plain;
  if (!term || std::string_view(term) == "dumb") return Style::plain;
  return Style::colour;
}

std::string painted(Style style, Tone tone, std::string_view text) {
  if (style == Style::plain || text.empty()) return std::string(text);
  const std::string_view code = parameters[static_cast<std::size_t>(tone)];
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace orchestrate
