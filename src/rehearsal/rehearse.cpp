#include "rehearsal/rehearse.hpp"

#include <algorithm>
#include <memory>

#include "orchestrate/error.hpp"
#include "schema/state.hpp"

namespace orchestrate::rehearsal {
namespace {

// Named, because g++ 12 miscompiles a text that is made inside a co_await.
const std::string contact_phase = "contact", migrate_phase = "migrate", back_phase = "back", again_phase = "again";

using Answer = std::variant<Rehearsed, NoContact, backup::Refusal>;

/// One stand-in, from its first command to its last.
class Rehearsal {
 public:
  Rehearsal(StageContext& context, const StandIn& stand_in, Commands commands)
      : context_(context), stand_in_(stand_in), commands_(std::move(commands)) {}

  Task<std::variant<Rehearsed, NoContact>> run() {
    session_ = co_await stand_in_.session(context_.stop);
    log_ = co_await stand_in_.session_beside(context_.stop);
    const TableName version_table = context_.application.policy.migrations.version_table;
    co_await install_recorder(*session_, version_table, context_.stop);
    co_await log_sessions(*session_, context_.stop);
    if (commands_.current) {
      context_.progress("asking whether the project comes to the copy");
      const Exit exit = co_await phase(contact_phase, *commands_.current);
      const auto lines = co_await lines_since(*log_, context_.ports.clock, contact_phase, context_.stop);
      if (!exit.ok() || lines.empty()) co_return NoContact{exit};
    }
    Rehearsed done{.shares = stand_in_.shares(), .copied = stand_in_.copied()};
    context_.progress("counting rows");
    co_await others_ended();  // whoever restored
    done.before = co_await survey(context_, stand_in_, counters_);
    const auto half_made =
        co_await half_made_objects(*session_, app_schemas(context_.application.policy), context_.stop);
    context_.progress("migrating the copy");
    done.exit = co_await phase(migrate_phase, commands_.migrate);
    const auto lines = co_await lines_since(*log_, context_.ports.clock, migrate_phase, context_.stop);
    done.recording = recording_of(lines, tables_of(done.before), context_.run.direction());
    if (!commands_.current && lines.empty()) co_return NoContact{done.exit};
    done.after = co_await survey(context_, stand_in_, counters_, done.before);
    done.half_made = co_await half_made_objects(*session_, app_schemas(context_.application.policy), context_.stop);
    std::erase_if(done.half_made,
                  [&](const std::string& object) { return std::ranges::find(half_made, object) != half_made.end(); });
    if (done.exit.ok() && commands_.back) done.way_back = co_await there_and_back(done);
    co_return done;
  }

 private:
  Task<Exit> phase(std::string name, Command command) {
    co_await mark(*log_, name, context_.stop);
    Command inside = stand_in_.within(std::move(command));
    const Exit exit = co_await context_.ports.commands.run(std::move(inside), context_.stop);
    if (exit.cause == Exit::Cause::stopped) throw Error(ErrorKind::stopped, "rehearse", exit.text());
    co_await others_ended();
    const std::string end = "end of " + name;
    co_await mark(*log_, end, context_.stop);
    co_return exit;
  }

  Task<> others_ended() {
    const std::string database = context_.application.database.database;
    const bool have_ended = co_await sessions_ended(*log_, context_.ports.clock, database, context_.stop);
    if (!have_ended) counters_ = Counters::may_lag;
  }

  Task<WayBack> there_and_back(const Rehearsed& done) {
    WayBack way_back;
    context_.progress("migrating the copy back");
    const Exit back = co_await phase(back_phase, *commands_.back);
    if (!back.ok()) co_return failed(std::move(way_back), back);
    const backup::Hashes then = co_await definitions_in(context_, stand_in_);
    way_back.differences = changes_between(done.before.definitions, then);
    way_back.result = way_back.differences.empty() ? WayBack::Result::works : WayBack::Result::differs;
    context_.progress("migrating the copy on again");
    const Exit again = co_await phase(again_phase, commands_.migrate);
    if (!again.ok()) co_return failed(std::move(way_back), again);
    const backup::Hashes now = co_await definitions_in(context_, stand_in_);
    const auto differences = changes_between(done.after.definitions, now);
    if (!differences.empty() && way_back.differences.empty()) way_back.differences = differences;
    if (!differences.empty()) way_back.result = WayBack::Result::differs;
    co_return way_back;
  }

  static WayBack failed(WayBack way_back, const Exit& exit) {
    way_back.result = WayBack::Result::fails;
    way_back.why = exit.err.empty() ? exit.text() : exit.err;
    return way_back;
  }

  StageContext& context_;
  const StandIn& stand_in_;
  Commands commands_;
  std::unique_ptr<Database> session_, log_;
  Counters counters_ = Counters::tell_all;
};

}  // namespace

Task<Answer> rehearse(StageContext& context, Blueprint blueprint, Commands commands) {
  const auto began = context.ports.clock.boot();
  std::variant<Rehearsed, NoContact> found;
  const auto work = [&](const StandIn& stand_in) -> Task<> {
    const auto restored_in = context.ports.clock.boot() - began;
    Rehearsal rehearsal(context, stand_in, std::move(commands));
    found = co_await rehearsal.run();
    if (auto* done = std::get_if<Rehearsed>(&found)) done->restored_in = restored_in;
  };
  const auto refusal = co_await in_stand_in(context, std::move(blueprint), work);
  if (refusal) co_return *refusal;
  if (const auto* none = std::get_if<NoContact>(&found)) co_return *none;
  co_return std::move(std::get<Rehearsed>(found));
}

}  // namespace orchestrate::rehearsal
