#include "system/journal.hpp"

#include <systemd/sd-journal.h>

#include <algorithm>

#include "orchestrate/error.hpp"
#include "system/journal_files.hpp"
#include "system/offload.hpp"

namespace orchestrate::system {
namespace {

using namespace std::chrono_literals;

constexpr auto read_limit = 30s;
constexpr const char* denied_hint = "add the user to group systemd-journal, or run as root";

void check(int result, std::string_view what) {
  if (result < 0)
    throw Error(ErrorKind::unreachable, "read the journal", std::string(what) + ": " + system_reason(-result));
}

/// An open journal, for one thread at a time.
class OpenJournal {
 public:
  OpenJournal() {
    check(::sd_journal_open(&journal_, SD_JOURNAL_LOCAL_ONLY), "open");
    check(::sd_journal_get_fd(journal_), "watch");  // from now on sd_journal_process notices new files
    files_ = system_journal_files();
    readable_ = any_readable(files_);
  }
  OpenJournal(const OpenJournal&) = delete;
  OpenJournal& operator=(const OpenJournal&) = delete;
  ~OpenJournal() { ::sd_journal_close(journal_); }

  /// Whether what is written now can be seen: by right, or through files that we opened while we had it.
  bool readable() const {
    const JournalFiles now = system_journal_files();
    return any_readable(now) || (readable_ && now == files_);
  }
  std::vector<JournalLine> lines(const UnitName& unit, const std::string& invocation, std::size_t limit);

 private:
  void match(const UnitName& unit, const std::string& invocation);
  void add_match(const std::string& match) { check(::sd_journal_add_match(journal_, match.c_str(), 0), "match"); }
  std::string field(const char* name) const;
  JournalLine line() const;

  sd_journal* journal_ = nullptr;
  JournalFiles files_;
  bool readable_ = false;
};

/// As journalctl --unit matches, for one invocation: the unit's own lines, PID 1's about it, and those of other root
/// services that speak of its processes. The unit's name is matched too, since anybody may log an INVOCATION_ID.
void OpenJournal::match(const UnitName& unit, const std::string& invocation) {
  ::sd_journal_flush_matches(journal_);
  add_match("_SYSTEMD_INVOCATION_ID=" + invocation);
  check(::sd_journal_add_disjunction(journal_), "match");
  add_match("_PID=1");
  add_match("UNIT=" + unit.text());
  add_match("INVOCATION_ID=" + invocation);
  check(::sd_journal_add_disjunction(journal_), "match");
  add_match("_UID=0");
  add_match("OBJECT_SYSTEMD_UNIT=" + unit.text());
  add_match("OBJECT_SYSTEMD_INVOCATION_ID=" + invocation);
}

std::string OpenJournal::field(const char* name) const {
  const void* data = nullptr;
  std::size_t size = 0;
  if (::sd_journal_get_data(journal_, name, &data, &size) < 0) return {};
  const std::string_view text(static_cast<const char*>(data), size);
  return std::string(text.substr(text.find('=') + 1));
}

JournalLine OpenJournal::line() const {
  JournalLine line;
  std::uint64_t microseconds = 0;
  check(::sd_journal_get_realtime_usec(journal_, &microseconds), "time of an entry");
  line.at = std::chrono::system_clock::time_point(std::chrono::microseconds(microseconds));
  line.text = field("MESSAGE");
  const std::string priority = field("PRIORITY");
  if (priority.size() == 1 && priority[0] >= '0' && priority[0] <= '7') line.priority = priority[0] - '0';
  return line;
}

std::vector<JournalLine> OpenJournal::lines(const UnitName& unit, const std::string& invocation, std::size_t limit) {
  check(::sd_journal_process(journal_), "refresh");  // notices files that were added or replaced
  match(unit, invocation);
  check(::sd_journal_seek_tail(journal_), "seek");
  std::vector<JournalLine> lines;
  while (lines.size() < limit) {
    const int found = ::sd_journal_previous(journal_);
    check(found, "step back");
    if (found == 0) break;
    lines.push_back(line());
  }
  std::ranges::reverse(lines);
  return lines;
}

/// Reads on a thread of its own: a large journal on a busy disk takes its time.
class SystemJournal : public Journal {
 public:
  Task<std::vector<JournalLine>> lines(UnitName unit, std::string invocation, std::size_t limit) override {
    const std::string doing = "read the journal of " + unit.text();
    if (journal_.use_count() > 1) throw Error(ErrorKind::unreachable, doing, "an earlier read has not ended");
    if (!journal_->readable())
      throw Error(ErrorKind::denied, doing, "it was rotated, or we may not read it", denied_hint);
    std::function<std::vector<JournalLine>()> work = [journal = journal_, unit, invocation, limit] {
      return journal->lines(unit, invocation, limit);
    };
    Offloaded<std::vector<JournalLine>> read(std::move(work));
    if (co_await read.wait(read_limit, {}) == Waited::done) co_return read.take();
    throw Error(ErrorKind::unreachable, doing, "no end within 30 s", "look at the disk it is on");
  }
  bool readable() const override { return journal_->readable(); }

 private:
  std::shared_ptr<OpenJournal> journal_ = std::make_shared<OpenJournal>();
};

class ClosedJournal : public Journal {
 public:
  Task<std::vector<JournalLine>> lines(UnitName unit, std::string, std::size_t) override {
    throw Error(ErrorKind::failed, "read the journal of " + unit.text(), "it is not open");
  }
  bool readable() const override { return false; }
};

}  // namespace

std::unique_ptr<Journal> make_journal() {
  return std::make_unique<SystemJournal>();
}

std::unique_ptr<Journal> make_closed_journal() {
  return std::make_unique<ClosedJournal>();
}

}  // namespace orchestrate::system
