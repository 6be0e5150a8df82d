#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// The question, beside systemd's word, that tells whether a service works.
struct Probe {
  struct Http {
    Endpoint server;
    std::string target;
  };
  struct Tcp {
    Endpoint server;
  };
  std::string name;                     ///< for people: the URL, the address or the program
  std::variant<Http, Tcp, Argv> asked;  ///< passes with 2xx; when it can be connected to; with exit code 0
};

/// The keys of the section `probe`.
std::span<const Key> probe_keys();
/// What single keys of that section cannot show.
std::vector<std::string> probe_problems(const Settings& section);
Probe probe_from(const Settings& section);

/// Asks once, and says why it did not pass; empty when it did.
Task<std::string> probe_failure(StageContext& context, Probe probe);

}  // namespace orchestrate
