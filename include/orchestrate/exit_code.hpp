#pragma once

#include "orchestrate/error.hpp"

namespace orchestrate {

/// The exit code of a command that ended with an Error before a run was created.
constexpr int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return 2;
    case ErrorKind::unreachable:
      return 69;
    case ErrorKind::busy:
      return 75;
    case ErrorKind::denied:
      return 77;
    case ErrorKind::policy:
      return 78;
    case ErrorKind::failed:
    case ErrorKind::stopped:
      break;
  }
  return 1;
}

}  // namespace orchestrate
