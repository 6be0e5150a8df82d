#include "review/known_calls.hpp"

#include <algorithm>
#include <array>

namespace orchestrate {
namespace {

struct Prefix {
  std::string_view path;
  CallEffect effect;
};

// The longest prefix decides, so that `os.path` may be pure while `os` is not.
constexpr auto prefixes = std::to_array<Prefix>({
    {"os", CallEffect::host},
    {"os.environ", CallEffect::pure},
    {"os.getenv", CallEffect::pure},
    {"os.path", CallEffect::pure},
    {"os.getcwd", CallEffect::pure},
    {"subprocess", CallEffect::host},
    {"shutil", CallEffect::host},
    {"socket", CallEffect::host},
    {"urllib.request", CallEffect::host},
    {"urllib.parse", CallEffect::pure},
    {"http", CallEffect::host},
    {"requests", CallEffect::host},
    {"httpx", CallEffect::host},
    {"aiohttp", CallEffect::host},
    {"boto3", CallEffect::host},
    {"ftplib", CallEffect::host},
    {"smtplib", CallEffect::host},
    {"paramiko", CallEffect::host},
    {"ctypes", CallEffect::host},
    {"multiprocessing", CallEffect::host},
    {"tempfile", CallEffect::host},
    {"signal", CallEffect::host},
    {"pathlib", CallEffect::pure},
    {"sqlalchemy", CallEffect::pure},
    {"sqlalchemy.create_engine", CallEffect::session},
    {"sqlalchemy.engine.create_engine", CallEffect::session},
    {"sqlalchemy.engine_from_config", CallEffect::session},
    {"sqlalchemy.event", CallEffect::session},
    {"sqlalchemy.ext.asyncio", CallEffect::session},
    {"sqlalchemy.orm.Session", CallEffect::session},
    {"sqlalchemy.orm.session", CallEffect::session},
    {"sqlalchemy.orm.sessionmaker", CallEffect::session},
    {"sqlalchemy.orm.scoped_session", CallEffect::session},
    {"sqlalchemy_utils", CallEffect::pure},
    {"sqlmodel.sql.sqltypes", CallEffect::pure},  // types, as autogenerate writes them
    {"sqlmodel.AutoString", CallEffect::pure},
    {"advanced_alchemy.types", CallEffect::pure},
    {"geoalchemy2", CallEffect::pure},
    {"pgvector", CallEffect::pure},
    {"alembic.context", CallEffect::pure},
    {"alembic.util", CallEffect::pure},
    {"psycopg2", CallEffect::session},
    {"psycopg2.sql", CallEffect::pure},
    {"psycopg", CallEffect::session},
    {"asyncpg", CallEffect::session},
    {"datetime", CallEffect::pure},
    {"time", CallEffect::pure},
    {"uuid", CallEffect::pure},
    {"json", CallEffect::pure},
    {"re", CallEffect::pure},
    {"typing", CallEffect::pure},
    {"enum", CallEffect::pure},
    {"logging", CallEffect::pure},
    {"warnings", CallEffect::pure},
    {"textwrap", CallEffect::pure},
    {"collections", CallEffect::pure},
    {"itertools", CallEffect::pure},
    {"functools", CallEffect::pure},
    {"operator", CallEffect::pure},
    {"contextlib", CallEffect::pure},
    {"string", CallEffect::pure},
    {"decimal", CallEffect::pure},
    {"math", CallEffect::pure},
    {"random", CallEffect::pure},
    {"secrets", CallEffect::pure},
    {"hashlib", CallEffect::pure},
    {"base64", CallEffect::pure},
    {"copy", CallEffect::pure},
    {"dataclasses", CallEffect::pure},
    {"zoneinfo", CallEffect::pure},
    {"pytz", CallEffect::pure},
    {"dialect", CallEffect::pure},  // of op.get_bind()
});

bool is_at_or_below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '.');
}

}  // namespace

CallEffect effect_of_call(std::string_view path) {
  const Prefix* best = nullptr;
  for (const Prefix& prefix : prefixes)
    if (is_at_or_below(path, prefix.path) && (!best || prefix.path.size() > best->path.size())) best = &prefix;
  return best ? best->effect : CallEffect::unknown;
}

bool is_library(std::string_view top) {
  if (top == "alembic" || top == "builtins") return true;
  return std::ranges::any_of(prefixes, [&](const Prefix& prefix) { return is_at_or_below(prefix.path, top); });
}

}  // namespace orchestrate
