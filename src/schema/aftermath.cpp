#include "schema/aftermath.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "orchestrate/evidence.hpp"

namespace orchestrate {

Aftermath judge_aftermath(const Run& run, const SchemaState& now) {
  // A revision that commits does so together with its row. What the review did not say may have committed anywhere.
  const std::string commits = run.evidence(evidence::review_passed).text_or("commits");
  const bool told_by_rows = commits == "together" || commits == "by-revision";
  if (told_by_rows && now == state_from_json(run.fact(fact::database_before))) return Aftermath::unchanged;
  auto target = run.evidence(evidence::migration_pending)["to"].as_strings();
  std::ranges::sort(target);
  return now.versions == target ? Aftermath::at_target : Aftermath::unclear;
}

std::string what_differs(const SchemaState& before, const SchemaState& now) {
  if (now == before)
    return "version rows and catalog are as before, but a pending revision commits on its own or cannot be judged, so "
           "data may have changed";
  return fmt::format("version rows: {} before, {} now; catalog fingerprint {}", revisions_text(rows_of(before)),
                     revisions_text(rows_of(now)), now.fingerprint == before.fingerprint ? "equal" : "differs");
}

}  // namespace orchestrate
