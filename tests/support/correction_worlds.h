// Worlds in which an alert is corrected: estimates, and rows whose integration is named later, alone and together.
#pragma once

#include <cstdint>
#include <ostream>
#include <vector>

#include "tests/support/posted_world.h"

namespace outflow::test::corrections {

inline constexpr std::int64_t kMinute = 60'000;
inline constexpr std::int64_t kHour = features::kMsPerHour;
inline constexpr std::int64_t kTheftMs = test::kOrgStartMs + (34 * 24 + 11) * kHour + 12 * kMinute;  // day 35, 11:12
inline constexpr std::int64_t kStolen = 1'200'000;

inline const Someone kChat = test::integration("0H4A1", "Chat Connect");
inline const Someone kByName = test::integration("chatconnect/2.1", "chatconnect/2.1");
inline const Someone kChatUser = test::user("005CHAT");

// Six weeks of the made-up org.
[[nodiscard]] const std::vector<PostedEvent>& life();

// The record that shows the theft at once; `estimated` of its rows are an estimate.
[[nodiscard]] PostedEvent theft(const Someone& owner, std::int64_t estimated, std::int64_t ms = kTheftMs);

// What a file of hours later says: a row with postings of its own.
[[nodiscard]] PostedEvent late(std::int64_t after_ms, std::vector<PostedRows> rows, int number = 0);

// Rows that move, or an estimate that goes.
[[nodiscard]] PostedRows rows(const Someone& owner, std::int64_t records, std::int64_t estimated,
                              std::int64_t ms = kTheftMs);

struct World {
  const char* name;
  std::vector<PostedEvent> events;
  const Someone* owner;   // in the end
  std::int64_t truth;     // in the end
  std::size_t said;       // alerts and updates, all of one uid
  std::int64_t after_ms;  // the last update comes at most that long after the theft
  bool estimated_first = true;
};
inline void PrintTo(const World& world, std::ostream* out) {
  *out << world.name;
}

[[nodiscard]] std::vector<World> worlds();

}  // namespace outflow::test::corrections
