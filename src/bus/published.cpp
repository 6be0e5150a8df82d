#include "bus/published.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "bus/connection.hpp"
#include "bus/dialect.hpp"
#include "bus/dictionary.hpp"
#include "bus/refusal.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/exit_code.hpp"

namespace orchestrate::bus {
namespace {

void answer_failure(const sdbus::MethodCall& call, std::exception_ptr failure) {
  std::string name = error_name(1), text = "internal error";
  try {
    std::rethrow_exception(failure);
  } catch (const Refused& refused) {
    name = error_name(refused.exit_code());
    text = refused.what();
  } catch (const Error& error) {
    name = error_name(exit_code(error.kind()));
    text = error.what();
  } catch (const std::exception& error) {
    text = error.what();
  }
  reply_with_error(call, {name, text});
}

using Act = std::function<Task<>(const sdbus::MethodCall&, sdbus::MethodReply&)>;

/// Runs the method and answers its call, whatever becomes of the caller meanwhile.
Task<> answered(Connection& connection, sdbus::MethodCall call, Act act) {
  std::exception_ptr failure;
  try {
    sdbus::MethodReply reply = call.createReply();
    co_await act(call, reply);
    if (!call.doesntExpectReply()) reply.send();
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) answer_failure(call, failure);
  connection.sent();
}

void answer(Connection& connection, sdbus::MethodCall call, Act act) {
  // What cannot even be answered is a lost bus, and that ends us.
  boost::asio::co_spawn(connection.io(), answered(connection, std::move(call), std::move(act)),
                        [](std::exception_ptr error) {
                          if (error) std::rethrow_exception(error);
                        });
}

class Manager final : public Published {
 public:
  Manager(Connection& connection, ManagerApi& api, std::string version)
      : connection_(connection), api_(api), version_(std::move(version)) {
    const auto start = [this](sdbus::MethodCall call) {
      std::string app, verb;
      Dictionary options;
      call >> app >> verb >> options;
      answer(connection_, std::move(call), [this, app, verb, options](const auto& asked, auto& reply) {
        return started(asked.getSender(), app, verb, options, reply);
      });
    };
    const auto list = [this](sdbus::MethodCall call) {
      std::string app;
      std::uint32_t limit = 0;
      call >> app >> limit;
      answer(connection_, std::move(call), [this, app, limit](const auto& asked, auto& reply) {
        return listed(asked.getSender(), app, limit, reply);
      });
    };
    const auto get = [this](sdbus::MethodCall call) {
      std::string id;
      call >> id;
      answer(connection_, std::move(call),
             [this, id](const auto& asked, auto& reply) { return got(asked.getSender(), id, reply); });
    };
    object_ = publish(connection.raw(), manager_path, manager_interface,
                      {{"Start", "ssa{sv}", "o", {"app", "verb", "options"}, {"run"}, start},
                       {"ListRuns", "su", "a(ssssi)", {"app", "limit"}, {"runs"}, list},
                       {"GetRun", "s", "o", {"id"}, {"run"}, get}},
                      {{"Version", "s", [this](auto& reply) { reply << version_; }}}, {});
    connection.sent();
  }

 private:
  Task<> started(std::string client, std::string app, std::string verb, Dictionary options, sdbus::MethodReply& reply) {
    const std::string path = co_await api_.start(client, app, verb, to_json(options));
    reply << sdbus::ObjectPath(path);
  }
  Task<> listed(std::string client, std::string app, std::uint32_t limit, sdbus::MethodReply& reply) {
    using Row = sdbus::Struct<std::string, std::string, std::string, std::string, std::int32_t>;
    std::vector<Row> rows;
    const auto runs = co_await api_.list_runs(client, app, limit);
    rows.reserve(runs.size());
    for (const RunRow& run : runs) rows.emplace_back(run.id, run.verb, run.started, run.result, run.exit_code);
    reply << rows;
  }
  Task<> got(std::string client, std::string id, sdbus::MethodReply& reply) {
    const std::string path = co_await api_.get_run(client, id);
    reply << sdbus::ObjectPath(path);
  }

  Connection& connection_;
  ManagerApi& api_;
  std::string version_;
  std::unique_ptr<sdbus::IObject> object_;
};

constexpr const char* changed = "Changed";

/// Who has been told how a run is may hear that it has changed; nobody else hears anything of it.
class Listeners {
 public:
  void add(const std::string& client) {
    if (std::ranges::find(clients_, client) != clients_.end()) return;
    if (clients_.size() == most) clients_.erase(clients_.begin());
    clients_.push_back(client);
  }
  const std::vector<std::string>& clients() const { return clients_; }

 private:
  static constexpr std::size_t most = 64;
  std::vector<std::string> clients_;
};

class RunObject final : public PublishedRun {
 public:
  RunObject(Connection& connection, std::shared_ptr<RunApi> api, RunWords words)
      : connection_(connection), api_(std::move(api)), words_(std::move(words)) {
    const auto state = [this](sdbus::MethodCall call) {
      answer(connection_, std::move(call), [api = api_, listeners = listeners_](const auto& asked, auto& reply) {
        return described(api, listeners, asked.getSender(), reply);
      });
    };
    const auto events = [this](sdbus::MethodCall call) {
      std::uint64_t after = 0;
      call >> after;
      answer(connection_, std::move(call), [api = api_, after](const auto& asked, auto& reply) {
        return told(api, asked.getSender(), after, reply);
      });
    };
    const auto log = [this](sdbus::MethodCall call) {
      std::string stage;
      call >> stage;
      answer(connection_, std::move(call), [api = api_, stage](const auto& asked, auto& reply) {
        return logged(api, asked.getSender(), stage, reply);
      });
    };
    const auto cancel = [this](sdbus::MethodCall call) {
      bool by_force = false;
      call >> by_force;
      answer(connection_, std::move(call), [api = api_, by_force](const auto& asked, auto&) {
        return api->cancel(asked.getSender(), by_force ? Manner::by_force : Manner::in_order);
      });
    };
    object_ = publish(connection.raw(), run_path(words_.id), run_interface,
                      {{"GetState", "", "a{sv}", {}, {"state"}, state},
                       {"Events", "t", "as", {"after"}, {"events"}, events},
                       {"Log", "s", "ayt", {"stage"}, {"end", "size"}, log},
                       {"Cancel", "b", "", {"by_force"}, {}, cancel}},
                      {}, {changed});
    connection.sent();
  }

  const RunWords& words() const override { return words_; }

  void show(RunWords words) override {
    if (words == words_) return;
    words_ = std::move(words);
    for (const std::string& client : listeners_->clients()) send_signal(*object_, run_interface, changed, client);
    connection_.sent();
  }

 private:
  static Task<> described(std::shared_ptr<RunApi> api, std::shared_ptr<Listeners> listeners, std::string client,
                          sdbus::MethodReply& reply) {
    const RunWords words = co_await api->words(client);
    listeners->add(client);
    reply << to_dictionary(to_json(words));
  }
  static Task<> told(std::shared_ptr<RunApi> api, std::string client, std::uint64_t after, sdbus::MethodReply& reply) {
    const auto texts = co_await api->events(client, after);
    reply << texts;
  }
  static Task<> logged(std::shared_ptr<RunApi> api, std::string client, std::string stage, sdbus::MethodReply& reply) {
    const StageLog log = co_await api->log(client, stage);
    reply << std::vector<std::uint8_t>(log.end.begin(), log.end.end()) << log.size;
  }

  Connection& connection_;
  std::shared_ptr<RunApi> api_;
  RunWords words_;
  std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();
  std::unique_ptr<sdbus::IObject> object_;
};

}  // namespace

std::string run_path(const std::string& run_id) {
  std::string path = std::string(manager_path) + "/run/" + run_id;
  std::ranges::replace(path, '-', '_');
  return path;
}

Json to_json(const RunWords& words) {
  return Json::object({{"App", words.app},
                       {"Id", words.id},
                       {"Verb", words.verb},
                       {"State", words.state},
                       {"Stage", words.stage},
                       {"Progress", words.progress},
                       {"Result", words.result},
                       {"ExitCode", words.exit_code},
                       {"Sequence", static_cast<std::int64_t>(words.sequence)}});
}

RunWords words_from(const Json& json) {
  return {.app = json["App"].as_string(),
          .id = json["Id"].as_string(),
          .verb = json["Verb"].as_string(),
          .state = json["State"].as_string(),
          .stage = json["Stage"].as_string(),
          .progress = json["Progress"].as_string(),
          .result = json["Result"].as_string(),
          .exit_code = static_cast<std::int32_t>(json["ExitCode"].as_integer()),
          .sequence = static_cast<std::uint64_t>(json["Sequence"].as_integer())};
}

std::unique_ptr<Published> publish_manager(Connection& connection, ManagerApi& api, std::string version) {
  return std::make_unique<Manager>(connection, api, std::move(version));
}

std::unique_ptr<PublishedRun> publish_run(Connection& connection, std::shared_ptr<RunApi> api, RunWords words) {
  return std::make_unique<RunObject>(connection, std::move(api), std::move(words));
}

}  // namespace orchestrate::bus
