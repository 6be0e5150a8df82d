#include "init/survey.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/advanced_alchemy.hpp"
#include "init/alembic_project.hpp"
#include "init/makefile.hpp"
#include "init/project_tree.hpp"
#include "init/upgrade_at_start.hpp"
#include "init/virtualenv.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

std::string stem(const UnitFile& unit) {
  return fs::path(unit.name.text()).stem().string();
}

bool has_what_rehearses(const HostPlaces& places) {
  std::error_code none;
  if (!fs::exists(places.bubblewrap, none)) return false;
  return std::ranges::any_of(fs::directory_iterator(places.postgresql_servers, none), [](const auto& version) {
    std::error_code unreadable;
    return fs::exists(version.path() / "bin/initdb", unreadable);
  });
}

/// One look at a project; each step leaves its discovery or its gap.
class Surveyor {
 public:
  Surveyor(const fs::path& project, const Given& given, const HostPlaces& places)
      : given_(given),
        all_units_(read_services(places.units)),
        code_(read_python(project_files(project, ".py"))),
        alembic_(alembic_project(project)) {
    survey_.project = project;
    if (alembic_.env_py) env_py_ = read_python(*alembic_.env_py);
  }

  Survey take(const HostPlaces& places) && {
    find_services();
    name_app();
    find_user();
    find_environment();
    find_upgrade();
    look_for_upgrades_at_start();
    find_versions();
    find_version_table();
    find_schemas();
    find_dumps(places);
    survey_.can_rehearse = has_what_rehearses(places);
    look_for_git();
    return std::move(survey_);
  }

 private:
  void found(std::string what, std::string value, Place place) {
    survey_.found.push_back({std::move(what), std::move(value), std::move(place)});
  }
  void missing(Blank blank, std::string what, std::string advice) {
    survey_.gaps.push_back({blank, std::move(what), std::move(advice)});
  }
  std::string named(const fs::path& file) const { return name_in(survey_.project, file); }

  void find_services() {
    for (const UnitName& name : given_.units) {
      const auto unit = std::ranges::find(all_units_, name, &UnitFile::name);
      survey_.services.push_back(unit == all_units_.end() ? UnitFile{name, {}, {}} : *unit);
      if (unit == all_units_.end())
        missing(Blank::elsewhere, "file of " + name.text(), "see that systemd knows it: systemctl cat " + name.text());
    }
    if (given_.units.empty())
      for (const UnitFile& unit : all_units_) {
        const auto type = unit.last("Type");
        const bool runs_on = !type || type->value != "oneshot";
        if (runs_on && belongs_to(unit, survey_.project)) survey_.services.push_back(unit);
      }
    for (const UnitFile& unit : survey_.services)
      if (!unit.file.empty()) found("service", unit.name.text(), {unit.file});
    if (survey_.services.empty())
      missing(Blank::services, "service",
              "no unit works in the project: name it with --unit, or fill in `services` and restart");
  }

  void name_app() {
    survey_.app = !given_.app.empty()            ? given_.app
                  : survey_.services.size() == 1 ? app_name(stem(survey_.services.front()))
                                                 : app_name(survey_.project.filename().string());
    found("app", survey_.app,
          given_.app.empty() && survey_.services.size() == 1 ? Place{survey_.services.front().file}
                                                             : Place{survey_.project});
  }

  void find_user() {
    if (!given_.user.empty()) {
      survey_.user = {given_.user, {"--user"}};
      return;
    }
    for (const UnitFile& unit : survey_.services)
      if (!survey_.user) survey_.user = unit.last("User");
    struct stat facts{};
    if (!survey_.user && ::stat(survey_.project.c_str(), &facts) == 0 && facts.st_uid != 0)
      if (const passwd* owner = ::getpwuid(facts.st_uid)) survey_.user = {owner->pw_name, {survey_.project}};
    if (survey_.user && survey_.user->value == "root") survey_.user.reset();
    if (survey_.user)
      found("user", survey_.user->value, survey_.user->place);
    else
      missing(Blank::user, "user", "neither a unit nor the owner of the project names one other than root");
  }

  void find_environment() {
    const auto files = env_files(survey_.project, survey_.services, code_);
    auto search = find_database(files, env_py_, code_);
    survey_.database = std::move(search.found);
    if (survey_.database)
      survey_.environs = survey_.database->environs;
    else if (!files.empty())
      survey_.environs = files.front();
    if (survey_.environs) found("env file", survey_.environs->file.path.string(), survey_.environs->said_by);
    for (const Environs& other : files)
      if (other.file.path != survey_.environs->file.path)
        found("another env file, which the policy cannot name too", other.file.path.string(), other.said_by);
    if (survey_.database)
      found("database URL", database_words(survey_.database->form.value), survey_.database->form.place);
    else
      missing(Blank::database_url, "database URL", why_no_database(search.candidates));
  }

  static std::string database_words(const DatabaseForm& form) {
    if (const auto* variable = std::get_if<DatabaseVariable>(&form)) return "${" + variable->name + "}";
    const auto& parts = std::get<UrlTemplate::Parts>(form);
    return fmt::format("{} {} {} {} {}", parts.user, parts.password, parts.host, parts.port, parts.name);
  }

  std::string why_no_database(const std::vector<Variable>& candidates) const {
    if (!candidates.empty()) {
      std::vector<std::string> names;
      names.reserve(candidates.size());
      for (const Variable& variable : candidates) names.push_back(variable.name);
      return fmt::format("{} hold one, and env.py does not name which", fmt::join(names, ", "));
    }
    if (alembic_.url_in_config)
      return alembic_.url_in_config->text() + " holds it; put it into an env file, for a policy holds no password";
    if (!survey_.environs) return "there is no env file";
    const std::string file = survey_.environs->file.path.string();
    return ::access(file.c_str(), R_OK) == 0 ? "no variable of " + file + " holds one"
                                             : file + " cannot be read: type this as root";
  }

  void find_upgrade() {
    const auto python = project_python(survey_.project, survey_.services);
    if (python)
      found("interpreter", named(python->value), python->place);
    else
      missing(Blank::command, "virtualenv", "none is in the project; the system's alembic is never used");
    const std::string interpreter = python ? named(python->value) : "";
    const std::string config = alembic_.config ? named(alembic_.config->value) : "";
    const fs::path makefile = survey_.project / "Makefile";
    const auto target = migrate_target(text_if_readable(makefile), makefile);
    if (const auto alchemy = advanced_alchemy(code_)) {
      found("Advanced Alchemy", alchemy->module.value, alchemy->module.place);
      version_table_ = alchemy->version_table;
      if (python) survey_.upgrade = by_advanced_alchemy(*alchemy, interpreter);
    } else if (target) {
      found("make target", target->value, target->place);
      if (python) survey_.upgrade = by_make(target->value, interpreter, config);
    } else if (alembic_.config) {
      found("Alembic's configuration", config, alembic_.config->place);
      if (python) survey_.upgrade = by_alembic(interpreter, config);
    } else {
      missing(Blank::command, "Alembic's configuration", why_no_config());
    }
    for (const fs::path& other : alembic_.other_configs)
      found("another configuration of Alembic, which is not used", named(other), {other});
  }

  void look_for_upgrades_at_start() {
    const bool own = survey_.upgrade && survey_.upgrade->tool == Migrations::Tool::command;
    const std::vector<std::string> upgrade = own ? survey_.upgrade->command : std::vector<std::string>();
    for (const UnitFile& unit : survey_.services)
      for (const auto& command : upgrades_at_start(unit, survey_.project, upgrade))
        found("an upgrade at every start of " + unit.name.text(), "leave it to a run, which proves it", command.place);
  }

  std::string why_no_config() const {
    return alembic_.env_py ? "only " + named(*alembic_.env_py) + " is there; fill in the command that upgrades"
                           : "neither alembic.ini nor [tool.alembic] in pyproject.toml is there";
  }

  void find_versions() {
    std::error_code error;
    for (const auto& versions : alembic_.versions) {
      survey_.versions.push_back(named(versions.value));
      const bool there = fs::is_directory(versions.value, error);
      found("versions", named(versions.value) + (there ? "" : ", which is not there yet"), versions.place);
    }
    if (survey_.versions.empty())
      missing(Blank::versions, "versions", "no configuration of Alembic and no single env.py says where they are");
  }

  void find_version_table() {
    std::optional<Fact<std::string>> schema;
    if (!version_table_ && env_py_) {
      auto table = init::version_table(*env_py_, code_);
      version_table_ = std::move(table.name);
      schema = std::move(table.schema);
    }
    version_schema_ = schema;
    if (!version_table_ && !schema) return;
    const bool unread = (version_table_ && version_table_->value.empty()) || (schema && schema->value.empty());
    const Place place = version_table_ ? version_table_->place : schema->place;
    if (unread)
      return missing(Blank::version_table, "version table",
                     place.text() + " sets it to something that only Python can tell");
    survey_.version_table.emplace((schema ? schema->value + "." : "") +
                                  (version_table_ ? version_table_->value : "alembic_version"));
    found("version table", *survey_.version_table, place);
  }

  /// The version table stands where the migrations are at home; without that word it is what they name.
  void find_schemas() {
    const auto named_schemas = schemas_in(alembic_.versions);
    if (version_schema_ && !version_schema_->value.empty()) {
      survey_.schemas = {version_schema_->value};
      found("schema", version_schema_->value, version_schema_->place);
    } else if (!named_schemas.empty()) {
      survey_.schemas = {"public"};
    }
    for (const auto& schema : named_schemas) {
      if (std::ranges::find(survey_.schemas, schema.value) != survey_.schemas.end()) continue;
      if (version_schema_)
        found("another schema, which is a red flag unless `schemas` names it", schema.value, schema.place);
      else
        found("schema", schema.value, schema.place), survey_.schemas.push_back(schema.value);
    }
  }

  void find_dumps(const HostPlaces& places) {
    const DumpJobs jobs = dump_jobs(jobs_in(places.jobs, all_units_));
    for (const fs::path& place : jobs.unread)
      missing(Blank::elsewhere, "jobs of " + place.string(), "we may not read it: type this as root");
    for (const auto& job : jobs.found) {
      const bool ours =
          survey_.database && !job.value.database.empty() && job.value.database == survey_.database->database;
      if (ours && !job.value.dump.empty() && !survey_.dumps) {
        survey_.dumps = job;
        found("dumps by another job", job.value.dump, job.place);
        if (!job.value.log.empty()) found("log of that job", job.value.log, job.place);
      } else if (job.value.database.empty() || (ours && !survey_.dumps)) {
        found("a job that calls pg_dump, but whose database or file cannot be told", "not used", job.place);
      }
    }
  }

  void look_for_git() {
    if (!is_checkout(survey_.project))
      missing(Blank::elsewhere, "git checkout", "the restore point needs one: git init, and commit what is there");
  }

  const Given& given_;
  std::vector<UnitFile> all_units_;
  std::vector<PythonFile> code_;
  AlembicProject alembic_;
  std::optional<PythonFile> env_py_;
  std::optional<Fact<std::string>> version_table_, version_schema_;
  Survey survey_;
};

}  // namespace

const Gap* Survey::gap(Blank blank) const {
  const auto one = std::ranges::find(gaps, blank, &Gap::blank);
  return one == gaps.end() ? nullptr : &*one;
}

HostPlaces host_places() {
  return {.units = {"/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"},
          .jobs = {.crontabs = {"/etc/crontab", "/etc/cron.d"},
                   .user_crontabs = {"/var/spool/cron/crontabs"},
                   .scripts = {"/etc/cron.daily"}},
          .bubblewrap = "/usr/bin/bwrap",
          .postgresql_servers = "/usr/lib/postgresql"};
}

Survey survey(const fs::path& project, const Given& given, const HostPlaces& places) {
  return Surveyor(project, given, places).take(places);
}

}  // namespace orchestrate::init
