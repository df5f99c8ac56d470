// Counter: the honest count of one partition. De-duplicates, joins integrations, keeps the volume ledger.
//
// Lateness: a tenant's floor is the watermark less `horizon_hours`; records below it are late, state below it expires.
// Watermarks are kept per tenant and source. The slowest source that carries volume holds the floor back, by at most
// half a horizon, so that a feed that stood still for three days catches up without loss; a dead one cannot hold it.
//
// Deterministic: no clock, no randomness. Owned by one thread. Everything kept has a limit and a counted way to be
// forgotten; cold units are read back through the StateReader.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "features/audit_event.h"
#include "features/counted_event.h"
#include "features/result.h"
#include "features/state_io.h"

namespace outflow::features {

struct CountingOptions {
  std::int32_t horizon_hours = 144;  // 72 h of de-duplication after the longest delay of 72 h
  bool cut_late = true;  // false: nothing is late and nothing expires but by max_entries (files in any order)
  std::size_t max_entries = 64'000'000;         // over all tables of the partition; the oldest hours go first
  std::size_t max_resident_bytes = 1ULL << 30;  // beyond it clean cold units are paged out
};

struct CountingStats {  // monotone counts since construction
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t late = 0;
  std::uint64_t moves = 0;              // volumes that changed owner
  std::uint64_t forgotten_entries = 0;  // dropped before their horizon because of a limit
  std::uint64_t folded = 0;             // records of very large groups that are no longer kept one by one
  std::uint64_t estimates = 0;          // extractions that were estimated, for want of a count
  std::uint64_t estimates_settled = 0;  // of those, such whose count came
  std::uint64_t sizes_learnt = 0;       // times that an object was seen to hold more than was known for the day
  std::uint64_t units_paged_in = 0;
  std::uint64_t units_paged_out = 0;
  std::size_t resident_bytes = 0;  // a gauge
};

class Counter {
 public:
  // `cold` may be null: then nothing is paged out. It must outlive the counter.
  explicit Counter(CountingOptions options = {}, const StateReader* cold = nullptr);
  ~Counter();
  Counter(Counter&&) noexcept;
  Counter& operator=(Counter&&) noexcept;

  // Loads directories and watermarks from `cold`. Call once, before the first count().
  Result<> load();

  // The result's views stay valid until the next call. `log_time` bounds the watermark: a record dated 2099 moves
  // it no further than log_time + 1 h.
  const CountedEvent& count(const AuditEvent& event, LogTime log_time);

  // Writes every unit that changed since the last call and marks it clean (but not yet evictable).
  void encode_dirty(StateWriter& out);
  // The units of the last encode_dirty() are durable now and may be paged out.
  void checkpoint_durable();
  [[nodiscard]] std::size_t dirty_bytes() const;  // an estimate, cheap

  // The highest event time counted for a tenant (bounded as above); nullopt where none was seen.
  [[nodiscard]] std::optional<EventTime> watermark(Fingerprint tenant) const;

  [[nodiscard]] const CountingStats& stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::features
