// Recovery: load at any checkpoint, replay with recorded decisions up to K, go on: the same state to the byte, and the
// same alerts, as if nothing had happened.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "detector/partition.h"
#include "features/state_io.h"
#include "tests/support/org_weeks.h"

namespace outflow::recovery_test {
namespace {

using detector::Decision;
using detector::Outputs;
using detector::Partition;
using features::MemoryState;
using test::LoggedEvent;

constexpr std::int64_t kHour = features::kMsPerHour;

struct Step {
  detector::Origin origin;
  features::LogTime log_time;
};

Step step_of(const std::vector<LoggedEvent>& events, std::size_t at, std::int64_t& log_ms) {
  log_ms = std::max(log_ms, events[at].time_ms);
  return {{"input", 0, static_cast<std::int64_t>(at), "", 0}, {log_ms}};
}

std::vector<std::string> told(const Outputs& out) {
  std::vector<std::string> lines;
  for (const auto& alert : out.alerts)
    lines.push_back(alert.uid + "-" + std::to_string(alert.revision) + alert.sentence);
  for (const auto& anomaly : out.anomalies) lines.push_back(anomaly.sentence);
  return lines;
}

void drive(Partition& partition, const std::vector<LoggedEvent>& events, std::size_t from, std::size_t to,
           std::int64_t& log_ms, Outputs& out) {
  test::EventView view;
  for (std::size_t i = from; i < to; ++i) {
    const Step step = step_of(events, i, log_ms);
    partition.apply(view.of(events[i]), step.origin, step.log_time, 0, out);
  }
}

std::vector<LoggedEvent> eventful_weeks(std::uint64_t seed) {
  const std::int64_t theft = test::kOrgStartMs + (10 * 24 + 11) * kHour;
  auto life = test::merged(test::org_life({.seed = seed, .days = 12, .people = 3}),
                           test::chat_theft(theft, test::TheftShape::kPages));
  // Some rows come late, and some twice.
  for (std::size_t i = 50; i + 200 < life.size(); i += 97) std::swap(life[i], life[i + 150]);
  for (std::size_t i = 40; i + 100 < life.size(); i += 211) life[i + 60] = life[i];
  return life;
}

RC_GTEST_PROP(Recovery, StateAndAlertsAreThoseOfAnUndisturbedRun, ()) {
  static const std::vector<LoggedEvent> events = eventful_weeks(11);
  const std::size_t checkpoint = *rc::gen::inRange<std::size_t>(0, events.size());
  const std::size_t committed = *rc::gen::inRange<std::size_t>(checkpoint, events.size() + 1);
  detector::Options options;
  options.max_entities = *rc::gen::element<std::size_t>(1'000'000, 20);  // the second forgets often
  options.max_resident_entities = *rc::gen::element<std::size_t>(1'000'000, 4);

  MemoryState undisturbed;
  Outputs before;
  Outputs after;
  {
    Partition partition(options, nullptr);
    std::int64_t log_ms = INT64_MIN;
    drive(partition, events, 0, committed, log_ms, before);
    drive(partition, events, committed, events.size(), log_ms, after);
    partition.encode_dirty(undisturbed);
  }
  MemoryState disturbed;
  std::int64_t log_ms = INT64_MIN;
  {
    Partition partition(options, &disturbed);
    Outputs ignored;
    drive(partition, events, 0, checkpoint / 2, log_ms, ignored);
    partition.encode_dirty(disturbed);
    partition.checkpoint_durable();
    drive(partition, events, checkpoint / 2, checkpoint, log_ms, ignored);
    partition.encode_dirty(disturbed);
  }
  Partition partition(options, &disturbed);
  RC_ASSERT(partition.load().ok());
  test::EventView view;
  std::size_t next = 0;
  for (std::size_t i = checkpoint; i < committed; ++i) {
    const Step step = step_of(events, i, log_ms);
    while (next < before.decisions.size() && before.decisions[next].offset < step.origin.offset) ++next;
    std::size_t last = next;
    while (last < before.decisions.size() && before.decisions[last].offset == step.origin.offset) ++last;
    partition.apply_decided(view.of(events[i]), step.origin, step.log_time,
                            std::span(before.decisions).subspan(next, last - next));
  }
  RC_ASSERT(partition.stats().decisions_diverged == 0U);
  Outputs again;
  drive(partition, events, committed, events.size(), log_ms, again);
  RC_ASSERT(told(again) == told(after));
  partition.encode_dirty(disturbed);
  for (const auto& [key, value] : undisturbed.units()) {
    if (key.front() == 'c') continue;  // the counter's own units have their own test
    std::string other;
    RC_ASSERT(disturbed.get(key, other));
    RC_ASSERT(other == value);
  }
  for (const auto& [key, value] : disturbed.units()) {
    RC_ASSERT(key.front() == 'c' || undisturbed.units().contains(key));
  }
}

TEST(Recovery, ADecisionTakenElsewhereIsAppliedNotRetaken) {
  const auto events = eventful_weeks(11);
  Outputs out;
  std::int64_t log_ms = INT64_MIN;
  Partition first({}, nullptr);
  drive(first, events, 0, events.size(), log_ms, out);
  ASSERT_FALSE(out.decisions.empty());
  // Without the recorded decisions the replay would have decided otherwise, says so, and raises nothing itself.
  Partition second({}, nullptr);
  test::EventView view;
  log_ms = INT64_MIN;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Step step = step_of(events, i, log_ms);
    second.apply_decided(view.of(events[i]), step.origin, step.log_time, {});
  }
  EXPECT_GT(second.stats().decisions_diverged, 0U);
  EXPECT_EQ(second.stats().alerts_raised, 0U);
}

TEST(Recovery, DamagedDecisionsAreCountedAndIgnored) {
  Partition partition({}, nullptr);
  test::EventView view;
  const auto events = test::chat_theft(test::kOrgStartMs, test::TheftShape::kOneRow);
  const std::vector<Decision> damaged = {{0, 0, "garbage"}, {0, 0, ""}};
  partition.apply_decided(view.of(events[0]), {"input", 0, 0, "", 0}, {events[0].time_ms}, damaged);
  EXPECT_EQ(partition.stats().decisions_diverged, 1U);
}

}  // namespace
}  // namespace outflow::recovery_test
