#include "system/pipe.hpp"

#include <fcntl.h>

#include <cerrno>

#include "orchestrate/error.hpp"

namespace orchestrate::system {

Pipe open_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorKind::failed, "open a pipe", system_reason(errno));
  ::fcntl(ends[0], F_SETPIPE_SZ, pipe_size);  // a user with many pipes keeps the default size
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace orchestrate::system
