#pragma once

#include "orchestrate/stage.hpp"
#include "scratch/cluster.hpp"

namespace orchestrate::rehearsal {

/// Any other database of a server may be called as production's is.
inline constexpr const char* maintenance_database = "template1";

/// Of a superuser's session on a copy, which may change it.
SessionOptions writing();

/// A session on production that reads, past its pooler.
Task<std::unique_ptr<Database>> session_on_production(const StageContext& context);

/// Production's roles, with their attributes, memberships and settings, and without passwords, as pg_dumpall writes
/// them. That the superuser is there already is no matter, nor is a tablespace.
Task<> make_roles(StageContext& context, const scratch::Cluster& cluster, int major);

/// An empty database of production's name and properties.
Task<> make_database(StageContext& context, const scratch::Cluster& cluster);

/// Throws Error that names the extensions of production which the server of `copy` lacks: the dump would fail halfway.
Task<> expect_extensions(StageContext& context, Database& copy);

/// What the first migration finds and none of them makes: the schema of the version table, which Alembic makes before
/// it runs any, and extensions that somebody else made, for that takes more rights than the project has.
Task<> make_preconditions(StageContext& context, Database& copy);

}  // namespace orchestrate::rehearsal
