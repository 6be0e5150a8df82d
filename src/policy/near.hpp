#pragma once

#include <span>
#include <string>
#include <string_view>

namespace orchestrate {

/// The candidate that `word` was probably meant to be; empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "; did you mean 'backup'? Allowed: backup, upgrade"
std::string suggestion(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace orchestrate
