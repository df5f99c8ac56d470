#include "features/object_memory.h"

#include <algorithm>
#include <tuple>

#include "features/event_time.h"

namespace outflow::features {
namespace {

constexpr std::uint64_t kMostRows = UINT64_MAX >> 2;
constexpr std::int64_t kFarthestMs = 1LL << 60;

std::int64_t day_of(std::int64_t time_ms) {
  return time_ms / kMsPerDay - (time_ms % kMsPerDay < 0 ? 1 : 0);
}

auto place_of(const ObjectMemory::Truth& truth) {
  return std::tie(truth.time_ms, truth.teller);
}

}  // namespace

bool ObjectMemory::saw(std::int64_t time_ms, std::uint64_t rows) {
  const std::int64_t day = day_of(time_ms);
  auto place =
      std::lower_bound(sizes.begin(), sizes.end(), day, [](const Size& a, std::int64_t b) { return a.day < b; });
  if (place != sizes.end() && place->day == day) {
    if (place->rows >= rows) return false;
    place->rows = rows;
    return true;
  }
  if (sizes.size() >= kMostSizes) {
    if (place == sizes.begin()) return false;  // older than all that is kept
    sizes.erase(sizes.begin());
    --place;
  }
  sizes.insert(place, {day, rows});
  return true;
}

void ObjectMemory::tell(const Truth& truth) {
  truths.insert(std::lower_bound(truths.begin(), truths.end(), truth,
                                 [](const Truth& a, const Truth& b) { return place_of(a) < place_of(b); }),
                truth);
  if (truths.size() > kMostTruths) truths.erase(truths.begin());
}

bool ObjectMemory::take_back(std::int64_t time_ms, Fingerprint teller) {
  const auto found = std::find_if(truths.begin(), truths.end(), [&](const Truth& truth) {
    return truth.time_ms == time_ms && truth.teller == teller;
  });
  if (found == truths.end()) return false;
  truths.erase(found);
  return true;
}

std::uint64_t ObjectMemory::size_at(std::int64_t time_ms) const {
  const std::int64_t day = day_of(time_ms);
  std::uint64_t holds = 0, older = 0;
  std::int64_t older_day = INT64_MIN;
  const auto look = [&](std::int64_t seen, std::uint64_t rows) {
    if (seen > day + 1) return;
    if (seen >= day - kDays) {
      holds = std::max(holds, rows);
    } else if (seen >= older_day) {
      older = seen > older_day ? rows : std::max(older, rows);
      older_day = seen;
    }
  };
  for (const Size& size : sizes) look(size.day, size.rows);
  for (const Truth& truth : truths) look(day_of(truth.time_ms), truth.rows);
  return holds != 0 ? holds : older;
}

std::optional<std::uint64_t> ObjectMemory::truth_before(std::int64_t time_ms) const {
  std::optional<std::uint64_t> largest;
  std::size_t seen = 0;
  for (auto truth = truths.rbegin(); truth != truths.rend() && seen < kLatest; ++truth) {
    if (truth->time_ms >= time_ms) continue;
    if (truth->time_ms < time_ms - kDays * kMsPerDay) break;
    largest = std::max(largest.value_or(0), truth->rows);
    ++seen;
  }
  return largest;
}

std::uint64_t ObjectMemory::truth_near(std::int64_t time_ms) const {
  const auto after = std::find_if(truths.begin(), truths.end(), [&](const Truth& t) { return t.time_ms >= time_ms; });
  if (after != truths.begin()) return std::prev(after)->rows;
  return after != truths.end() && after->time_ms <= time_ms + kMsPerDay ? after->rows : 0;
}

void ObjectMemory::encode(ByteWriter& out) const {
  out.varint(sizes.size());
  std::int64_t last = 0;
  for (const Size& size : sizes) {
    out.zigzag(size.day - last);
    out.varint(size.rows);
    last = size.day;
  }
  out.varint(truths.size());
  for (const Truth& truth : truths) {
    out.zigzag(truth.time_ms);
    out.u64(truth.teller);
    out.varint(truth.rows);
  }
  out.varint(learners.size());
  for (const Fingerprint learner : learners) out.u64(learner);
}

bool ObjectMemory::decode(ByteReader& in, std::uint8_t /*version*/) {
  constexpr std::int64_t kFarthestDay = 1LL << 40;
  const std::size_t size_count = in.count(2);
  if (size_count > kMostSizes) return false;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < size_count && in.ok(); ++i) {
    const std::int64_t step = in.zigzag();
    if (step < -kFarthestDay || step > kFarthestDay || (i > 0 && step <= 0)) return false;
    last += step;
    sizes.push_back({last, in.varint()});
    if (sizes.back().rows > kMostRows) return false;
  }
  const std::size_t truth_count = in.count(10);
  if (truth_count > kMostTruths) return false;
  for (std::size_t i = 0; i < truth_count && in.ok(); ++i) {
    Truth truth;
    truth.time_ms = in.zigzag();
    truth.teller = in.u64();
    truth.rows = in.varint();
    if (truth.time_ms < -kFarthestMs || truth.time_ms > kFarthestMs) return false;
    if (truth.rows > kMostRows || (i > 0 && place_of(truth) <= place_of(truths.back()))) return false;
    truths.push_back(truth);
  }
  const std::size_t learner_count = in.count(sizeof(Fingerprint));
  if (learner_count > kMostLearners) return false;
  for (std::size_t i = 0; i < learner_count; ++i) learners.push_back(in.u64());
  return in.ok();
}

}  // namespace outflow::features
