#include "ledger/redact.hpp"

namespace orchestrate {
namespace {

struct Redaction {
  const Redactor& redactor;

  void in(std::string& text) const { text = redactor(text); }

  void in(Json& json) const {
    if (json.is_string()) {
      json = redactor(json.as_string());
    } else if (json.is_array()) {
      Json::Array items = json.as_array();
      for (Json& item : items) in(item);
      json = std::move(items);
    } else if (json.is_object()) {
      Json::Object members = json.as_object();
      for (auto& [key, value] : members) {
        in(key);
        in(value);
      }
      json = std::move(members);
    }
  }

  void in(Finding& finding) const {
    for (std::string* text :
         {&finding.source_line, &finding.hazard, &finding.effect, &finding.remedy, &finding.approved_by})
      in(*text);
  }

  void in(RunCreated& event) const {
    for (std::string* text : {&event.target, &event.requested_by, &event.host, &event.version, &event.policy_file})
      in(*text);
    for (auto* text : {&event.window_override, &event.reason, &event.confirmed, &event.request_id})
      if (*text) in(**text);
  }
  void in(StageStarted&) const {}
  void in(FactRecorded& event) const { in(event.value); }
  void in(StageFinished& event) const {
    in(event.outcome.summary);
    in(event.outcome.next);
    for (std::string& line : event.outcome.details) in(line);
    for (Evidence& evidence : event.outcome.evidence) in(evidence.facts);
    for (Finding& finding : event.outcome.findings) in(finding);
  }
  void in(RunFinished& event) const {
    in(event.summary);
    in(event.next);
  }
  void in(RunResumed& event) const {
    for (std::string* text : {&event.requested_by, &event.host, &event.version}) in(*text);
  }
  void in(CancelRequested& event) const { in(event.requested_by); }
  void in(RunAborted& event) const {
    in(event.requested_by);
    in(event.reason);
  }
  void in(RecoveryStarted&) const {}
  void in(RunConfirmed& event) const { in(event.requested_by); }
};

}  // namespace

EventBody redacted(EventBody body, const Redactor& redactor) {
  std::visit([&](auto& event) { Redaction{redactor}.in(event); }, body);
  return body;
}

Json redacted(Json json, const Redactor& redactor) {
  Redaction{redactor}.in(json);
  return json;
}

Approval redacted(Approval approval, const Redactor& redactor) {
  approval.reason = redactor(approval.reason);
  approval.by = redactor(approval.by);
  return approval;
}

}  // namespace orchestrate
