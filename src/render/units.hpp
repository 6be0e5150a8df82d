#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "orchestrate/size_text.hpp"

namespace orchestrate {

std::string duration_text(std::chrono::milliseconds duration);  ///< `0.2 s`, `2 min 03 s`, `1 h 05 min`
std::string age_text(std::chrono::seconds age);                 ///< `6 h old`; `6 h in the future`
std::string ago_text(std::chrono::seconds age);                 ///< `6 h ago`; `in 6 h`

}  // namespace orchestrate
