#include "policy/env_file.hpp"

#include <fmt/format.h>

#include <map>

#include "orchestrate/error.hpp"
#include "orchestrate/source_text.hpp"
#include "policy/env_readers.hpp"
#include "policy/file_text.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t largest = 1024 * 1024;

[[noreturn]] void refuse(const EnvFile& file, Position at, std::string why) {
  throw Error(ErrorKind::policy, "read the env file",
              fmt::format("{}:{}:{}: {}", file.path.string(), at.line, at.column, std::move(why)));
}

std::string text_of(const EnvFile& file) {
  std::string text = read_file_text("read the env file", file.path, largest).text;
  if (const auto offset = first_invalid_utf8(text)) refuse(file, position_at(text, *offset), "not UTF-8");
  if (const auto offset = text.find('\0'); offset != std::string::npos)
    refuse(file, position_at(text, offset), "a zero byte");
  return file.dialect == Dialect::systemd ? text : with_unix_lines(text);
}

}  // namespace

Environment read_env_file(const EnvFile& file) {
  const std::string text = text_of(file);
  const EnvReading reading = file.dialect == Dialect::systemd ? read_as_systemd(text) : read_as_dotenv(text);
  if (!reading.faults.empty())
    refuse(file, position_at(text, reading.faults.front().offset), reading.faults.front().message);

  std::map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < reading.assignments.size(); ++i) last[reading.assignments[i].name] = i;
  Environment environment;
  for (std::size_t i = 0; i < reading.assignments.size(); ++i) {
    const EnvAssignment& assignment = reading.assignments[i];
    if (assignment.value && last[assignment.name] == i)
      environment.emplace_back(assignment.name, Secret(*assignment.value));
  }
  return environment;
}

}  // namespace orchestrate
