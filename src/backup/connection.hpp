#pragma once

#include <filesystem>

#include "orchestrate/database_url.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate::backup {

/// A libpq program that talks to `url`: the password is in its environment, never in argv; it never prompts.
Command libpq_command(const std::filesystem::path& program, const DatabaseUrl& url);

}  // namespace orchestrate::backup
