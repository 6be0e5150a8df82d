#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "project.hpp"
#include "review/review.hpp"

namespace orchestrate {

/// A review of every revision of `project` from base, as Magikal's policy would have it: schema cfg, /usr/bin/python3.
ReviewReport review_of(const Project& project, std::optional<std::filesystem::path> env_py = std::nullopt,
                       Direction direction = Direction::upgrade, Catalog* catalog = nullptr);

/// The same for one upgrade(); lines of `body` are indented. The revision is 0002, op and sa are imported.
ReviewReport review_of(const std::string& body, Catalog* catalog = nullptr);

/// Findings as `rule:object`, without advice.
std::vector<std::string> flags(const ReviewReport& report);

}  // namespace orchestrate
