#pragma once

#include <cstdint>
#include <string>

#include "orchestrate/json.hpp"

namespace orchestrate {

/// What a worker is to do, and for whom. The daemon writes it, the worker reads it; it holds no secret.
struct Request {
  std::string app, verb;
  std::string run;        ///< id of the run to make, or of the one to go on with
  std::uint32_t uid = 0;  ///< of who asked
  std::string id;         ///< what the caller calls this request; may be empty
  Json options = Json::object();

  bool operator==(const Request&) const = default;
};

Json to_json(const Request& request);
/// Throws Error (`failed`).
Request request_from_json(const Json& json);

}  // namespace orchestrate
