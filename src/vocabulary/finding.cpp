#include "orchestrate/finding.hpp"

#include <array>

#include "orchestrate/error.hpp"
#include "orchestrate/outcome.hpp"

namespace orchestrate {
namespace {
constexpr std::array<std::string_view, 3> severities = {"advice", "warning", "blocks"};
constexpr std::array<std::string_view, 4> verdicts = {"passed", "blocked", "failed", "stopped"};
}  // namespace

std::string_view to_string(Severity severity) {
  return severities[static_cast<std::size_t>(severity)];
}
std::string_view to_string(Verdict verdict) {
  return verdicts[static_cast<std::size_t>(verdict)];
}

std::string Finding::id() const {
  std::string text = revision.empty() ? rule : revision + ":" + rule;
  return object.empty() ? text : text + ":" + object;
}

Json to_json(const Finding& f) {
  return Json::object({{"id", f.id()},
                       {"rule", f.rule},
                       {"category", f.category},
                       {"severity", to_string(f.severity)},
                       {"revision", f.revision},
                       {"object", f.object},
                       {"file", f.place.file},
                       {"line", f.place.line},
                       {"column", f.place.column},
                       {"source_line", f.source_line},
                       {"hazard", f.hazard},
                       {"effect", f.effect},
                       {"remedy", f.remedy},
                       {"file_sha256", f.file_sha256},
                       {"approved_by", f.approved_by}});
}

Finding finding_from_json(const Json& json) {
  Finding f;
  f.rule = json.text_or("rule");
  f.category = json.text_or("category");
  const std::string severity = json.text_or("severity");
  for (std::size_t i = 0; i < severities.size(); ++i)
    if (severity == severities[i]) f.severity = static_cast<Severity>(i);
  f.revision = json.text_or("revision");
  f.object = json.text_or("object");
  f.place = {json.text_or("file"), static_cast<int>(json.integer_or("line", 0)),
             static_cast<int>(json.integer_or("column", 0))};
  f.source_line = json.text_or("source_line");
  f.hazard = json.text_or("hazard");
  f.effect = json.text_or("effect");
  f.remedy = json.text_or("remedy");
  f.file_sha256 = json.text_or("file_sha256");
  f.approved_by = json.text_or("approved_by");
  return f;
}

}  // namespace orchestrate
