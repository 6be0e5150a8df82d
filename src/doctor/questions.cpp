#include "doctor/examination.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::doctor {

bus::SystemdBus& Examination::systemd() const {
  if (bus) return *bus;
  throw Error(ErrorKind::unreachable, "ask systemd", "there is no system bus",
              "is PID 1 systemd and dbus.service running?");
}

void add_questions(std::vector<Question>& questions, Examination& examination) {
  for (const auto& group :
       {unit_checks(), gate_checks(), worker_checks(), host_checks(), restore_checks(), rehearsal_checks()})
    orchestrate::add_questions(questions, group, examination);
}

}  // namespace orchestrate::doctor
