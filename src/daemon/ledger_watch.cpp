#include "daemon/ledger_watch.hpp"

#include <array>
#include <cerrno>
#include <map>
#include <set>

#include <sys/inotify.h>
#include <unistd.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "orchestrate/error.hpp"

namespace orchestrate::daemon {

class LedgerWatch::Inotify : public std::enable_shared_from_this<Inotify> {
 public:
  Inotify(boost::asio::io_context& io, Grown grown) : descriptor_(io, made()), grown_(std::move(grown)) {}

  void begin(const std::string& app, const std::filesystem::path& directory) {
    const int watch = ::inotify_add_watch(descriptor_.native_handle(), directory.c_str(), IN_MODIFY);
    if (watch < 0) throw Error(ErrorKind::failed, "watch the ledger of " + app, system_reason(errno));
    apps_.insert_or_assign(watch, app);
  }

  void end(const std::string& app) {
    std::erase_if(apps_, [&](const auto& entry) {
      if (entry.second != app) return false;
      ::inotify_rm_watch(descriptor_.native_handle(), entry.first);
      return true;
    });
  }

  void hear() {
    descriptor_.async_read_some(boost::asio::buffer(buffer_), [weak = weak_from_this()](const auto& error, auto size) {
      const auto alive = weak.lock();
      if (!alive || error) return;
      alive->tell(size);
      alive->hear();
    });
  }

 private:
  static int made() {
    const int number = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (number < 0) throw Error(ErrorKind::failed, "watch the ledgers", system_reason(errno));
    return number;
  }

  /// A commit writes several times; each app is named once.
  void tell(std::size_t size) {
    std::set<std::string> grown;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer_.data() + at);
      if (const auto found = apps_.find(event->wd); found != apps_.end()) grown.insert(found->second);
      at += sizeof(inotify_event) + event->len;
    }
    for (const std::string& app : grown) grown_(app);
  }

  boost::asio::posix::stream_descriptor descriptor_;
  Grown grown_;
  std::map<int, std::string> apps_;
  alignas(inotify_event) std::array<char, 4096> buffer_{};
};

LedgerWatch::LedgerWatch(boost::asio::io_context& io, Grown grown)
    : inotify_(std::make_shared<Inotify>(io, std::move(grown))) {
  inotify_->hear();
}

LedgerWatch::~LedgerWatch() = default;

void LedgerWatch::begin(const std::string& app, const std::filesystem::path& directory) {
  inotify_->begin(app, directory);
}

void LedgerWatch::end(const std::string& app) {
  inotify_->end(app);
}

}  // namespace orchestrate::daemon
