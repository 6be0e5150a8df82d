#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bus/authority.hpp"
#include "bus/connection.hpp"
#include "daemon/questions.hpp"
#include "orchestrate/run.hpp"
#include "orchestrate/task.hpp"
#include "request/verbs.hpp"

namespace orchestrate::daemon {

/// Who may have what; polkit decides for everybody but root, who may all. Every refusal, and every failure to find out,
/// is an Error (`denied`).
class Rights {
 public:
  explicit Rights(bus::Connection& connection) : connection_(connection) {}

  Task<> demand(std::string client, Right right, std::string app, std::string verb) const;
  /// Whoever asked for a run may read it.
  Task<> demand_read(std::string client, const Run& run) const;
  /// The same of a run, or none, that was found by its id: neither the refusal nor a question for a password tells
  /// which of the two.
  Task<> demand_found(std::string client, std::optional<Run> run) const;
  Task<std::uint32_t> uid(std::string client) const;

 private:
  /// `caller`: the uid behind `client`.
  Task<bool> may(std::uint32_t caller, std::string client, Right right, std::string app, std::string verb,
                 bus::Ask ask) const;
  Task<> demand_of(std::uint32_t caller, std::string client, Right right, std::string app, std::string verb) const;
  static bool asked_for(std::uint32_t uid, const Run& run);

  bus::Connection& connection_;
  mutable Questions questions_;
};

}  // namespace orchestrate::daemon
