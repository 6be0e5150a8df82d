#include "rehearsal/stand_in.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "backup/restore.hpp"
#include "backup/server.hpp"
#include "backup/tools.hpp"
#include "backup/wording.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/size_text.hpp"
#include "rehearsal/recorder.hpp"
#include "rehearsal/surroundings.hpp"
#include "review/text_of_file.hpp"

namespace orchestrate::rehearsal {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* proc_net_unix = "/proc/net/unix";

/// Of the servers that the policy knows by a directory.
std::vector<fs::path> socket_directories(const Application& application) {
  std::vector<fs::path> directories;
  const auto add = [&](const DatabaseUrl& url) {
    if (url.host.starts_with('/')) directories.emplace_back(url.host);
  };
  add(application.database);
  if (application.direct) add(*application.direct);
  if (application.admin) add(*application.admin);
  return directories;
}

bool is_archive(backup::Format format) {
  return format == backup::Format::custom || format == backup::Format::directory || format == backup::Format::tar;
}

}  // namespace

Task<std::optional<backup::Refusal>> in_stand_in(StageContext& context, Blueprint blueprint,
                                                 std::function<Task<>(const StandIn&)> work) {
  StandIn stand_in(context, std::move(blueprint));
  std::optional<backup::Refusal> refusal;
  std::exception_ptr problem;
  try {
    refusal = co_await stand_in.fill();
    if (!refusal) co_await work(stand_in);
  } catch (...) {
    problem = std::current_exception();
  }
  co_await stand_in.end();
  if (problem) std::rethrow_exception(problem);
  co_return refusal;
}

Task<> StandIn::end() {
  if (cluster_) co_await cluster_->end();
  cluster_.reset();
}

Task<std::optional<backup::Refusal>> StandIn::fill() {
  const Application& application = context_.application;
  const backup::Server server = co_await backup::ask_server(application, context_.ports.databases, context_.stop);
  major_ = server.major;
  scratch::sweep(context_.state);
  if (!blueprint_.dump.empty()) co_await fit(server);
  expect_time();
  const std::uint64_t memory = memory_within(blueprint_.budget, context_.ports.host.available_memory());
  Enclosure around = enclosure();
  co_await expect_enclosure(std::move(around));
  scratch::Place place{.programs = scratch::server_programs(application.policy.postgres_bin, major_),
                       .parent = context_.state,
                       .log = context_.output,
                       .port = blueprint_.redirection.port,
                       .sockets = blueprint_.redirection.socket_directory,
                       .settings = recording_settings(major_),
                       .preload = application.policy.postgres_preload};
  place.settings.emplace_back("listen_addresses=127.0.0.1");
  place.settings.emplace_back(shares_.empty() ? "max_wal_size=1GB" : "max_wal_size=256MB");  // with server_itself
  for (std::string& setting : memory_settings(memory)) place.settings.push_back(std::move(setting));
  place.around = [this](const fs::path& directory) {
    Enclosure now = enclosure();  // servers of others come and go
    replace(now, directory);
    return enclosing(now, directory);
  };
  context_.progress("making a throw-away server");
  cluster_ = co_await scratch::Cluster::make(context_.ports, std::move(place), context_.stop);
  co_await make_roles(context_, *cluster_, major_);
  co_await make_database(context_, *cluster_);
  const auto copy = co_await session(context_.stop);
  co_await expect_extensions(context_, *copy);
  if (!blueprint_.dump.empty()) co_return co_await restore(*copy);
  co_await make_preconditions(context_, *copy);
  co_return std::nullopt;
}

/// By what the last restore took.
void StandIn::expect_time() const {
  constexpr std::uint64_t comparable = 4;  // times as much: what a server takes to start says nothing about gigabytes
  const auto& [took, copied] = blueprint_.last_restore;
  if (copied == 0 || copied_ / comparable >= copied) return;
  const double expected =
      static_cast<double>(took.count()) * static_cast<double>(copied_) / static_cast<double>(copied);
  const std::chrono::milliseconds all(static_cast<std::int64_t>(expected));
  if (all < blueprint_.limit) return;
  throw Error(ErrorKind::failed, "rehearse " + context_.application.policy.app,
              fmt::format("the last one took {} to restore {}, so {} of now take {}, and this one has {}",
                          backup::duration_text(took), size_text(copied), size_text(copied_),
                          backup::duration_text(all), backup::duration_text(blueprint_.limit)),
              "raise the stage's timeout, or have a smaller sample: rehearsal: { disk: ... }");
}

/// Decides whether the copy holds all of production, or which share of its large tables. Throws Error where even that
/// would be too much.
Task<> StandIn::fit(const backup::Server& server) {
  const std::uint64_t free = context_.ports.host.space(context_.state).available;
  std::uint64_t room = free - std::min(free, backup::server_itself);
  if (blueprint_.budget.disk > 0) room = std::min(room, blueprint_.budget.disk);
  copied_ = server.database_size;
  const std::uint64_t needed = backup::copy_size(server.database_size);
  if (needed <= room) co_return;
  std::optional<Shares> shares;
  if (is_archive(blueprint_.format)) {
    const auto live = co_await session_on_production(context_);
    const auto tables = co_await table_sizes(*live, context_.stop);
    std::uint64_t beside = server.database_size;  // catalogs, large objects
    for (const TableSize& table : tables) beside -= std::min(beside, table.bytes);
    copied_ = backup::database_size_within(room);
    if (copied_ > beside) shares = shares_within(tables, copied_ - beside);
  }
  if (!shares)
    throw Error(ErrorKind::failed, "rehearse " + context_.application.policy.app,
                fmt::format("a copy of {} may take {}, and there is room for {}", server.database, size_text(needed),
                            size_text(room)),
                fmt::format("{}free {} in {}, or raise rehearsal.disk",
                            is_archive(blueprint_.format) ? "" : "take archives, of which a sample can be made, or ",
                            size_text(needed - room), context_.state.string()));
  shares_ = std::move(*shares);
}

Enclosure StandIn::enclosure() const {
  const Application& application = context_.application;
  std::ifstream sockets(proc_net_unix);
  Enclosure enclosure =
      enclosure_without(listening_sockets(sockets), socket_directories(application),
                        {application.policy.project.path, application.home, context_.state, "/etc", "/usr", "/dev"});
  enclosure.writable = blueprint_.writable;
  return enclosure;
}

void StandIn::replace(Enclosure& enclosure, const fs::path& directory) {
  for (const fs::path& original : blueprint_.copied) {
    const fs::path copy = directory / fmt::format("copy-{}", copies_.size());
    fs::copy(original, copy, fs::copy_options::recursive);
    copies_.push_back(copy);
    enclosure.copied.push_back({original, copy});
  }
  if (blueprint_.url_file.empty()) return;
  if (!fs::is_regular_file(blueprint_.url_file))
    throw Error(ErrorKind::policy, "rehearse " + context_.application.policy.app,
                blueprint_.url_file.string() + " is not there, or no file", "correct rehearsal.url_file in the policy");
  const DatabaseUrl& production = context_.application.database;
  const ReplacedUrls replaced = with_urls_replaced(text_of_file(blueprint_.url_file), production,
                                                   sqlalchemy_url(production, blueprint_.redirection.port));
  if (replaced.count == 0)
    throw Error(ErrorKind::policy, "rehearse " + context_.application.policy.app,
                blueprint_.url_file.string() + " holds no URL of production's database",
                "name the file in which it stands as rehearsal: { url_file: PATH }");
  const fs::path copy = directory / "url_file";
  std::ofstream(copy) << replaced.text;
  enclosure.replaced.push_back({blueprint_.url_file, copy});
}

Task<std::optional<backup::Refusal>> StandIn::restore(Database& copy) {
  const backup::ToolSearch search{.bin = context_.application.policy.postgres_bin};
  backup::Trial trial{.dump = blueprint_.dump, .format = blueprint_.format, .major = major_, .limit = blueprint_.limit};
  trial.pg_restore = co_await backup::find_pg_restore(context_.ports.commands, search, major_, context_.stop);
  if (shares_.empty()) co_return co_await backup::load_dump(context_, std::move(trial), url());
  trial.section = "pre-data";
  auto refusal = co_await backup::load_dump(context_, trial, url());
  if (refusal) co_return refusal;
  co_await begin_sampling(copy, shares_, context_.stop);
  trial.section = "data";
  refusal = co_await backup::load_dump(context_, trial, url());
  if (refusal) co_return refusal;
  co_await end_sampling(copy, context_.stop);
  context_.progress("removing references to rows that are not in the sample");
  std::vector<ForeignKey> keys = co_await keys_of_production();
  shares_ = co_await remove_orphans(copy, std::move(keys), shares_, context_.stop);
  for (const auto& [table, share] : shares_)
    if (share == 0)
      throw Error(ErrorKind::failed, "rehearse " + context_.application.policy.app,
                  "no row of " + table + " would be left in a sample", "make room for more, or raise rehearsal.disk");
  trial.section = "post-data";
  refusal = co_await backup::load_dump(context_, std::move(trial), url());
  if (refusal) refusal->fix = "a sample may lack what this needs: make room for all of it, or raise rehearsal.disk";
  co_return refusal;
}

Task<std::vector<ForeignKey>> StandIn::keys_of_production() const {
  const auto live = co_await session_on_production(context_);
  co_return co_await foreign_keys(*live, context_.stop);
}

/// Tried with nothing in it, for its own words about what the host forbids.
Task<> StandIn::expect_enclosure(Enclosure enclosure) {
  Command nothing;
  nothing.argv = enclosing(enclosure, context_.state);
  nothing.argv.emplace_back("/bin/true");
  nothing.directory = "/";
  nothing.timeout = 30s;
  const Exit exit = co_await context_.ports.commands.run(std::move(nothing), context_.stop);
  if (exit.ok()) co_return;
  throw Error(exit.cause == Exit::Cause::stopped ? ErrorKind::stopped : ErrorKind::failed,
              "keep the rehearsal away from production", exit.err.empty() ? exit.text() : backup::complaint(exit.err),
              "users must be allowed to make namespaces: sysctl user.max_user_namespaces, "
              "kernel.unprivileged_userns_clone; a worker must be, too: orchestrate init writes that where the policy "
              "has a rehearsal, and --local needs no worker");
}

Command StandIn::within(Command command) const {
  Argv words = entering(cluster_->process(), command.directory);
  words.insert(words.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(words);
  const auto set = [&](const std::string& name, const std::string& value) {
    std::erase_if(command.environment, [&](const auto& variable) { return variable.first == name; });
    command.environment.emplace_back(name, Secret(value));
  };
  set("TMPDIR", cluster_->directory().string());
  for (const auto& [name, value] : blueprint_.environment) set(name, value);
  for (const auto& [name, value] : blueprint_.redirection.variables) set(name, value);
  return command;
}

Task<std::unique_ptr<Database>> StandIn::session(std::stop_token stop) const {
  const SessionOptions options = writing();
  co_return co_await context_.ports.databases.connect(url(), options, stop);
}

Task<std::unique_ptr<Database>> StandIn::session_beside(std::stop_token stop) const {
  const SessionOptions options = writing();
  co_return co_await context_.ports.databases.connect(cluster_->url(maintenance_database), options, stop);
}

DatabaseUrl StandIn::url() const {
  return cluster_->url(context_.application.database.database);
}

}  // namespace orchestrate::rehearsal
