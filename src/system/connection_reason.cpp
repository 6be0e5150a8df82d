#include "system/connection_reason.hpp"

#include <array>

namespace orchestrate::system {
namespace {

struct Row {
  std::string_view phrase, hint;
};

// libpq 15 tells no SQLSTATE of a refused connection, so phrases it is: its own, and the server's in English.
constexpr std::array rows = {
    Row{"password authentication failed", "check user and password in the URL against the server (ALTER ROLE)"},
    Row{"no password supplied", "the URL has no password: check the variable it comes from"},
    Row{"no pg_hba.conf entry", "allow this user, database and address in the server's pg_hba.conf"},
    Row{"pg_hba.conf rejects", "allow this user, database and address in the server's pg_hba.conf"},
    Row{"Peer authentication failed", "run as the user the role belongs to, or connect over TCP with a password"},
    Row{"Ident authentication failed", "run as the user the role belongs to, or use password authentication"},
    Row{"too many clients", "the server is full: end idle sessions or raise max_connections"},
    Row{"too many connections", "the role's or database's connection limit is used up: end idle sessions"},
    Row{"remaining connection slots", "the server is full: end idle sessions or raise max_connections"},
    Row{"is starting up", "wait until the server has started"},
    Row{"is shutting down", "start the server"},
    Row{"is in recovery mode", "the server recovers from a crash: wait and look at its log"},
    Row{"not currently accepting connections", "the database is closed for connections (datallowconn)"},
    Row{"unsupported startup parameter", "this is a pooler: use the server's own address"},
    Row{"is not permitted to log in", "give the role LOGIN"},
    Row{"role \"", "create the role or check the user in the URL"},
    Row{"database \"", "create the database or check its name in the URL"},
    Row{"could not translate host name", "check the host in the URL and the name service"},
    Row{"Connection refused", "start the server or check host and port in the URL"},
    Row{"No such file or directory", "start the server or check the socket directory and port in the URL"},
    Row{"Permission denied", "this user may not use the server's socket"},
    Row{"timeout expired", "the server does not answer: check host, port and firewall"},
    Row{"No route to host", "check the host in the URL and the network"},
    Row{"Network is unreachable", "check the host in the URL and the network"},
    Row{"SSL", "check sslmode in the URL and the server's certificate"},
    Row{"server closed the connection unexpectedly", "look at the server's log"},
};

/// The server's own word when there is one, else the first line.
std::string_view telling_line(std::string_view message) {
  const std::size_t fatal = message.rfind("FATAL:  ");
  if (fatal != std::string_view::npos) message.remove_prefix(fatal + 8);
  return message.substr(0, message.find('\n'));
}

}  // namespace

ConnectionReason connection_reason(std::string_view message) {
  const std::string_view line = telling_line(message);
  for (const Row& row : rows)
    if (line.find(row.phrase) != std::string_view::npos) return {std::string(line), std::string(row.hint)};
  return {std::string(line), "check the URL and the server's log"};
}

}  // namespace orchestrate::system
