#include <algorithm>
#include <array>

#include "review/known_calls.hpp"
#include "review/python_lines.hpp"
#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

// Besides those whose calls are known: what version files import, and no application is called.
constexpr auto libraries = std::to_array<std::string_view>({"__future__",
                                                            "abc",
                                                            "alembic",
                                                            "alembic_utils",
                                                            "alembic_postgresql_enum",
                                                            "argparse",
                                                            "ast",
                                                            "asyncio",
                                                            "bcrypt",
                                                            "bisect",
                                                            "calendar",
                                                            "citext",
                                                            "click",
                                                            "codecs",
                                                            "concurrent",
                                                            "configparser",
                                                            "csv",
                                                            "cryptography",
                                                            "dateutil",
                                                            "difflib",
                                                            "dotenv",
                                                            "fastapi_users",
                                                            "fastapi_users_db_sqlalchemy",
                                                            "fractions",
                                                            "geoalchemy2",
                                                            "glob",
                                                            "gzip",
                                                            "hmac",
                                                            "html",
                                                            "importlib",
                                                            "inspect",
                                                            "io",
                                                            "locale",
                                                            "numbers",
                                                            "numpy",
                                                            "pandas",
                                                            "passlib",
                                                            "pickle",
                                                            "pkgutil",
                                                            "platform",
                                                            "pprint",
                                                            "pydantic",
                                                            "queue",
                                                            "sqlmodel",
                                                            "sqlalchemy",
                                                            "sqlalchemy_json",
                                                            "sqlalchemy_utc",
                                                            "statistics",
                                                            "struct",
                                                            "sys",
                                                            "threading",
                                                            "traceback",
                                                            "tqdm",
                                                            "types",
                                                            "typing",
                                                            "typing_extensions",
                                                            "ulid",
                                                            "unicodedata",
                                                            "unittest",
                                                            "urllib",
                                                            "weakref",
                                                            "werkzeug",
                                                            "xml",
                                                            "yaml",
                                                            "zlib",
                                                            "advanced_alchemy"});

bool is_library(std::string_view module) {
  return std::ranges::find(libraries, module) != libraries.end() || effect_of_call(module) != CallEffect::unknown;
}

/// The modules that a logical line imports, with dots before those that are relative.
std::vector<std::string> imported(const PythonLine& line) {
  const auto& tokens = line.tokens;
  if (tokens.size() < 2 || (!tokens[0].is("from") && !tokens[0].is("import"))) return {};
  std::vector<std::string> modules(1);
  for (std::size_t i = 1; i < tokens.size() && !tokens[i].is("import"); ++i) {
    if (tokens[i].is("as"))
      ++i;
    else if (tokens[i].is(","))
      modules.emplace_back();
    else
      modules.back() += tokens[i].spelling;
  }
  return modules;
}

std::vector<Flag> application_imports(const ReadRevision& revision, const ReviewState&) {
  if (!revision.is_revision) return {};
  const auto lines = python_lines(revision.source);
  const auto* read = std::get_if<std::vector<PythonLine>>(&lines);
  if (!read) return {};
  std::vector<Flag> flags;
  for (const PythonLine& line : *read)
    for (const std::string& module : imported(line)) {
      const bool relative = module.starts_with('.');
      if (module.empty() || (!relative && is_library(module.substr(0, module.find('.'))))) continue;
      flags.push_back({.object = module,
                       .hazard = "the version file imports " + module,
                       .effect = "the revision does what that code says on the day it runs, not on the day it was "
                                 "written; when it is moved, the revision and all after it fail",
                       .remedy = "write what it needs out: sa.table(\"panels\", sa.column(\"title\"))",
                       .place = {revision.file, line.tokens.front().line, 1}});
    }
  return flags;
}

const std::array all = {
    Rule{.id = "application-import",
         .category = "advice",
         .summary = "a version file imports the application's code",
         .why = "Models change; revisions are run for years, on new databases and in tests. And each `alembic` command "
                "imports all version files with all that they import.",
         .bad = {"", "from app.models import Panel"},
         .good = {"",
                  "import datetime\nfrom sqlalchemy.dialects import postgresql\n"
                  "op.add_column(\"panels\", sa.Column(\"data\", postgresql.JSONB()))"},
         .check = application_imports},
};

}  // namespace

std::span<const Rule> program() {
  return all;
}

}  // namespace orchestrate::rules
