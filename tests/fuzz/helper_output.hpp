#pragma once

#include <string>

#include "orchestrate/ports.hpp"

namespace orchestrate {

/// Commands of which each prints `output` and ends well, as if it were the helper that prints syntax trees.
class HelperOutput : public Commands {
 public:
  explicit HelperOutput(std::string output) : output_(std::move(output)) {}
  Task<Exit> run(Command command, std::stop_token stop) override;
  std::unique_ptr<Process> start(Command command, std::stop_token stop) override;
  Task<std::size_t> end_strays() override;

 private:
  std::string output_;
};

}  // namespace orchestrate
