#include "features/tenant_clock.h"

#include <algorithm>
#include <string>

#include "features/bytes.h"

namespace outflow::features {
namespace {

constexpr std::int64_t kFarthestMs = 1LL << 60;
constexpr std::size_t kLeastWritten = 8;

}  // namespace

TenantClocks::Clock& TenantClocks::at(Fingerprint tenant) {
  const auto [found, made] = clocks_.try_emplace(tenant);
  if (made) found->second.watermark_ms.fill(kUnset);
  return found->second;
}

void TenantClocks::mark(Fingerprint tenant, Clock& clock) {
  if (clock.dirty) return;
  clock.dirty = true;
  dirty_.push_back(tenant);
}

std::int32_t TenantClocks::floor_of(const Clock& clock) const {
  const std::int64_t fastest = *std::max_element(clock.watermark_ms.begin(), clock.watermark_ms.end());
  if (!cut_late_ || fastest == kUnset) return clock.floor;
  const std::int64_t held_until = fastest - horizon_hours_ / 2 * kMsPerHour;
  std::int64_t slowest = fastest;
  for (const std::int64_t watermark : clock.watermark_ms) {
    if (watermark != kUnset) slowest = std::min(slowest, std::max(watermark, held_until));
  }
  return std::max(clock.floor, hour_of(EventTime{slowest - horizon_hours_ * kMsPerHour}).hour);
}

const TenantClocks::Clock& TenantClocks::observe(Fingerprint tenant, const AuditEvent& event, LogTime log_time,
                                                 bool& rose) {
  Clock& clock = at(tenant);
  rose = false;
  const std::int64_t time_ms = std::min(event.event_time.ms, log_time.ms + kLeadMs);
  // Sources that carry no volume are often silent: they neither hold the floor back nor need their own watermark.
  const auto index = is_access(event.action) ? 1 + source_slot(event) : 0;
  std::int64_t& watermark = clock.watermark_ms[index];
  if (time_ms <= watermark && watermark != kUnset) return clock;
  // One watermark for all that moves none, at least as far as the tenant's.
  const bool hour_changed = watermark == kUnset || hour_of(EventTime{watermark}) != hour_of(EventTime{time_ms});
  watermark = time_ms;
  if (index != 0) clock.watermark_ms[0] = std::max(clock.watermark_ms[0], time_ms);
  mark(tenant, clock);
  if (!hour_changed) return clock;
  const std::int32_t floor = floor_of(clock);
  rose = floor > clock.floor;
  clock.floor = floor;
  return clock;
}

void TenantClocks::raise_floor(Fingerprint tenant, std::int32_t floor) {
  Clock& clock = at(tenant);
  if (floor <= clock.floor) return;
  clock.floor = floor;
  mark(tenant, clock);
}

std::optional<EventTime> TenantClocks::watermark(Fingerprint tenant) const {
  const auto found = clocks_.find(tenant);
  if (found == clocks_.end()) return std::nullopt;
  const std::int64_t fastest = *std::max_element(found->second.watermark_ms.begin(), found->second.watermark_ms.end());
  if (fastest == kUnset) return std::nullopt;
  return EventTime{fastest};
}

void TenantClocks::encode_dirty(StateWriter& out) {
  for (const Fingerprint tenant : dirty_) {
    Clock& clock = clocks_.find(tenant)->second;
    clock.dirty = false;
    std::string key{"ct"};
    ByteWriter(key).key_u64(tenant);
    std::string value;
    ByteWriter writer(value);
    writer.u8(kVersion);
    writer.zigzag(clock.floor);
    std::size_t used = kClocks;  // the sources that are unknown to a tenant, at the end, need no place
    while (used > kLeastWritten && clock.watermark_ms[used - 1] == kUnset) --used;
    writer.varint(used);
    for (std::size_t i = 0; i < used; ++i) writer.zigzag(clock.watermark_ms[i]);
    out.put(key, value);
  }
  dirty_.clear();
}

Result<> TenantClocks::load(const StateReader& cold) {
  bool damaged = false;
  cold.scan("ct", [&](std::string_view unit, std::string_view value) {
    ByteReader key(unit.substr(2));
    ByteReader reader(value);
    const Fingerprint tenant = key.key_u64();
    Clock clock;
    clock.watermark_ms.fill(kUnset);
    const bool known = reader.u8() == kVersion;
    clock.floor = reader.zigzag32();
    const std::size_t sources = reader.count(1);
    bool sane = sources <= kClocks;
    for (std::size_t i = 0; i < sources && sane; ++i) {
      clock.watermark_ms[i] = reader.zigzag();
      sane = clock.watermark_ms[i] == kUnset ||
             (clock.watermark_ms[i] > -kFarthestMs && clock.watermark_ms[i] < kFarthestMs);
    }
    damaged = !sane || !known || !key.ok() || !key.at_end() || !reader.ok() || !reader.at_end();
    if (!damaged) clocks_[tenant] = clock;
    return !damaged;
  });
  if (damaged) return Error{ErrorCode::kRefuse, "state: a unit of table ct is damaged"};
  return Ok{};
}

}  // namespace outflow::features
