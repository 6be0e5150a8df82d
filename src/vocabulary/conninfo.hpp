#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orchestrate {

/// Throws Error (`policy`) about a database URL; `why` must not repeat any of it.
[[noreturn]] void refuse_database_url(std::string why,
                                      std::string hint = "write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE");

/// libpq's `key=value key='va lue'` text, in order.
std::vector<std::pair<std::string, std::string>> parse_conninfo(std::string_view text);

}  // namespace orchestrate
