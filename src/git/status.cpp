#include "git/status.hpp"

#include <array>

#include "git/git.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t submodule_field = 2;  // "N..." for a file, "S<c><m><u>" for a submodule

/// Record types with a path behind a fixed number of fields (git-status(1), "Porcelain Format Version 2").
struct RecordType {
  char letter;
  std::size_t fields;
  std::vector<std::string> Status::* paths;
};
constexpr std::array record_types = {RecordType{'1', 8, &Status::changed}, RecordType{'u', 10, &Status::unmerged},
                                     RecordType{'?', 1, &Status::untracked}};

[[noreturn]] void refuse(const std::string& record) {
  throw Error(ErrorKind::failed, "read git status", "unknown record '" + record + "'");
}

/// The first `count` words of `record`, and the rest behind them.
std::vector<std::string> split(const std::string& record, std::size_t count) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (parts.size() < count) {
    const std::size_t end = record.find(' ', begin);
    if (end == std::string::npos) refuse(record);
    parts.push_back(record.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.push_back(record.substr(begin));
  return parts;
}

void read_header(Status& status, const std::string& record) {
  const std::vector<std::string> parts = split(record, 2);
  if (parts[1] == "branch.oid" && parts[2] != "(initial)") status.head = parts[2];
  if (parts[1] == "branch.head" && parts[2] != "(detached)") status.branch = parts[2];
}

void read_path(Status& status, const RecordType& type, const std::string& record) {
  const std::vector<std::string> parts = split(record, type.fields);
  (status.*type.paths).push_back(parts.back());
  if (type.letter != '1') return;
  const std::string& submodule = parts[submodule_field];
  if (submodule.size() != 4) refuse(record);
  if (submodule[2] == 'M' || submodule[3] == 'U') status.dirty_submodules.push_back(parts.back());
}

}  // namespace

Status parse_status(std::string_view porcelain) {
  Status status;
  for (const std::string& record : nul_separated(porcelain)) {
    if (record.starts_with("# ")) {
      read_header(status, record);
      continue;
    }
    const RecordType* type = nullptr;
    for (const RecordType& known : record_types)
      if (record.starts_with(known.letter)) type = &known;
    if (!type) refuse(record);
    read_path(status, *type, record);
  }
  return status;
}

}  // namespace orchestrate
