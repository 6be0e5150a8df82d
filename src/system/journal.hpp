#pragma once

#include <memory>

#include "orchestrate/ports.hpp"

namespace orchestrate::system {

/// The system journal. It is opened at once and keeps its files open: opened as root, it can be read after root has
/// been given up, also what is written later, until the journal is rotated; then lines() throws Error (`denied`).
/// Otherwise the user must be in group `systemd-journal` or `adm`.
std::unique_ptr<Journal> make_journal();

/// For who has no use for it, such as a gate: opening it is a hundred system calls. Nothing is readable.
std::unique_ptr<Journal> make_closed_journal();

}  // namespace orchestrate::system
