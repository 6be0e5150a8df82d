#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "orchestrate/ports.hpp"
#include "schema/client_sessions.hpp"

namespace orchestrate {

/// Which of a database's sessions are the migration's. A session is ours when that is proven, by one of these:
/// - it was not there before the migration, and has the name that only this run's migration is given;
/// - its TCP connection is, end for end, one of our child's;
/// - over unix sockets, where a server's side names no client: it holds a lock on the version table, and there are
///   exactly as many new local sessions as our children have connections to this server's socket, so all are theirs;
///   in two looks, since a child that logs in is not seen by the server yet, and another may stand in its place.
/// Whoever was there before, and whoever cannot be told from others, is never ours.
class OwnSessions {
 public:
  /// `before`: the sessions before the migration was started. `port`: the server's own setting.
  OwnSessions(std::string application_name, const std::vector<ClientSession>& before, std::string port);

  /// Finds out what can be proven now; what was once proven stays.
  void look(const std::vector<ClientSession>& now, const std::vector<Connection>& of_children);
  /// Whether anything in `now` is not known to be ours or another's without knowing our children's connections.
  bool unsure(const std::vector<ClientSession>& now) const;
  bool contains(const ClientSession& session) const { return own_.contains(id(session)); }
  /// Whether it has the name that we put into its environment.
  bool is_named(const ClientSession& session) const { return session.application_name == application_name_; }
  /// Not there before, and not another tool of ours.
  bool is_new(const ClientSession& session) const;
  bool empty() const { return own_.empty(); }

 private:
  using Id = std::pair<std::string, std::string>;
  static Id id(const ClientSession& session) { return {session.pid, session.began}; }
  bool proven_by_address(const ClientSession& session, const std::vector<Connection>& of_children) const;
  bool all_local_ones_are_ours(const std::vector<ClientSession>& now, const std::vector<Connection>& of_children) const;

  std::string application_name_, port_;
  std::set<Id> before_, own_;
  std::set<Id> counted_;  // in the last look, by the number of local sessions
};

}  // namespace orchestrate
