#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "review/directives.hpp"
#include "review/value.hpp"

namespace orchestrate {

/// `'...%s...' % right`, `%(name)s`; nullopt when a value is unknown or the format is not a plain one.
std::optional<std::string> interpolated(const std::string& pattern, const Value& right);

/// `text.NAME(...)`, for methods that make one text of known ones.
std::optional<std::string> text_method(const std::string& text, std::string_view name, const Arguments& arguments);

}  // namespace orchestrate
