#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "orchestrate/database_url.hpp"
#include "orchestrate/names.hpp"
#include "orchestrate/secret.hpp"
#include "orchestrate/settings.hpp"

namespace orchestrate {

/// How an env file is read. `app`: the application loads it itself, so we read it as python-dotenv does.
enum class Dialect { systemd, dotenv, app };

struct EnvFile {
  std::filesystem::path path;
  Dialect dialect = Dialect::systemd;
  bool operator==(const EnvFile&) const = default;
};

struct Project {
  std::filesystem::path path;
  std::string user;
  std::optional<EnvFile> env_file;
  std::vector<std::string> required_settings;  ///< variables without which the application does not load
  bool operator==(const Project&) const = default;
};

/// A URL as the policy writes it, `${NAME}` still in it: one text, or its parts.
struct UrlTemplate {
  struct Parts {
    std::string user, password, host, port, name;
    std::string driver;  ///< of SQLAlchemy, with which the migrations connect: `asyncpg`
    bool operator==(const Parts&) const = default;
  };
  std::variant<std::string, Parts> form;
  Position position;
  bool operator==(const UrlTemplate&) const = default;
};

/// The word of a command that stands for the revision to go to.
inline constexpr std::string_view target_word = "{target}";
bool has_target(const std::vector<std::string>& argv);

struct Migrations {
  /// alembic: its own command line, `upgrade REV` is added. command: whatever runs the upgrade, as a whole.
  enum class Tool { alembic, command };
  Tool tool = Tool::alembic;
  std::vector<std::string> command;    ///< argv, relative to project.path; of tool command `{target}` is replaced
  std::vector<std::string> downgrade;  ///< of tool command: argv with `{target}`; empty: there is none
  std::filesystem::path python;        ///< the project's interpreter; empty: the one of `command`
  std::vector<std::filesystem::path> versions;  ///< absolute after loading
  UrlTemplate database_url;
  std::optional<UrlTemplate> direct_url;  ///< past the pooler
  std::optional<UrlTemplate> admin_url;   ///< of a role that may create, rename and drop databases
  TableName version_table{"public", "alembic_version"};
  std::vector<std::string> schemas;  ///< a change outside is a red flag

  /// Whether the upgrade can be told where to go; else it goes to head.
  bool takes_target() const;
  bool operator==(const Migrations&) const = default;
};

/// One entry of the pipeline, settings checked against its kind's keys.
struct StageSpec {
  std::string kind;
  std::string name;  ///< the kind unless `name:` says otherwise
  std::optional<std::chrono::milliseconds> timeout;
  Settings settings;
  Position position;
  bool operator==(const StageSpec&) const = default;
};

/// When an upgrade may run, by the wall clock of a place. A window that passes midnight belongs to the day it starts
/// on.
struct Window {
  std::array<bool, 7> days{};       ///< from Monday
  std::chrono::minutes from{}, to;  ///< since midnight; `to` not after `from`: on the next day
  std::string timezone;             ///< of the system's zones: `Europe/Berlin`
  bool operator==(const Window&) const = default;
};

/// What a service may do whose database is not at the heads of the version files beside it.
enum class GateAnswer { deny, allow };
struct Gate {
  GateAnswer behind = GateAnswer::deny, ahead = GateAnswer::deny, unknown = GateAnswer::deny;
  bool operator==(const Gate&) const = default;
};

/// What becomes, without a person, of a run that failed and left the database changed.
enum class Remedy { hold, restore, downgrade };
struct OnFailure {
  struct Choice {
    Remedy remedy = Remedy::hold;
    Position position;
    bool operator==(const Choice&) const = default;
  };
  Choice upgrade;        ///< its upgrade was left half done
  Choice after_upgrade;  ///< its upgrade is complete, and a later stage failed
  bool operator==(const OnFailure&) const = default;
};
std::string_view to_string(Remedy remedy);

/// One application's policy file, checked and with relative paths resolved; nothing in it is secret.
struct Policy {
  std::filesystem::path file;
  std::string sha256;  ///< of the file's bytes
  std::string app;
  Project project;
  Migrations migrations;
  std::vector<UnitName> services;
  std::filesystem::path postgres_bin;         ///< empty: by the server's major version
  std::vector<std::string> postgres_preload;  ///< libraries that our throw-away servers load
  std::vector<StageSpec> pipeline;
  std::optional<Window> window;  ///< absent: at any time
  Gate gate;
  OnFailure on_failure;

  /// Every unit that the policy touches: `services`, and what stages name for themselves; each once.
  std::vector<UnitName> units() const;
  /// The first one; nullptr: the pipeline has none.
  const StageSpec* stage_of_kind(std::string_view kind) const;
  bool operator==(const Policy&) const = default;
};

/// The schemas that the app may change: the policy's, else the version table's.
std::vector<std::string> app_schemas(const Policy& policy);

/// What the env file says, in its order. Values are secret until proven otherwise.
using Environment = std::vector<std::pair<std::string, Secret>>;

/// A variable that a shell (`set -a; . FILE`), systemd and python-dotenv would not all read alike.
struct EnvDifference {
  std::string name;
  int line = 0;
  std::string difference;  ///< which reader differs and in what way; never a value
  bool operator==(const EnvDifference&) const = default;
};

/// A policy together with what its env file and URL templates resolve to.
struct Application {
  Policy policy;
  Environment environment;
  DatabaseUrl database;
  std::optional<DatabaseUrl> direct;
  std::optional<DatabaseUrl> admin;
  std::vector<EnvDifference> env_differences;
  std::string home;                             ///< of the policy's user
  std::string database_variable;                ///< the variable that holds the whole URL, when it is exactly one
  std::vector<std::string> database_variables;  ///< all that `database_url` is made of
  const DatabaseUrl& for_sessions() const { return direct ? *direct : database; }
};

}  // namespace orchestrate
