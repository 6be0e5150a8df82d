#include "stages/own_sessions.hpp"

#include <algorithm>

namespace orchestrate {
namespace {

/// A hidden session may be local.
bool may_be_local(const ClientSession& session) {
  return session.client.empty() || session.client == "local";
}

}  // namespace

OwnSessions::OwnSessions(std::string application_name, const std::vector<ClientSession>& before, std::string port)
    : application_name_(std::move(application_name)), port_(std::move(port)) {
  for (const ClientSession& session : before) before_.insert(id(session));
}

bool OwnSessions::is_new(const ClientSession& session) const {
  if (before_.contains(id(session))) return false;
  return is_named(session) || !session.application_name.starts_with("orchestrate ");
}

bool OwnSessions::unsure(const std::vector<ClientSession>& now) const {
  return std::ranges::any_of(
      now, [&](const ClientSession& session) { return is_new(session) && !contains(session) && !is_named(session); });
}

bool OwnSessions::proven_by_address(const ClientSession& session, const std::vector<Connection>& of_children) const {
  return std::ranges::any_of(of_children, [&](const Connection& connection) {
    return !connection.local.empty() && connection.local == session.client && connection.remote.ends_with(":" + port_);
  });
}

bool OwnSessions::all_local_ones_are_ours(const std::vector<ClientSession>& now,
                                          const std::vector<Connection>& of_children) const {
  const auto at_our_end = std::ranges::count_if(of_children, [&](const Connection& connection) {
    return connection.local.empty() && connection.remote.ends_with("/.s.PGSQL." + port_);
  });
  const auto at_its_end = std::ranges::count_if(
      now, [&](const ClientSession& session) { return is_new(session) && may_be_local(session); });
  return at_our_end > 0 && at_our_end == at_its_end;
}

void OwnSessions::look(const std::vector<ClientSession>& now, const std::vector<Connection>& of_children) {
  const bool local_ones = all_local_ones_are_ours(now, of_children);
  std::set<Id> counted;
  for (const ClientSession& session : now) {
    if (!is_new(session)) continue;
    if (local_ones && session.client == "local" && session.holds_version_table) counted.insert(id(session));
    const bool by_count = counted.contains(id(session)) && counted_.contains(id(session));
    if (is_named(session) || by_count || proven_by_address(session, of_children)) own_.insert(id(session));
  }
  counted_ = std::move(counted);
}

}  // namespace orchestrate
