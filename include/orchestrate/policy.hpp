#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
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
  bool operator==(const Project&) const = default;
};

/// A URL as the policy writes it, `${NAME}` still in it: one text, or its parts.
struct UrlTemplate {
  struct Parts {
    std::string user, password, host, port, name;
    bool operator==(const Parts&) const = default;
  };
  std::variant<std::string, Parts> form;
  Position position;
  bool operator==(const UrlTemplate&) const = default;
};

struct Migrations {
  std::vector<std::string> command;             ///< argv before `upgrade REV`, relative to project.path
  std::vector<std::filesystem::path> versions;  ///< absolute after loading
  UrlTemplate database_url;
  std::optional<UrlTemplate> direct_url;  ///< past the pooler
  TableName version_table{"public", "alembic_version"};
  std::vector<std::string> schemas;  ///< a change outside is a red flag
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

/// One application's policy file, checked and with relative paths resolved; nothing in it is secret.
struct Policy {
  std::filesystem::path file;
  std::string sha256;  ///< of the file's bytes
  std::string app;
  Project project;
  Migrations migrations;
  std::vector<UnitName> services;
  std::filesystem::path postgres_bin;  ///< empty: by the server's major version
  std::vector<StageSpec> pipeline;

  /// Every unit that the policy touches: `services`, and what stages name for themselves; each once.
  std::vector<UnitName> units() const;
  bool operator==(const Policy&) const = default;
};

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
  std::vector<EnvDifference> env_differences;
  std::string home;               ///< of the policy's user
  std::string database_variable;  ///< the variable that holds the whole URL, when it is exactly one
  const DatabaseUrl& for_sessions() const { return direct ? *direct : database; }
};

}  // namespace orchestrate
