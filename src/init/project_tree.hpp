#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace orchestrate::init {

/// Files of that name, or with that suffix when it begins with a dot, in the project at most eight directories deep;
/// the nearest first. Hidden directories, virtualenvs, packages of others and tests are none of the project's.
std::vector<std::filesystem::path> project_files(const std::filesystem::path& project, std::string_view name);

/// The text of a file that may be no text at all, unreadable or huge: then empty.
std::string text_if_readable(const std::filesystem::path& file);

/// `file` as the policy names it: relative where it lies in the project.
std::string name_in(const std::filesystem::path& project, const std::filesystem::path& file);

/// Whether `path` is the project or lies in it, links followed.
bool lies_in(const std::filesystem::path& project, const std::filesystem::path& path);

/// Whether it lies in a git work tree.
bool is_checkout(const std::filesystem::path& project);

/// An app's name made of another one: lower-case letters, digits, `_` and `-`, what also names a unit and a directory.
std::string app_name(const std::string& text);

}  // namespace orchestrate::init
