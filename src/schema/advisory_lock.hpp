#pragma once

#include <memory>
#include <string>

#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/run_lock.hpp"

namespace orchestrate {

/// `pg_try_advisory_lock` on a direct autocommit session of its own, polled: the blocking form would make a CREATE
/// INDEX CONCURRENTLY of the holder wait for us. The key is made from the version table; advisory locks are per
/// database. It counts as taken while an upgrade is still at work in the server, though its run is dead. `owner` is
/// shown to whoever finds it taken, such as "apply 20261120-091403-7f3a on vps1".
std::unique_ptr<RunLock> make_advisory_lock(Databases& databases, Clock& clock, DatabaseUrl url,
                                            TableName version_table, std::string owner);

}  // namespace orchestrate
