#include "orchestrate/app.hpp"

#include <algorithm>

namespace orchestrate {

bool is_app_name(std::string_view text) {
  const auto begins = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto follows = [&](char c) { return begins(c) || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 64 && begins(text.front()) && std::ranges::all_of(text, follows);
}

std::string worker_unit(const std::string& app) {
  return "orchestrate-worker@" + app + ".service";
}

std::string worker_drop_ins(const std::string& app) {
  return "/etc/systemd/system/" + worker_unit(app) + ".d";
}

}  // namespace orchestrate
