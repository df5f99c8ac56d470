// Novelty: what an entity shows for the first time, and how unusual showing something new is for it.
//
// Five kinds of value per entity: address network (/24, /48), user agent, object, query, kind of access, and the
// actor behind an integration. Known values are 32-bit fingerprints with the days they were seen, at most
// kValuesPerKind each; forgetting takes the one idle longest, sparing values seen on three days or more.
// The surprise of something new is -ln((days with news + 1) / (days known + 2)), at least ln 3 once three days are
// known, and 0 in the first three days: everything is new then.
// Works on event time only. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "features/audit_event.h"

namespace outflow::detector {

enum class NoveltyKind : std::uint8_t { kAddress, kAgent, kObject, kQuery, kAccess, kActor };
inline constexpr std::size_t kNoveltyKinds = 6;
[[nodiscard]] std::string_view name_of(NoveltyKind kind) noexcept;

// What makes addresses the same place: the /24 of IPv4, the /48 of IPv6; other text stands for itself.
[[nodiscard]] std::uint32_t network_fingerprint(std::string_view address) noexcept;

struct KnownValue {
  std::uint32_t value = 0;
  std::int32_t last_day = 0;
  NoveltyKind kind{};
  std::uint8_t days_seen = 1;  // saturates
};

// News that still counts: a new value counts for a day from its first sight.
struct News {
  std::int32_t hour = 0;  // of event time, when first seen
  float surprise = 0;     // 0 = none
};

class Novelty {
 public:
  static constexpr std::size_t kValuesPerKind = 16;
  static constexpr std::int32_t kFreshHours = 24;

  // Notes a value; true if it was new and that was a surprise.
  bool see(NoveltyKind kind, std::uint32_t value, std::int32_t hour, std::int32_t first_hour);

  // The surprise of this kind for a window that ends with `hour`.
  [[nodiscard]] double surprise(NoveltyKind kind, std::int32_t hour) const;
  [[nodiscard]] bool any_news(std::int32_t hour) const;
  // On how many days the value was seen, today included; 0 where it is not known.
  [[nodiscard]] int days_seen(NoveltyKind kind, std::uint32_t value) const;

 private:
  friend struct NoveltyCodec;
  void remember(const KnownValue& value);

  std::vector<KnownValue> known_;
  std::array<News, kNoveltyKinds> news_{};
  std::array<std::uint16_t, kNoveltyKinds> news_days_{};  // days on which something of the kind was new
  std::array<std::int32_t, kNoveltyKinds> last_news_day_{};
};

}  // namespace outflow::detector
