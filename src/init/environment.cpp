#include "init/environment.hpp"

#include <algorithm>
#include <array>

#include "init/project_tree.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/source_text.hpp"
#include "policy/env_readers.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

/// Code that loads a `.env`: python-dotenv, pydantic's settings, environs and django-environ, starlette.
constexpr std::array<std::string_view, 7> loaders = {"load_dotenv", "dotenv_values",   "env_file",  "read_env",
                                                     "from_dotenv", "Config(\".env\"", "AutoConfig"};

/// A part of a URL and how variables call it.
struct Part {
  std::string UrlTemplate::Parts::* member = nullptr;
  std::array<std::string_view, 4> endings;
};
const std::array<Part, 5> parts = {{
    {&UrlTemplate::Parts::user, {"USER", "USERNAME", "USR", "LOGIN"}},
    {&UrlTemplate::Parts::password, {"PASSWORD", "PASS", "PASSWD", "PWD"}},
    {&UrlTemplate::Parts::host, {"HOST", "HOSTNAME", "SERVER", "ADDRESS"}},
    {&UrlTemplate::Parts::port, {"PORT", "PORT", "PORT", "PORT"}},
    {&UrlTemplate::Parts::name, {"NAME", "DB", "DATABASE", "DBNAME"}},
}};
constexpr std::array<std::string_view, 6> prefixes = {"DB_", "DATABASE_", "POSTGRES_", "POSTGRESQL_", "PG_", "PG"};

bool names_database(std::string_view variable) {
  return std::ranges::any_of(parts.back().endings, [&](std::string_view ending) { return variable.ends_with(ending); });
}

std::string database_of(const std::string& url) {
  try {
    return DatabaseUrl::parse(url).database;
  } catch (const Error&) {
    return {};
  }
}

EnvReading reading_of(const EnvFile& file, std::string& text) {
  if (file.dialect == Dialect::systemd) return read_as_systemd(text);
  text = with_unix_lines(text);
  return read_as_dotenv(text);
}

std::vector<Variable> variables_of(const EnvFile& file) {
  std::string text = text_if_readable(file.path);
  std::vector<Variable> variables;
  for (const EnvAssignment& assignment : reading_of(file, text).assignments) {
    Variable variable{assignment.name, {file.path, position_at(text, assignment.offset).line}};
    variable.holds_url = assignment.value &&
                         (assignment.value->starts_with("postgres://") || assignment.value->starts_with("postgresql"));
    if (variable.holds_url)
      variable.database = database_of(*assignment.value);
    else if (assignment.value && names_database(assignment.name))
      variable.database = *assignment.value;
    std::erase_if(variables, [&](const Variable& earlier) { return earlier.name == variable.name; });
    variables.push_back(std::move(variable));
  }
  return variables;
}

void add(std::vector<Environs>& all, EnvFile file, Place said_by) {
  const auto same = [&](const Environs& other) { return other.file.path == file.path; };
  if (std::ranges::any_of(all, same)) return;
  auto variables = variables_of(file);
  all.push_back({std::move(file), std::move(said_by), std::move(variables)});
}

std::optional<Place> loader_in(const std::vector<PythonFile>& code) {
  for (const PythonFile& file : code)
    for (const std::string_view loader : loaders)
      if (const std::size_t at = file.text.find(loader); at != std::string::npos)
        return file.at(position_at(file.text, at).line);
  return std::nullopt;
}

const Variable* find(const std::vector<Variable>& variables, const std::string& name) {
  const auto found = std::ranges::find(variables, name, &Variable::name);
  return found == variables.end() ? nullptr : &*found;
}

/// `postgresql+asyncpg` in the code: what SQLAlchemy connects with.
std::string driver_in(const std::vector<PythonFile>& code) {
  constexpr std::string_view sign = "postgresql+";
  for (const PythonFile& file : code) {
    const std::size_t at = file.text.find(sign);
    if (at == std::string::npos) continue;
    const std::size_t start = at + sign.size();
    const std::size_t end = file.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", start);
    return file.text.substr(start, end - start);
  }
  return {};
}

std::optional<Database> from_parts(const Environs& environs, const std::vector<PythonFile>& code) {
  for (const std::string_view prefix : prefixes) {
    UrlTemplate::Parts form;
    std::optional<Place> place;
    std::string database;
    for (const Part& part : parts)
      for (const std::string_view ending : part.endings) {
        const Variable* variable = find(environs.variables, std::string(prefix) + std::string(ending));
        if (!variable || !(form.*part.member).empty()) continue;
        form.*part.member = "${" + variable->name + "}";
        if (!place) place = variable->place;
        if (part.member == &UrlTemplate::Parts::name) database = variable->database;
      }
    if (form.user.empty() || form.name.empty()) continue;
    form.driver = driver_in(code);
    return Database{{form, *place}, environs, database};
  }
  return std::nullopt;
}

struct Candidate {
  const Environs* environs;
  const Variable* variable;
};

std::vector<Candidate> named_in(const std::vector<const PythonFile*>& files, const std::vector<Candidate>& candidates) {
  std::vector<Candidate> named;
  for (const Candidate& candidate : candidates) {
    const auto names = [&](const PythonFile* file) {
      return names_variable(*file, candidate.variable->name).has_value();
    };
    if (std::ranges::any_of(files, names)) named.push_back(candidate);
  }
  return named;
}

}  // namespace

std::vector<Environs> env_files(const fs::path& project, const std::vector<UnitFile>& units,
                                const std::vector<PythonFile>& code) {
  std::vector<Environs> found;
  for (const UnitFile& unit : units)
    for (const auto& named : unit.all("EnvironmentFile")) {
      const std::string path = named.value.starts_with('-') ? named.value.substr(1) : named.value;
      if (path.starts_with('/')) add(found, {path, Dialect::systemd}, named.place);
    }
  std::error_code error;
  const fs::path own = project / ".env";
  if (!fs::is_regular_file(own, error)) return found;
  if (const auto loader = loader_in(code))
    add(found, {own, Dialect::app}, *loader);
  else
    add(found, {own, Dialect::dotenv}, {own});
  return found;
}

DatabaseSearch find_database(const std::vector<Environs>& environments, const std::optional<PythonFile>& env_py,
                             const std::vector<PythonFile>& code) {
  std::vector<Candidate> candidates;
  for (const Environs& environs : environments)
    for (const Variable& variable : environs.variables)
      if (variable.holds_url) candidates.push_back({&environs, &variable});
  std::vector<Candidate> chosen = candidates;
  if (env_py && candidates.size() > 1) {
    chosen = named_in({&*env_py}, candidates);
    if (chosen.empty()) chosen = named_in(imported_by(*env_py, code), candidates);
  }
  if (chosen.size() == 1) {
    const auto& [environs, variable] = chosen.front();
    return {Database{{DatabaseVariable{variable->name}, variable->place}, *environs, variable->database}, {}};
  }
  DatabaseSearch search;
  for (const Candidate& candidate : candidates) search.candidates.push_back(*candidate.variable);
  if (!candidates.empty()) return search;
  for (const Environs& environs : environments)
    if (auto database = from_parts(environs, code)) return {std::move(database), {}};
  return search;
}

}  // namespace orchestrate::init
