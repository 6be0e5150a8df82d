#pragma once

#include <string>
#include <string_view>

namespace orchestrate::init {

/// `before` and `after` as `diff -u` shows them, with three lines around; empty when they are equal.
std::string unified_difference(const std::string& before_name, std::string_view before, const std::string& after_name,
                               std::string_view after);

}  // namespace orchestrate::init
