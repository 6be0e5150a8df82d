#include "init/polkit_rule.hpp"

#include <fmt/format.h>

namespace orchestrate::init {
namespace {

/// For JavaScript; a unit's name may hold a backslash.
std::string quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

std::string units_rule(const std::vector<UnitName>& units, const std::string& user) {
  std::string names;
  for (const UnitName& unit : units) names += (names.empty() ? "" : ", ") + quoted(unit.text());
  return fmt::format(
      R"(polkit.addRule(function(action, subject) {{ if (action.id == "org.freedesktop.systemd1.manage-units" && )"
      R"([{}].indexOf(action.lookup("unit")) >= 0 && )"
      R"(["start", "stop", "restart", "reset-failed"].indexOf(action.lookup("verb")) >= 0 && )"
      R"(subject.user == {}) return polkit.Result.YES; }});)",
      names, quoted(user));
}

std::string reading_rule(const std::string& app, const std::string& user) {
  return fmt::format(R"(polkit.addRule(function(action, subject) {{ if (action.id == "org.orchestrate.read" && )"
                     R"(action.lookup("app") == {} && subject.user == {}) return polkit.Result.YES; }});)",
                     quoted(app), quoted(user));
}

std::string rules_file(const std::string& app) {
  return "/etc/polkit-1/rules.d/60-orchestrate-" + app + ".rules";
}

}  // namespace orchestrate::init
