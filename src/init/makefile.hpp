#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "init/fact.hpp"

namespace orchestrate::init {

/// The target whose recipe runs `alembic upgrade` with a program of the project, such as `migrate`; nullopt: there is
/// none. A bare `alembic` is whatever PATH has, and so nobody's.
std::optional<Fact<std::string>> migrate_target(std::string_view makefile, const std::filesystem::path& file);

}  // namespace orchestrate::init
