#include "init/draft.hpp"

#include <array>

#include <fmt/format.h>

#include "files/durable_file.hpp"
#include "files/file_error.hpp"
#include "orchestrate/digest.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t digits = 12;

std::string head(std::string_view comment, std::string_view body) {
  return fmt::format("{} orchestrate init {}: yours to edit; init writes over nothing that was edited\n", comment,
                     sha256(body).substr(0, digits));
}

/// A text of init's: its first line, and whether the rest is as that says.
struct Own {
  bool untouched = false;
};

std::optional<Own> own(std::string_view text) {
  const std::size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end);
  constexpr std::string_view name = " orchestrate init ";
  const std::size_t at = first.find(name);
  if (end == std::string_view::npos || at == std::string_view::npos || at > 2) return std::nullopt;
  return Own{first.substr(at + name.size(), digits) == sha256(text.substr(end + 1)).substr(0, digits)};
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return;
  make_directory(directory.parent_path());
  fs::create_directory(directory, error);
  if (error) throw files::file_error("create", directory, error.value());
  fs::permissions(directory, fs::perms(0755), error);  // whatever the umask is
  if (error) throw files::file_error("set the mode of", directory, error.value());
}

}  // namespace

Draft draft(fs::path path, std::string_view comment, const std::string& body) {
  return {std::move(path), head(comment, body) + body};
}

Standing standing_of(const Draft& draft, const std::optional<std::string>& there) {
  if (!there) return Standing::absent;
  if (*there == draft.text) return Standing::same;
  const auto ours = own(*there);
  if (!ours) return Standing::foreign;
  return ours->untouched ? Standing::outdated : Standing::edited;
}

std::string_view to_string(Standing standing) {
  static constexpr std::array<std::string_view, 5> names = {"absent", "same", "outdated", "edited", "foreign"};
  return names[static_cast<std::size_t>(standing)];
}

void write(const Draft& draft, Standing standing) {
  const fs::path directory = draft.path.parent_path();
  make_directory(directory);
  files::sweep_partials(directory, draft.path.filename().string());
  files::DurableFile file(draft.path);
  file.write(draft.text);
  std::error_code error;
  fs::permissions(file.partial(), fs::perms(0644), error);
  if (error) throw files::file_error("set the mode of", file.partial(), error.value());
  if (standing == Standing::outdated)
    file.replace();
  else
    file.commit();
}

}  // namespace orchestrate::init
