#pragma once

#include <string_view>

#include "orchestrate/error.hpp"

namespace orchestrate {

/// PostgreSQL's five characters at the end of what a Database threw: `57014`; empty: the error is not PostgreSQL's.
inline std::string_view sqlstate_of(const Error& error) {
  constexpr std::string_view sign = "(SQLSTATE ";
  const std::string_view why = error.why();
  const std::size_t at = why.rfind(sign);
  return at == std::string_view::npos || !why.ends_with(')') ? std::string_view() : why.substr(at + sign.size(), 5);
}

}  // namespace orchestrate
