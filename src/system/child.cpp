#include "system/child.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "orchestrate/error.hpp"
#include "system/ending.hpp"
#include "system/lineage.hpp"
#include "system/output.hpp"
#include "system/pipe.hpp"
#include "system/spawn.hpp"

namespace orchestrate::system {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr std::size_t read_size = 256 * 1024;
// How long a pipe may stay open after the child's end with nothing in it: a grandchild holds it.
constexpr std::chrono::milliseconds linger{200};
constexpr steady_clock::time_point never = steady_clock::time_point::max();

void own(asio::posix::stream_descriptor& descriptor, Descriptor& end) {
  ::fcntl(end.get(), F_SETFL, O_NONBLOCK);
  descriptor.assign(end.release());
}

void cancel(asio::posix::stream_descriptor& descriptor) {
  boost::system::error_code ignored;  // it may be closed already
  descriptor.cancel(ignored);
}

/// A running child. Its coroutines hold it until the child has ended; Process below is the caller's handle.
class Child : public std::enable_shared_from_this<Child> {
 public:
  Child(asio::io_context& io, std::shared_ptr<Household> household, Command command)
      : io_(io),
        household_(std::move(household)),
        command_(std::move(command)),
        output_(command_, household_->redact),
        lineage_(household_->family) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void start(std::stop_token stop);
  void abandon();
  void close_input() { in_.close(); }
  Task<std::size_t> read(std::span<std::byte> buffer);
  Task<bool> write(Bytes bytes);
  Task<Exit> wait();

 private:
  static Task<> watch(std::shared_ptr<Child> self);
  static Task<> supervise(std::shared_ptr<Child> self);
  static Task<> end_tree(std::shared_ptr<Child> self);
  static Task<> close_after_silence(std::shared_ptr<Child> self);
  static Task<> drain(std::shared_ptr<Child> self, asio::posix::stream_descriptor& from, Stream stream);

  void spawn_child();
  void finish();
  void end(Exit::Cause cause);
  void close_pipes();
  void reap();
  Task<> change();

  asio::io_context& io_;
  std::shared_ptr<Household> household_;
  Command command_;
  Output output_;
  Lineage lineage_;
  Exit exit_;
  std::vector<char> buffer_ = std::vector<char>(read_size);
  asio::posix::stream_descriptor in_{io_}, out_{io_}, err_{io_}, handle_{io_};
  asio::steady_timer deadline_{io_}, silence_{io_};
  asio::steady_timer changed_{io_, never};  // cancelled whenever one of the states below changes
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  steady_clock::time_point kill_at_ = never;
  int draining_ = 0;
  bool ending_ = false;  // deadline or stop: the tree is being ended
  bool tree_ended_ = false;
  bool closing_ = false;  // nothing more is read than what is there
  bool ended_ = false;
};

void Child::start(std::stop_token stop) {
  spawn_child();
  exit_.timeout = command_.timeout;
  deadline_.expires_after(command_.timeout);
  const auto self = shared_from_this();
  draining_ = command_.piped ? 1 : 2;
  if (!command_.piped) asio::co_spawn(io_, drain(self, out_, Stream::out), asio::detached);
  asio::co_spawn(io_, drain(self, err_, Stream::err), asio::detached);
  asio::co_spawn(io_, supervise(self), asio::detached);
  asio::co_spawn(io_, watch(self), asio::detached);
  // Runs in the thread that asks for the stop.
  on_stop_.emplace(std::move(stop), [&io = io_, weak = weak_from_this()] {
    asio::post(io, [weak] {
      if (const auto child = weak.lock()) child->end(Exit::Cause::stopped);
    });
  });
}

void Child::spawn_child() {
  Pipe in, out = open_pipe(), err = open_pipe();
  if (command_.piped)
    in = open_pipe();
  else
    in.reader.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto lock = command_.holds_lock ? household_->lock : std::nullopt;
  const pid_t pid = spawn(command_, {in.reader.get(), out.writer.get(), err.writer.get(), lock});
  lineage_.begin(pid);
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) throw Error(ErrorKind::failed, "watch " + command_.argv.front(), system_reason(errno));
  handle_.assign(handle);
  if (in.writer) own(in_, in.writer);
  own(out_, out.reader);
  own(err_, err.reader);
}

/// Wakes whoever awaits change().
Task<> Child::change() {
  boost::system::error_code cancelled;
  co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

Task<> Child::drain(std::shared_ptr<Child> self, asio::posix::stream_descriptor& from, Stream stream) {
  boost::system::error_code cancelled;
  for (int left_to_read = pipe_size; left_to_read > 0;) {
    if (!self->closing_)
      co_await from.async_wait(asio::posix::stream_descriptor::wait_read,
                               asio::redirect_error(asio::use_awaitable, cancelled));
    const ssize_t size = ::read(from.native_handle(), self->buffer_.data(), self->buffer_.size());
    if (size < 0 && (errno == EINTR || (errno == EAGAIN && !self->closing_))) continue;
    if (size <= 0) break;
    self->output_.add(stream, {self->buffer_.data(), static_cast<std::size_t>(size)});
    if (self->closing_) left_to_read -= static_cast<int>(size);  // a chatty grandchild does not keep us
  }
  from.close();
  --self->draining_;
  self->changed_.cancel();
}

Task<> Child::supervise(std::shared_ptr<Child> self) {
  boost::system::error_code cancelled;  // by end_tree, when not even KILL ended the child
  co_await self->handle_.async_wait(asio::posix::stream_descriptor::wait_read,
                                    asio::redirect_error(asio::use_awaitable, cancelled));
  self->reap();
  while (self->ending_ && !self->tree_ended_) co_await self->change();
  asio::co_spawn(self->io_, close_after_silence(self), asio::detached);
  while (self->draining_ > 0) co_await self->change();
  self->finish();
}

Task<> Child::close_after_silence(std::shared_ptr<Child> self) {
  boost::system::error_code cancelled;
  self->silence_.expires_after(linger);
  co_await self->silence_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  self->close_pipes();
}

void Child::finish() {
  output_.finish(exit_);
  ended_ = true;
  changed_.cancel();
  if (command_.piped) return;  // its caller may still be reading, until the deadline
  silence_.cancel();
  deadline_.cancel();
}

void Child::reap() {
  const auto ended = lineage_.reap();
  if (!ended || ending_) return;
  const int status = *ended;
  exit_.cause = WIFSIGNALED(status) ? Exit::Cause::signalled : Exit::Cause::exited;
  exit_.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

Task<> Child::watch(std::shared_ptr<Child> self) {
  boost::system::error_code cancelled;
  co_await self->deadline_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (!cancelled) self->end(Exit::Cause::deadline);
}

void Child::end(Exit::Cause cause) {
  if (ending_) return;
  if (lineage_.reaped()) return close_pipes();
  ending_ = true;
  exit_.cause = cause;
  kill_at_ = std::min(kill_at_, steady_clock::now() + command_.grace);
  if (command_.piped) cancel(out_);
  cancel(in_);
  asio::co_spawn(io_, end_tree(shared_from_this()), asio::detached);
}

Task<> Child::end_tree(std::shared_ptr<Child> self) {
  // Named, because g++ 12 destroys a capture twice when a lambda becomes a std::function inside a co_await.
  const std::function<std::set<ProcessId>()> processes = [self] { return self->lineage_.alive(); };
  const std::function<bool()> grace_is_over = [self] { return steady_clock::now() >= self->kill_at_; };
  const auto left = co_await end_processes(processes, grace_is_over);
  if (!left.empty()) self->exit_.trouble = names_of(left) + " did not end, not even by KILL";
  self->tree_ended_ = true;
  self->changed_.cancel();
  cancel(self->handle_);
}

void Child::close_pipes() {
  closing_ = true;
  cancel(in_);
  cancel(out_);
  cancel(err_);
}

void Child::abandon() {
  deadline_.cancel();
  if (!lineage_.reaped()) {
    kill_at_ = steady_clock::now();
    end(Exit::Cause::stopped);
    lineage_.kill();
  }
  close_pipes();
}

Task<std::size_t> Child::read(std::span<std::byte> buffer) {
  boost::system::error_code cancelled;
  while (!ending_) {
    const ssize_t size = ::read(out_.native_handle(), buffer.data(), buffer.size());
    if (size >= 0) co_return static_cast<std::size_t>(size);
    if (errno == EINTR) continue;
    if (errno != EAGAIN || closing_) break;
    co_await out_.async_wait(asio::posix::stream_descriptor::wait_read,
                             asio::redirect_error(asio::use_awaitable, cancelled));
  }
  co_return 0;
}

Task<bool> Child::write(Bytes bytes) {
  boost::system::error_code cancelled;
  while (!bytes.empty()) {
    if (ending_ || closing_) co_return false;
    const ssize_t size = ::write(in_.native_handle(), bytes.data(), bytes.size());
    if (size > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(size));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) co_return false;
    co_await in_.async_wait(asio::posix::stream_descriptor::wait_write,
                            asio::redirect_error(asio::use_awaitable, cancelled));
  }
  co_return true;
}

Task<Exit> Child::wait() {
  while (!ended_) co_await change();
  co_return exit_;
}

/// The caller's handle; without it nobody wants the child any more.
class Handle : public Process {
 public:
  explicit Handle(std::shared_ptr<Child> child) : child_(std::move(child)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() override { child_->abandon(); }

  Task<std::size_t> read(std::span<std::byte> buffer) override { return child_->read(buffer); }
  Task<bool> write(Bytes bytes) override { return child_->write(bytes); }
  void close_input() override { child_->close_input(); }
  Task<Exit> wait() override { return child_->wait(); }

 private:
  std::shared_ptr<Child> child_;
};

}  // namespace

std::unique_ptr<Process> start_child(asio::io_context& io, std::shared_ptr<Household> household, Command command,
                                     std::stop_token stop) {
  const auto child = std::make_shared<Child>(io, std::move(household), std::move(command));
  child->start(std::move(stop));
  return std::make_unique<Handle>(child);
}

}  // namespace orchestrate::system
