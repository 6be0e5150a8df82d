#include "render/sarif.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/core.h>

#include "render/terminal_text.hpp"

namespace orchestrate {
namespace {

// In the order of Severity.
constexpr std::array<std::string_view, 3> levels = {"note", "warning", "error"};

Json message(const std::string& text) {
  return Json::object({{"text", text}});
}

/// RFC 3986: what may stand in a path as it is.
std::string uri_of(std::string_view path) {
  static constexpr std::string_view plain = "-._~/!$&'()*+,;=@";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (byte < 0x80 && std::isalnum(byte)) || plain.find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri;
}

std::string lines_of(std::string_view text) {
  std::string lines;
  for (const std::string& line : printable_lines(text)) lines += (lines.empty() ? "" : "\n") + line;
  return lines;
}

Json location_of(const Place& place) {
  Json physical = Json::object({{"artifactLocation", Json::object({{"uri", uri_of(place.file)}})}});
  if (place.line > 0) {
    Json region = Json::object({{"startLine", place.line}});
    if (place.column > 0) region.set("startColumn", place.column);
    physical.set("region", std::move(region));
  }
  return Json::object({{"physicalLocation", std::move(physical)}});
}

Json result_of(const Finding& finding) {
  std::string text = printable(finding.hazard);
  if (!finding.effect.empty()) text += "; " + lines_of(finding.effect);
  if (!finding.remedy.empty()) text += "\nremedy: " + lines_of(finding.remedy);
  Json result = Json::object({{"ruleId", finding.rule},
                              {"level", levels[static_cast<std::size_t>(finding.severity)]},
                              {"message", message(text)}});
  Json locations = Json::array();
  if (!finding.place.file.empty()) locations.push(location_of(finding.place));
  result.set("locations", std::move(locations));
  // The same finding in the same file, wherever in it: what an approval is bound to.
  result.set("partialFingerprints", Json::object({{"finding/v1", finding.id() + ":" + finding.file_sha256}}));
  if (finding.approved_by.empty()) return result;
  Json suppression = Json::object({{"kind", "external"}, {"justification", printable(finding.approved_by)}});
  result.set("suppressions", Json::array().push(std::move(suppression)));
  return result;
}

Json rule_of(const SarifRule& rule) {
  return Json::object({{"id", rule.id},
                       {"shortDescription", message(std::string(rule.summary))},
                       {"properties", Json::object({{"category", rule.category}})}});
}

}  // namespace

Json sarif_log(const std::vector<Finding>& findings, const std::vector<SarifRule>& rules, std::string_view version) {
  Json listed = Json::array();
  for (const SarifRule& rule : rules) listed.push(rule_of(rule));
  Json driver = Json::object({{"name", "orchestrate"}, {"version", version}, {"rules", std::move(listed)}});
  Json results = Json::array();
  for (const Finding& finding : findings) results.push(result_of(finding));
  Json run = Json::object({{"tool", Json::object({{"driver", std::move(driver)}})},
                           {"columnKind", "unicodeCodePoints"},
                           {"results", std::move(results)}});
  return Json::object({{"$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"},
                       {"version", "2.1.0"},
                       {"runs", Json::array().push(std::move(run))}});
}

}  // namespace orchestrate
