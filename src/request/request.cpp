#include "request/request.hpp"

namespace orchestrate {

Json to_json(const Request& request) {
  return Json::object({{"app", request.app},
                       {"verb", request.verb},
                       {"run", request.run},
                       {"uid", request.uid},
                       {"id", request.id},
                       {"options", request.options}});
}

Request request_from_json(const Json& json) {
  return {.app = json["app"].as_string(),
          .verb = json["verb"].as_string(),
          .run = json["run"].as_string(),
          .uid = static_cast<std::uint32_t>(json["uid"].as_integer()),
          .id = json["id"].as_string(),
          .options = json["options"].as_object()};
}

}  // namespace orchestrate
