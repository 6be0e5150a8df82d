#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backup/format.hpp"
#include "backup/refusal.hpp"
#include "backup/server.hpp"
#include "orchestrate/stage.hpp"
#include "rehearsal/budget.hpp"
#include "rehearsal/enclosure.hpp"
#include "rehearsal/redirection.hpp"
#include "rehearsal/sample.hpp"
#include "scratch/cluster.hpp"

namespace orchestrate::rehearsal {

/// What a stand-in is made of.
struct Blueprint {
  std::filesystem::path dump;  ///< empty: the database stays empty
  backup::Format format = backup::Format::custom;
  Redirection redirection;
  std::filesystem::path url_file;               ///< of the project, in which production's URL stands; empty: none
  std::vector<std::filesystem::path> writable;  ///< of the host, by what runs there
  std::vector<std::filesystem::path> copied;    ///< directories that are copies there, which may be written
  std::vector<std::pair<std::string, std::string>> environment;  ///< instead of what the env file says
  std::chrono::milliseconds limit{0};                            ///< for the restore
  Budget budget;
  /// How long it took to restore how many bytes; 0: it is not known.
  std::pair<std::chrono::milliseconds, std::uint64_t> last_restore{0, 0};
};

/// A copy of production's database in a server of its own that nothing but the rehearsal can reach, and from which
/// nothing of production can be reached. The database has its name, its properties and its roles, with their
/// attributes, memberships and settings; passwords do not count. It writes down what happens in it.
class StandIn {
 public:
  /// A command of the project, so that it finds this database in the place of production's.
  Command within(Command command) const;
  /// In the database, as a superuser.
  Task<std::unique_ptr<Database>> session(std::stop_token stop) const;
  /// Beside it, on the same server: nothing that is done there is in the database.
  Task<std::unique_ptr<Database>> session_beside(std::stop_token stop) const;
  DatabaseUrl url() const;
  int major() const { return major_; }  ///< version of the server
  /// The copies of `copied`, in their order.
  const std::vector<std::filesystem::path>& copies() const { return copies_; }
  /// Of tables that it holds a sample of, since all of them would not have fitted.
  const Shares& shares() const { return shares_; }
  /// How much of production's data it holds, in bytes, an estimate.
  std::uint64_t copied() const { return copied_; }

 private:
  friend Task<std::optional<backup::Refusal>> in_stand_in(StageContext& context, Blueprint blueprint,
                                                          std::function<Task<>(const StandIn&)> work);
  StandIn(StageContext& context, Blueprint blueprint) : context_(context), blueprint_(std::move(blueprint)) {}
  /// Throws Error, or refuses; what there is by then is to be ended.
  Task<std::optional<backup::Refusal>> fill();
  /// Ends the server and removes it; never throws.
  Task<> end();
  Enclosure enclosure() const;
  /// What of the host is another one in the enclosure, made in the server's own directory.
  void replace(Enclosure& enclosure, const std::filesystem::path& directory);
  Task<> fit(const backup::Server& server);
  void expect_time() const;
  Task<std::vector<ForeignKey>> keys_of_production() const;
  Task<std::optional<backup::Refusal>> restore(Database& copy);
  Task<> expect_enclosure(Enclosure enclosure);

  StageContext& context_;
  Blueprint blueprint_;
  int major_ = 0;
  std::vector<std::filesystem::path> copies_;
  Shares shares_;
  std::uint64_t copied_ = 0;
  std::unique_ptr<scratch::Cluster> cluster_;
};

/// Reads production's roles, properties and extensions, restores the dump into a stand-in, has `work` done in it, and
/// takes it away, whatever happens; what a killed process leaves the next one's sweep removes. A dump that cannot be
/// restored is a refusal, and then no work was done.
Task<std::optional<backup::Refusal>> in_stand_in(StageContext& context, Blueprint blueprint,
                                                 std::function<Task<>(const StandIn&)> work);

}  // namespace orchestrate::rehearsal
