#include "init/host_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "init/polkit_rule.hpp"
#include "orchestrate/app.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

const fs::path units = "/etc/systemd/system";

/// A path as unit files take it: `%` is doubled, and quotes keep blanks in it.
std::string unit_path(const fs::path& path) {
  std::string text;
  for (const char c : path.string()) {
    if (c == '%') text += '%';
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text.find(' ') == std::string::npos ? text : "\"" + text + "\"";
}

Draft worker(const Policy& policy, const HostFacts& facts) {
  std::string text = fmt::format(
      "# What {0} is of this app alone; the sandbox is in the unit itself.\n[Service]\n"
      "User={1}\n# git's restore points and what Python caches.\nReadWritePaths={2}\n",
      worker_unit(policy.app), policy.project.user, unit_path(policy.project.path));
  for (const fs::path& directory : taken_backups(policy))
    text += fmt::format("# pg_dump.\nReadWritePaths={}\n", unit_path(directory));
  text += "# The service goes before its migration's helpers.\nMemoryMax=1G\nCPUWeight=50\nIOWeight=50\n";
  if (facts.private_env_file)
    text += fmt::format("# Only root can read it.\nLoadCredential=env:{}\n", unit_path(*facts.private_env_file));
  if (policy.stage_of_kind("rehearsal"))
    text +=
        "# A rehearsal makes namespaces of user, network, mounts and memory, without a right to anything on the host;\n"
        "# bubblewrap uses openat2(2), which RestrictSUIDSGID= forbids as a whole.\nRestrictSUIDSGID=no\n"
        "RestrictNamespaces=user net mnt ipc\nRestrictAddressFamilies=AF_NETLINK\nSystemCallFilter=@mount capset\n";
  return draft(fs::path(worker_drop_ins(policy.app)) / ("10-" + policy.app + ".conf"), "#", text);
}

Draft rules(const Policy& policy) {
  std::string text;
  if (const auto touched = policy.units(); !touched.empty())
    text += "// These units and no other, and of what may be done to a unit just this.\n" +
            units_rule(touched, policy.project.user) + "\n";
  text += "// The runs of its own app.\n" + reading_rule(policy.app, policy.project.user) + "\n";
  return draft(rules_file(policy.app), "//", text);
}

Draft directories(const Policy& policy, const HostFacts& facts) {
  const std::string& user = policy.project.user;
  std::string text = fmt::format("d /var/lib/orchestrate/{} 2750 {} {} -\n", policy.app, user, facts.state_group);
  for (const fs::path& directory : taken_backups(policy)) {
    std::string path = directory.string();
    for (std::size_t at = 0; (at = path.find('%', at)) != std::string::npos; at += 2) path.insert(at, "%");
    text += fmt::format("d \"{}\" 0750 {} - -\n", path, user);
  }
  return draft("/etc/tmpfiles.d/orchestrate-" + policy.app + ".conf", "#", text);
}

Draft gate(const UnitName& unit) {
  return draft(gate_file(unit), "#",
               "# Refuses the start while the schema is not what the code wants; Restart= and the start limits stay "
               "the unit's.\n"
               "[Service]\nExecStartPre=+/usr/bin/orchestrate gate --unit %n --timeout 15s\n");
}

}  // namespace

std::vector<Draft> host_files(const Policy& policy, const HostFacts& facts) {
  std::vector<Draft> files = {worker(policy, facts), rules(policy), directories(policy, facts)};
  if (facts.gated) files.push_back(gate(*facts.gated));
  return files;
}

std::vector<fs::path> taken_backups(const Policy& policy) {
  std::vector<fs::path> taken;
  for (const StageSpec& stage : policy.pipeline) {
    if (stage.kind != "backup" || !stage.settings.has("take")) continue;
    const fs::path directory = (policy.project.path / stage.settings.text("take")).lexically_normal();
    if (std::ranges::find(taken, directory) == taken.end()) taken.push_back(directory);
  }
  return taken;
}

fs::path gate_file(const UnitName& unit) {
  return units / (unit.text() + ".d") / "50-orchestrate-gate.conf";
}

}  // namespace orchestrate::init
