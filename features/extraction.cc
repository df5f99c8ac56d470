#include "features/extraction.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace outflow::features {
namespace {

constexpr std::int64_t kMinuteMs = 60 * 1000;
constexpr std::int64_t kFarthestMs = 1LL << 60;
// Near ones first, so that a job whose query was never seen does not shift all that follow.
constexpr std::array kBulkWindowsMs = {10 * kMinuteMs, 60 * kMinuteMs, 6 * kMsPerHour, 24 * kMsPerHour};
constexpr std::array kReportWindowsMs = {kMinuteMs, 10 * kMinuteMs};

class Pairing {
 public:
  explicit Pairing(std::vector<Sighting>& sightings) : all_(sightings), paired_(sightings.size()) {
    for (std::uint32_t i = 0; i < all_.size(); ++i) all_[i].first = i;
  }

  void run() {
    pair_each(chains_, of(SightingKind::kJob), kBulkWindowsMs);
    std::vector<std::uint32_t> runs = of(SightingKind::kReportRow);
    const std::vector<std::uint32_t> views = of(SightingKind::kReportView);
    pair_each(runs, views, kReportWindowsMs);
    for (const std::uint32_t view : views) {
      if (!paired_[view]) runs.push_back(view);
    }
    for (std::uint32_t& run : runs) run = all_[run].first;
    std::sort(runs.begin(), runs.end());
    pair_each(of(SightingKind::kExport), runs, kReportWindowsMs);
    flatten();
  }

  // Queries and downloads that follow each other, in one pass over time.
  void chain() {
    struct Chain {
      std::uint32_t first;
      std::int64_t last_ms;
      Fingerprint shape;
      bool downloaded;
    };
    std::vector<Chain> open;
    for (std::uint32_t i = 0; i < all_.size(); ++i) {
      const Sighting& one = all_[i];
      if (one.kind != SightingKind::kQuery && one.kind != SightingKind::kDownload) continue;
      const auto continues = [&](const Chain& chain) {
        const std::int64_t pause = chain.downloaded ? ExtractionPool::kPauseMs : 24 * kMsPerHour;
        return (chain.shape == 0 || one.shape == 0 || chain.shape == one.shape) && one.time_ms - chain.last_ms <= pause;
      };
      auto found = open.rend();
      if (!one.opens) found = std::find_if(open.rbegin(), open.rend(), continues);
      if (found == open.rend()) {
        open.push_back({i, one.time_ms, one.shape, !one.opens});
        chains_.push_back(i);
        continue;
      }
      all_[i].first = found->first;
      found->last_ms = one.time_ms;
      found->downloaded = true;
      if (found->shape == 0) found->shape = one.shape;
    }
  }

 private:
  using Places = std::vector<std::uint32_t>;

  [[nodiscard]] Places of(SightingKind kind) const {
    Places places;
    for (std::uint32_t i = 0; i < all_.size(); ++i) {
      if (all_[i].kind == kind) places.push_back(i);
    }
    return places;
  }

  // One to one, in time order, for each window what the narrower ones left.
  // REQUIRES: none of them is paired with one of the others' kind yet.
  template <typename Windows>
  void pair_each(const Places& ours, const Places& theirs, const Windows& windows) {
    if (ours.empty() || theirs.empty()) return;
    std::vector<bool> our_taken(ours.size()), their_taken(theirs.size());
    for (const std::int64_t window : windows) {
      std::size_t i = 0, j = 0;
      while (i < ours.size() && j < theirs.size()) {
        if (our_taken[i]) {
          ++i;
        } else if (their_taken[j] || all_[theirs[j]].time_ms < all_[ours[i]].time_ms - window) {
          ++j;
        } else if (all_[theirs[j]].time_ms > all_[ours[i]].time_ms + window) {
          ++i;
        } else {
          our_taken[i] = their_taken[j] = true;
          unite(ours[i++], theirs[j++]);
        }
      }
    }
  }

  void unite(std::uint32_t a, std::uint32_t b) {
    paired_[a] = paired_[b] = true;
    const std::uint32_t first = std::min(all_[a].first, all_[b].first);
    const std::uint32_t other = std::max(all_[a].first, all_[b].first);
    all_[other].first = first;
  }

  void flatten() {  // a first is never after its own: one pass does
    std::vector<std::uint32_t> latest(all_.size());
    for (std::uint32_t i = 0; i < all_.size(); ++i) {
      Sighting& one = all_[i];
      one.first = all_[one.first].first;
      one.next = Sighting::kLast;
      if (one.first != i) all_[latest[one.first]].next = i;
      latest[one.first] = i;
    }
  }

  std::vector<Sighting>& all_;
  std::vector<bool> paired_;
  Places chains_;
};

}  // namespace

void pair_sightings(std::vector<Sighting>& sightings) {
  const auto before = [](const Sighting& a, const Sighting& b) {
    return std::tie(a.time_ms, a.kind, a.group) < std::tie(b.time_ms, b.kind, b.group);
  };
  const auto unsorted = std::is_sorted_until(sightings.begin(), sightings.end(), before);
  if (sightings.end() - unsorted == 1) {  // one came
    std::rotate(std::upper_bound(sightings.begin(), unsorted, *unsorted, before), unsorted, sightings.end());
  } else if (unsorted != sightings.end()) {
    std::sort(sightings.begin(), sightings.end(), before);
  }
  Pairing pairing(sightings);
  pairing.chain();
  pairing.run();
}

const Sighting* ExtractionPool::find(Fingerprint group, std::int64_t time_ms) const {
  const auto is_it = [&](const Sighting& one) { return one.group == group; };
  auto near = std::lower_bound(sightings.begin(), sightings.end(), time_ms,
                               [](const Sighting& one, std::int64_t time) { return one.time_ms < time; });
  for (; near != sightings.end() && near->time_ms == time_ms; ++near) {
    if (is_it(*near)) return &*near;
  }
  const auto found = std::find_if(sightings.begin(), sightings.end(), is_it);
  return found == sightings.end() ? nullptr : &*found;
}

const Sighting* ExtractionPool::stands_for(std::int64_t download_ms, Fingerprint shape) const {
  if (sightings.size() < kFoldFrom) return nullptr;
  const Sighting* nearest = nullptr;
  std::int64_t least = sightings.size() < kMost ? kNearbyMs : INT64_MAX;
  for (const Sighting& one : sightings) {
    const std::int64_t distance = one.time_ms < download_ms ? download_ms - one.time_ms : one.time_ms - download_ms;
    if (one.kind != SightingKind::kDownload || one.shape != shape || distance > least) continue;
    nearest = &one;
    least = distance;
  }
  return nearest;
}

void ExtractionPool::encode(ByteWriter& out) const {
  out.varint(sightings.size());
  std::uint64_t last = 0;
  for (const Sighting& one : sightings) {
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(one.kind) | (one.opens ? 8U : 0U) |
                                     (one.shape != 0 ? 16U : 0U)));
    out.zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(one.time_ms) - last));
    last = static_cast<std::uint64_t>(one.time_ms);
    out.u64(one.group);
    if (one.shape != 0) out.u64(one.shape);
  }
}

bool ExtractionPool::decode(ByteReader& in, std::uint8_t /*version*/) {
  const std::size_t count = in.count(10);
  if (count > kMost) return false;
  sightings.clear();
  sightings.reserve(count);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Sighting one;
    const std::uint8_t head = in.u8();
    if (head > 31 || (head & 7U) > static_cast<unsigned>(SightingKind::kExport)) return false;
    one.kind = static_cast<SightingKind>(head & 7U);
    one.opens = (head & 8U) != 0;
    last += static_cast<std::uint64_t>(in.zigzag());
    one.time_ms = static_cast<std::int64_t>(last);
    if (one.time_ms < -kFarthestMs || one.time_ms > kFarthestMs) return false;
    one.group = in.u64();
    if ((head & 16U) != 0) one.shape = in.u64();
    sightings.push_back(one);
  }
  if (!in.ok()) return false;
  pair_sightings(sightings);
  return true;
}

}  // namespace outflow::features
