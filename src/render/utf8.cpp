#include "render/utf8.hpp"

#include <array>

namespace orchestrate {
namespace {

/// Shape of a sequence by its first byte (RFC 3629).
struct Lead {
  unsigned char mask, bits;
  std::size_t size;
  char32_t least;  ///< smaller values are overlong
};
constexpr std::array leads = {Lead{0x80, 0x00, 1, 0}, Lead{0xe0, 0xc0, 2, 0x80}, Lead{0xf0, 0xe0, 3, 0x800},
                              Lead{0xf8, 0xf0, 4, 0x10000}};

std::optional<char32_t> decoded(std::string_view text, const Lead& lead) {
  if (text.size() < lead.size) return std::nullopt;
  char32_t value = static_cast<unsigned char>(text[0]) & static_cast<unsigned char>(~lead.mask);
  for (std::size_t i = 1; i < lead.size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    value = value << 6 | (byte & 0x3f);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < lead.least || value > 0x10ffff || surrogate) return std::nullopt;
  return value;
}

}  // namespace

Utf8Step first_character(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  for (const Lead& lead : leads) {
    if ((byte & lead.mask) != lead.bits) continue;
    const auto character = decoded(text, lead);
    return {character, character ? lead.size : 1};
  }
  return {};
}

}  // namespace orchestrate
