#pragma once

#include <string>
#include <vector>

#include "orchestrate/json.hpp"

namespace orchestrate {

enum class Severity { advice, warning, blocks };

/// Where in a file, counted from 1; line 0 means the whole file.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
  bool operator==(const Place&) const = default;
};

/// One thing that a person should know, with the way out.
struct Finding {
  std::string rule;      ///< `drop-column`
  std::string category;  ///< `data-loss`, `out-of-scope`, `blocking-lock`, `cannot-judge`, ...
  Severity severity = Severity::advice;
  std::string revision;  ///< empty when it belongs to no revision
  std::string object;    ///< `panels.title`; empty when there is none
  Place place;
  std::string source_line;
  std::string hazard;  ///< what is wrong
  std::string effect;  ///< what would happen, exactly
  std::string remedy;
  std::string file_sha256;  ///< what an approval is bound to
  std::string approved_by;  ///< who accepted it and why; empty when nobody did

  /// What `orchestrate approve` takes: `004:drop-column:panels.title`.
  std::string id() const;
  bool operator==(const Finding&) const = default;
};

/// Whether it stops a run.
bool open_red_flag(const Finding& finding);

std::string_view to_string(Severity severity);
Json to_json(const Finding& finding);
Finding finding_from_json(const Json& json);

/// One red flag of one revision, accepted by a person.
struct Approval {
  std::string finding;  ///< Finding::id()
  std::string file_sha256;
  std::string reason;
  std::string by;
  std::string at;  ///< RFC 3339, UTC
  bool operator==(const Approval&) const = default;
};

}  // namespace orchestrate
