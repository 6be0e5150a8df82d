#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "backup/retention.hpp"

namespace orchestrate::backup {
namespace {

using namespace std::chrono_literals;

/// A host on which whatever may happen to dumps happens, by chance and the same for each seed.
class World {
 public:
  explicit World(unsigned seed) : chance_(seed) {}

  void step() {
    using Happening = void (World::*)();
    static constexpr std::array<Happening, 12> happenings = {
        &World::nightly, &World::nightly,       &World::nightly, &World::fails, &World::fails_to_prove, &World::jump,
        &World::pin,     &World::change_policy, &World::rot,     &World::mend,  &World::take_away,      &World::expire};
    now_ += std::chrono::minutes(some(2000) + 1);
    (this->*happenings[some(happenings.size())])();
  }

  std::size_t removals() const { return removals_; }

 private:
  std::size_t some(std::size_t below) { return chance_() % below; }
  Stored* any() { return dumps_.empty() ? nullptr : &dumps_[some(dumps_.size())]; }
  static bool is_verified(const Stored& dump) {
    return dump.damaged.empty() && dump.trouble.empty() && dump.level >= Level::intact;
  }

  void dump(Level level) {
    newest_taken_ = "/backups/bot-" + std::to_string(++taken_);
    dumps_.push_back(
        {.path = newest_taken_, .origin = Origin::take, .taken_at = now_, .level = level, .database = "appdb"});
  }
  void nightly() {
    dump(rule_.level);
    expire();
  }
  void fails() { dump(Level::written); }
  void fails_to_prove() {
    dump(Level::intact);
    dumps_.back().damaged = "it cannot be restored";
  }
  void jump() {
    const auto far = std::chrono::hours(some(24 * 60));
    now_ += some(2) == 0 ? far : -far;
  }
  void pin() {
    if (memory_.pins.size() > 2 || some(3) == 0) memory_.pins.clear();
    if (const Stored* dump = any()) memory_.pins.push_back({dump->path.string(), "r1"});
  }
  void change_policy() {
    rule_.keep = some(5);
    rule_.keep_for.reset();
    if (some(2) == 0) rule_.keep_for = std::chrono::hours(some(24 * 20));
    rule_.level = some(2) == 0 ? Level::intact : Level::restored;
  }
  void rot() {
    if (Stored* dump = any(); dump && some(4) == 0) dump->trouble = "its size is not what its manifest says";
  }
  void mend() {
    for (Stored& dump : dumps_) dump.damaged.clear();
  }
  /// A person does what the reasons say: what is damaged or from the future is moved away.
  void take_away() {
    std::erase_if(dumps_, [&](const Stored& dump) {
      return !dump.damaged.empty() || !dump.trouble.empty() || dump.taken_at > now_;
    });
  }

  void expire() {
    const auto before = std::ranges::count_if(dumps_, is_verified);
    const Stored* newest = nullptr;
    for (const Stored& dump : dumps_)
      if (is_verified(dump) && (!newest || dump.taken_at > newest->taken_at)) newest = &dump;
    const std::string newest_path = newest ? newest->path.string() : "";
    const bool just_taken = !dumps_.empty() && dumps_.back().path == newest_taken_ && dumps_.back().taken_at == now_;
    for (const Decision& decision : decide(dumps_, rule_, now_, memory_).decisions) {
      EXPECT_FALSE(decision.reason.empty());
      if (decision.fate == Fate::kept) continue;
      const std::string path = decision.dump.path.string();
      EXPECT_NE(path, newest_path) << "the newest verified one";
      if (just_taken) {
        EXPECT_NE(path, newest_taken_) << "the one just taken";
      }
      EXPECT_TRUE(is_verified(decision.dump)) << path << " was no verified one";
      EXPECT_TRUE(std::ranges::find(memory_.pins, path, &BackupPin::path) == memory_.pins.end()) << "pinned";
      std::erase_if(dumps_, [&](const Stored& dump) { return dump.path == decision.dump.path; });
      memory_.last_expiry = now_;
      ++removals_;
    }
    EXPECT_GE(std::ranges::count_if(dumps_, is_verified), std::min<std::ptrdiff_t>(2, before)) << "the floor";
  }

  std::mt19937 chance_;
  Time now_ = parse_utc("2026-11-20T09:00:00Z");
  std::vector<Stored> dumps_;
  RetentionRule rule_;
  BackupMemory memory_;
  std::size_t taken_ = 0, removals_ = 0;
  std::string newest_taken_;
};

TEST(RetentionProperty, NothingThatHappensBreaksTheFloor) {
  std::size_t removals = 0;
  for (unsigned seed = 1; seed <= 500 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    for (int i = 0; i < 200; ++i) world.step();
    removals += world.removals();
  }
  EXPECT_GT(removals, 1000U) << "a world in which nothing expires shows nothing";
}

}  // namespace
}  // namespace orchestrate::backup
