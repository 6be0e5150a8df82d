#pragma once

#include <cstdint>
#include <string>

namespace orchestrate {

/// `812 B`, `1.4 MiB`, `54 MiB`.
std::string size_text(std::uint64_t bytes);

}  // namespace orchestrate
