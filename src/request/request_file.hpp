#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "request/request.hpp"

namespace orchestrate {

inline constexpr const char* requests_directory = "/run/orchestrate/requests";

enum class RequestFile { to_act, to_cancel };

/// `APP.json`, or `APP.cancel.json`.
std::filesystem::path request_file(const std::filesystem::path& directory, const std::string& app, RequestFile kind);

/// Appears under its name whole, readable for all. Throws Error (`failed`).
void write_request(const std::filesystem::path& file, const Request& request);

/// Throws Error (`denied`) unless it is a plain file of `owner`, reached through no link and writable by nobody else:
/// only the daemon tells a worker what to do.
Request read_request(const std::filesystem::path& file, uid_t owner);

}  // namespace orchestrate
