#include <algorithm>
#include <optional>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/place.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "files/text.hpp"
#include "init/difference.hpp"
#include "init/draft.hpp"
#include "init/host_files.hpp"
#include "init/policy_text.hpp"
#include "init/survey.hpp"
#include "orchestrate/app.hpp"
#include "orchestrate/error.hpp"
#include "render/json.hpp"
#include "stages/catalog.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;
using init::Draft;
using init::Standing;

constexpr std::size_t largest = std::size_t{1} << 20;

/// A draft and what is in its place.
struct Proposal {
  Draft draft;
  std::string there;
  Standing standing = Standing::absent;
};

struct Proposals {
  init::Survey survey;
  std::vector<Proposal> files;   ///< the policy first
  std::optional<Policy> policy;  ///< as it is or would be on the host; absent: its gaps come first
  std::vector<std::string> remarks;
};

Proposal proposed(Draft draft) {
  std::error_code error;
  std::optional<std::string> there;
  if (fs::exists(draft.path, error)) there = files::read_text(draft.path, largest);
  const Standing standing = init::standing_of(draft, there);
  return {std::move(draft), there.value_or(""), standing};
}

std::variant<Loaded, std::vector<Problem>> planned_text(const std::string& text, const fs::path& file) {
  return planned(parse_policy(text, file, stage_kinds()));
}

/// With examples where something is to be filled in it has to be a policy with a plan.
void check_draft(const Draft& draft) {
  const auto outcome = planned_text(init::without_marks(draft.text), draft.path);
  if (const auto* problems = std::get_if<std::vector<Problem>>(&outcome))
    throw Error(ErrorKind::failed, "write a policy for " + draft.path.stem().string(),
                problems->front().message + fmt::format(" (line {})", problems->front().position.line),
                "write it by hand, after /usr/share/doc/orchestrate/policies/reference.yaml");
}

UnitName unit_of(const std::string& text) {
  if (auto unit = UnitName::parse(text)) return *unit;
  throw Error(ErrorKind::usage, "init", text + " is no name of a unit", "give it whole: x.service");
}

fs::path project_of(const Arguments& arguments) {
  std::error_code error;
  fs::path project = fs::absolute(arguments.directory).lexically_normal();
  if (!project.has_filename()) project = project.parent_path();
  if (fs::is_directory(project, error)) return project;
  throw Error(ErrorKind::usage, "look at " + project.string(), "it is no directory",
              "name the checkout of the project");
}

init::Given given(const Arguments& arguments) {
  init::Given given{.app = arguments.app, .user = arguments.user, .units = {}};
  for (const std::string& unit : arguments.units) given.units.push_back(unit_of(unit));
  if (!given.app.empty() && !is_app_name(given.app))
    throw Error(ErrorKind::usage, "init", given.app + " is no name of an app",
                "lower-case letters, digits, '.', '_' and '-', a letter or digit first");
  return given;
}

/// Whether root alone may read it: then a unit has to hand it over.
bool is_private(const fs::path& file) {
  struct stat facts{};
  if (::stat(file.c_str(), &facts) != 0 || facts.st_uid != 0 || (facts.st_mode & S_IROTH) != 0) return false;
  return (facts.st_mode & S_IRGRP) == 0 || facts.st_gid == 0;
}

std::string group_of_state(const std::string& user) {
  const auto account = system::find_account(user);
  const struct group* entry = account ? ::getgrgid(reading_group(*account)) : nullptr;
  return entry ? entry->gr_name : user;
}

/// A drop-in's ExecStartPre= comes behind the unit's own.
void remark_on_gate(const UnitName& unit, Proposals& proposals) {
  for (const init::UnitFile& file : proposals.survey.services)
    for (const auto& command : file.all("ExecStartPre"))
      if (file.name == unit && command.place.file != init::gate_file(unit))
        proposals.remarks.push_back(
            fmt::format("{}: {} runs this before it asks the gate; move what needs the schema into ExecStart=",
                        command.place.text(), unit.text()));
}

void add_host_files(const Arguments& arguments, Proposals& proposals) {
  const Policy& policy = *proposals.policy;
  init::HostFacts facts{.state_group = group_of_state(policy.project.user)};
  if (policy.project.env_file && is_private(policy.project.env_file->path))
    facts.private_env_file = policy.project.env_file->path;
  if (!arguments.gated.empty()) {
    facts.gated = unit_of(arguments.gated);
    const auto units = policy.units();
    if (std::ranges::find(units, *facts.gated) == units.end())
      throw Error(ErrorKind::usage, "gate " + arguments.gated,
                  "the policy names it nowhere, so the gate would never open", "add --unit " + arguments.gated);
    remark_on_gate(*facts.gated, proposals);
  }
  for (Draft& draft : init::host_files(policy, facts)) proposals.files.push_back(proposed(std::move(draft)));
}

Proposals propose(const Arguments& arguments) {
  Proposals proposals{.survey = init::survey(project_of(arguments), given(arguments), init::host_places())};
  const fs::path file = policy_file(proposals.survey.app);
  Draft policy = init::draft(file, "#", init::policy_text(proposals.survey));
  check_draft(policy);
  proposals.files.push_back(proposed(std::move(policy)));
  const Proposal& first = proposals.files.front();
  const bool stays = first.standing == Standing::edited;
  auto outcome = planned_text(stays ? first.there : first.draft.text, file);
  if (auto* loaded = std::get_if<Loaded>(&outcome)) proposals.policy = std::move(loaded->policy);
  if (proposals.policy)
    add_host_files(arguments, proposals);
  else
    proposals.remarks.push_back(
        fmt::format("{}: fill it in, then type this again: drop-ins and rules are made from it", file.string()));
  for (const Proposal& proposal : proposals.files)
    if (proposal.standing == Standing::edited)
      proposals.remarks.push_back(proposal.draft.path.string() + ": stays as it is, for it was edited");
  return proposals;
}

void print_findings(const Proposals& proposals) {
  std::string text;
  for (const auto& found : proposals.survey.found)
    text += fmt::format("found: {}: {} ({})\n", found.what, found.value, found.place.text());
  for (const auto& gap : proposals.survey.gaps) text += fmt::format("not found: {}: {}\n", gap.what, gap.advice);
  for (const std::string& remark : proposals.remarks) text += remark + "\n";
  write(stderr, text);
}

bool is_written(const Proposal& proposal) {
  return proposal.standing == Standing::absent || proposal.standing == Standing::outdated;
}

std::string differences(const Proposals& proposals) {
  std::string text;
  for (const auto& [draft, there, standing] : proposals.files) {
    if (standing == Standing::edited) continue;
    const std::string name = draft.path.string();
    text += init::unified_difference(standing == Standing::absent ? "/dev/null" : name, there, name, draft.text);
  }
  return text;
}

std::vector<std::string> next_steps(const Proposals& proposals) {
  const std::string& app = proposals.survey.app;
  const Proposal& policy = proposals.files.front();
  std::vector<std::string> steps;
  const std::string& text = policy.standing == Standing::edited ? policy.there : policy.draft.text;
  if (text.find(init::fill_in) != std::string::npos)
    steps.push_back(fmt::format("edit {} where it says FILL IN", policy.draft.path.string()));
  steps.insert(steps.end(), {"systemctl daemon-reload", "orchestrate check " + app, "orchestrate plan " + app,
                             fmt::format("systemctl enable --now orchestrate-verify@{}.timer", app)});
  return steps;
}

/// Where root alone decides what the directory is; elsewhere systemd-tmpfiles does it, by the file that was written.
void make_backup_directory(const fs::path& directory, const system::Account& account) {
  if (!only_root_may_change(directory.parent_path())) return;
  if (::mkdir(directory.c_str(), 0750) != 0) {
    if (errno == EEXIST) return;
    throw Error(ErrorKind::failed, "make " + directory.string(), system_reason(errno), "make it for " + account.name);
  }
  if (::chown(directory.c_str(), account.uid, account.gid) != 0)
    throw Error(ErrorKind::failed, "give " + directory.string() + " to " + account.name, system_reason(errno));
}

void put_in_place(const Arguments& arguments, const Proposals& proposals) {
  if (::geteuid() != 0) throw Error(ErrorKind::denied, "write into /etc", "only root may", "use sudo");
  for (const Proposal& proposal : proposals.files)
    if (proposal.standing == Standing::foreign)
      throw Error(ErrorKind::failed, "write " + proposal.draft.path.string(),
                  "a file that init did not write is there; nothing was written",
                  "look at --diff, then move it away, or give another name with --app");
  if (proposals.policy) {
    const system::Account account = account_for(*proposals.policy);
    make_state_directory(state_directory(proposals.survey.app, arguments), account);
    for (const fs::path& directory : init::taken_backups(*proposals.policy)) make_backup_directory(directory, account);
  }
  for (const Proposal& proposal : proposals.files)
    if (is_written(proposal)) init::write(proposal.draft, proposal.standing);
}

Json as_json(const Proposals& proposals) {
  Json::Array found, gaps, files;
  for (const auto& one : proposals.survey.found)
    found.push_back(Json::object(
        {{"what", one.what}, {"value", one.value}, {"file", one.place.file.string()}, {"line", one.place.line}}));
  for (const auto& gap : proposals.survey.gaps)
    gaps.push_back(Json::object({{"what", gap.what}, {"advice", gap.advice}}));
  for (const auto& [draft, there, standing] : proposals.files)
    files.push_back(
        Json::object({{"path", draft.path.string()}, {"standing", init::to_string(standing)}, {"text", draft.text}}));
  return Json::object({{"schema_version", json_schema_version},
                       {"app", proposals.survey.app},
                       {"project", proposals.survey.project.string()},
                       {"found", found},
                       {"missing", gaps},
                       {"remarks", Json::of(proposals.remarks)},
                       {"files", files},
                       {"next", Json::of(next_steps(proposals))}});
}

}  // namespace

int init(const Arguments& arguments) {
  const Proposals proposals = propose(arguments);
  print_findings(proposals);
  const bool json = arguments.format == Format::json;
  if (arguments.writing == Writing::shown) {
    write(stdout, json ? to_pretty_text(as_json(proposals)) + "\n" : differences(proposals));
    return 0;
  }
  put_in_place(arguments, proposals);
  if (json) {
    write(stdout, to_pretty_text(as_json(proposals)) + "\n");
    return 0;
  }
  std::string text;
  for (const Proposal& proposal : proposals.files)
    if (is_written(proposal)) text += "wrote " + proposal.draft.path.string() + "\n";
  for (const std::string& step : next_steps(proposals)) text += "next: " + step + "\n";
  write(stdout, text);
  return 0;
}

}  // namespace orchestrate::cli
