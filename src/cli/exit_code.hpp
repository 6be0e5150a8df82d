#pragma once

namespace orchestrate::cli {

/// As Result::held: an operator must act.
inline constexpr int held = 5;
/// The run failed after its upgrade had begun, and the one that on_failure asks for undid it.
inline constexpr int undone = 4;
/// A service may not start.
inline constexpr int gate_closed = 20;
/// As Result::blocked: a person has to approve, or to edit.
inline constexpr int red_flags = 3;
/// The run goes on without us.
inline constexpr int detached = 130;

}  // namespace orchestrate::cli
