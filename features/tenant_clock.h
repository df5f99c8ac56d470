// TenantClocks: how far each tenant's event time has come, and below which hour its records are late.
//
// Watermarks are per tenant and source and never beyond the record's log time + 1 h: a record dated 2099 expires
// nothing. The floor never falls. One thread.
// Unit key: "ct", tenant (8 B). Value: version byte, floor, source count, then per source its watermark.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "features/audit_event.h"
#include "features/counter.h"
#include "features/state_io.h"

namespace outflow::features {

class TenantClocks {
 public:
  static constexpr std::uint8_t kVersion = 1;
  static constexpr std::size_t kClocks = 1 + kSourceSlots;  // the first: of all that carries no volume
  static constexpr std::int64_t kUnset = INT64_MIN;
  static constexpr std::int64_t kLeadMs = kMsPerHour;  // how far event time may run ahead of log time

  TenantClocks(std::int32_t horizon_hours, bool cut_late) : horizon_hours_(horizon_hours), cut_late_(cut_late) {}

  struct Clock {
    std::array<std::int64_t, kClocks> watermark_ms;
    std::int32_t floor = INT32_MIN;  // hours below it are late
    bool dirty = false;
  };

  // Moves the tenant's clock; the result holds until the next call. `rose` says that the floor did.
  const Clock& observe(Fingerprint tenant, const AuditEvent& event, LogTime log_time, bool& rose);
  // After forgetting: what is below `floor` cannot be told from new any more.
  void raise_floor(Fingerprint tenant, std::int32_t floor);

  [[nodiscard]] std::optional<EventTime> watermark(Fingerprint tenant) const;
  [[nodiscard]] std::size_t dirty_bytes() const { return dirty_.size() * 64; }
  void encode_dirty(StateWriter& out);
  Result<> load(const StateReader& cold);

 private:
  Clock& at(Fingerprint tenant);
  void mark(Fingerprint tenant, Clock& clock);
  [[nodiscard]] std::int32_t floor_of(const Clock& clock) const;

  std::int32_t horizon_hours_;
  bool cut_late_;
  absl::flat_hash_map<Fingerprint, Clock> clocks_;
  std::vector<Fingerprint> dirty_;
};

}  // namespace outflow::features
