#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace orchestrate::daemon {

/// Hears when a file of a state directory was written: a ledger grew. Costs nothing while nothing is written.
class LedgerWatch {
 public:
  using Grown = std::function<void(const std::string& app)>;

  LedgerWatch(boost::asio::io_context& io, Grown grown);
  ~LedgerWatch();

  void begin(const std::string& app, const std::filesystem::path& directory);
  void end(const std::string& app);

 private:
  class Inotify;
  std::shared_ptr<Inotify> inotify_;
};

}  // namespace orchestrate::daemon
