#include "system/connections.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "system/descriptor.hpp"
#include "system/process_tree.hpp"

namespace orchestrate::system {
namespace {

namespace fs = std::filesystem;
using Inode = std::uint32_t;

/// proc(5): a socket's link reads `socket:[INODE]`.
void add_sockets(pid_t pid, std::set<Inode>& sockets) {
  constexpr std::string_view form = "socket:[";
  std::error_code problem;  // another user's process, or one that has just ended
  for (fs::directory_iterator at(fs::path("/proc") / std::to_string(pid) / "fd", problem), end; !problem && at != end;
       at.increment(problem)) {
    std::error_code closed;
    const std::string target = fs::read_symlink(at->path(), closed).string();
    if (target.starts_with(form)) sockets.insert(static_cast<Inode>(std::stoul(target.substr(form.size()))));
  }
}

std::set<Inode> sockets_of_children() {
  const pid_t self = ::getpid();
  std::set<Inode> sockets;
  for (const ProcessId& process : with_descendants(process_table(), {{self, start_time(self)}}))
    if (process.pid != self) add_sockets(process.pid, sockets);
  return sockets;
}

/// "0100007F:1538" as "127.0.0.1:5432": each 32 bits of the address as the machine holds them, the port as a number.
std::string address_text(const std::string& hex) {
  const std::size_t colon = hex.find(':');
  std::array<std::uint32_t, 4> words{};
  for (std::size_t i = 0; i * 8 < colon; ++i)
    words[i] = static_cast<std::uint32_t>(std::stoul(hex.substr(i * 8, 8), nullptr, 16));
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(colon > 8 ? AF_INET6 : AF_INET, words.data(), text.data(), text.size());
  return fmt::format("{}:{}", text.data(), std::stoul(hex.substr(colon + 1), nullptr, 16));
}

/// proc(5), /proc/net/tcp: "sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode".
void add_tcp(const char* file, const std::set<Inode>& sockets, std::vector<Connection>& found) {
  std::ifstream table(file);
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout;
    Inode inode = 0;
    if (!(fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode))
      continue;
    const bool established = std::stoi(state, nullptr, 16) == TCP_ESTABLISHED;
    if (established && sockets.contains(inode)) found.push_back({address_text(local), address_text(remote)});
  }
}

struct UnixSocket {
  std::string path;  // what it was bound to; a socket that a server accepted has the server's
  Inode peer = 0;
};

UnixSocket read_attributes(const nlmsghdr& message, const unix_diag_msg& socket) {
  UnixSocket read;
  std::size_t left = message.nlmsg_len - NLMSG_LENGTH(sizeof socket);
  const char* at = reinterpret_cast<const char*>(&socket) + NLMSG_ALIGN(sizeof socket);
  while (left >= sizeof(rtattr)) {
    rtattr attribute{};
    std::memcpy(&attribute, at, sizeof attribute);
    if (attribute.rta_len < sizeof attribute || attribute.rta_len > left) break;
    const std::size_t size = attribute.rta_len - RTA_LENGTH(0);
    if (attribute.rta_type == UNIX_DIAG_NAME) read.path.assign(at + RTA_LENGTH(0), size);
    if (attribute.rta_type == UNIX_DIAG_PEER && size == sizeof read.peer)
      std::memcpy(&read.peer, at + RTA_LENGTH(0), sizeof read.peer);
    const std::size_t step = std::min<std::size_t>(RTA_ALIGN(attribute.rta_len), left);
    at += step;
    left -= step;
  }
  while (read.path.ends_with('\0')) read.path.pop_back();
  return read;
}

/// Only the kernel's sock_diag(7) tells who is at the other end of a unix socket. Empty where it has no unix_diag.
std::map<Inode, UnixSocket> unix_sockets() {
  std::map<Inode, UnixSocket> found;
  const Descriptor diag(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  struct {
    nlmsghdr header;
    unix_diag_req request;
  } const dump{{sizeof dump, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 0, 0},
               {AF_UNIX, 0, 0, 1U << TCP_ESTABLISHED, 0, UDIAG_SHOW_NAME | UDIAG_SHOW_PEER, {}}};
  constexpr timeval patience{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(diag.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (!diag || ::send(diag.get(), &dump, sizeof dump, 0) < 0) return found;
  alignas(nlmsghdr) std::array<char, 32768> buffer{};
  for (;;) {
    const ssize_t got = ::recv(diag.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return {};  // half a table is none
    auto left = static_cast<unsigned>(got);
    for (auto* message = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(message, left);
         message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE) return found;
      if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY) return {};
      const auto* socket = static_cast<const unix_diag_msg*>(NLMSG_DATA(message));
      found[socket->udiag_ino] = read_attributes(*message, *socket);
    }
  }
}

void add_unix(const std::set<Inode>& sockets, std::vector<Connection>& found) {
  const auto table = unix_sockets();
  for (const Inode inode : sockets) {
    const auto socket = table.find(inode);
    const auto peer = socket == table.end() ? table.end() : table.find(socket->second.peer);
    if (peer != table.end() && !peer->second.path.empty()) found.push_back({"", peer->second.path});
  }
}

}  // namespace

std::vector<Connection> connections_of_children() {
  const std::set<Inode> sockets = sockets_of_children();
  std::vector<Connection> found;
  if (sockets.empty()) return found;
  add_tcp("/proc/self/net/tcp", sockets, found);
  add_tcp("/proc/self/net/tcp6", sockets, found);
  add_unix(sockets, found);
  return found;
}

}  // namespace orchestrate::system
