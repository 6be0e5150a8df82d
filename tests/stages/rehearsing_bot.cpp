#include "stages/rehearsing_bot.hpp"

#include <unistd.h>

#include "files/file_facts.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/rehearsal.hpp"
#include "system/user.hpp"

namespace orchestrate {
namespace {

/// No server runs as root, and ours runs as whoever asks for it.
const bool unprivileged = [] {
  if (::geteuid() == 0) system::become(system::find_account("postgres").value());
  return true;
}();

std::string body_of(const std::string& lines) {
  std::string text;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    text += "    " + lines.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return text;
}

}  // namespace

const char* const rehearsed_env_py = R"(import os

from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, version_table_schema="cfg")
    with context.begin_transaction():
        context.run_migrations()
)";

const char* const rehearsed_async_env_py = R"(import asyncio, os
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine
def run(connection):
    context.configure(connection=connection, version_table_schema="cfg")
    with context.begin_transaction():
        context.run_migrations()
async def main():
    async with create_async_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool).connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
asyncio.run(main())
)";

RehearsingBot::RehearsingBot() {
  bench.checkout.write("migrations/env.py", rehearsed_env_py);
  std::filesystem::create_directory(state());
  rehearsal_settings.set("round_trip", true, {});
}

void RehearsingBot::revision(const std::string& up, const std::string& down) const {
  bench.checkout.write(
      "migrations/versions/002.py",
      "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '002'\ndown_revision = '001'\n\n\n"
      "def upgrade():\n" +
          body_of(up) + "\n\ndef downgrade():\n" + body_of(down));
}

Outcome RehearsingBot::rehearse() {
  reviewed();
  const std::string dump = (bench.checkout.scratch() / "app.dump").string();
  sh("pg_dump -Fc --file=" + dump + " -h " + server->socket_directory().string() + " -U postgres app");
  const auto file = files::file_facts(dump).value();
  const auto modified = std::chrono::duration_cast<std::chrono::nanoseconds>(file.modified.time_since_epoch());
  Json proof = Json::object({{"path", dump}, {"format", "custom"}, {"sha256", "x"}, {"taken_at", "y"}});
  proof.set("device", file.device).set("inode", file.inode).set("modified_ns", modified.count());
  bench.prove({{std::string(evidence::backup_intact), std::move(proof)}});
  const std::string before = everything();
  Outcome outcome = bench.run(rehearsal_stage, rehearsal_settings);
  EXPECT_EQ(everything(), before) << "production has changed";
  EXPECT_TRUE(std::filesystem::is_empty(state())) << "something is left behind";
  return outcome;
}

std::string RehearsingBot::everything() const {
  return sh("pg_dump -h " + server->socket_directory().string() + " -U postgres app | grep -v restrict");
}

const Json& RehearsingBot::facts(const Outcome& outcome) {
  for (const Evidence& proof : outcome.evidence)
    if (proof.name == evidence::rehearsal_passed) return proof.facts;
  ADD_FAILURE() << outcome.summary << "\n" << text_of(outcome);
  static const Json none;
  return none;
}

}  // namespace orchestrate
