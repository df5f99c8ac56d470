// IdSets: which records were seen, as 64-bit fingerprints in sets by (tenant, hour of event time).
//
// A record that comes again has the same event time, so its set is known without a directory. A set is stored as
// append-only blocks: a checkpoint writes only the fingerprints that are new since the last one. Sets that are cold
// and stored are dropped from memory and read back when a record of their hour arrives.
//
// One thread. A false duplicate needs two fingerprints of one tenant and hour to collide: with a million records in
// that hour, 3e-8.
// Unit key: "ci", tenant (8 B), hour (4 B), block (4 B), big-endian. Value: version byte, then 8 bytes an id.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "features/counter.h"
#include "features/fingerprint.h"
#include "features/fingerprint_set.h"
#include "features/state_io.h"
#include "features/tenant_hours.h"

namespace outflow::features {

class IdSets {
 public:
  static constexpr std::uint8_t kVersion = 1;

  IdSets(const StateReader* cold, CountingStats& stats) : cold_(cold), stats_(&stats) {}

  // True where the id is new in that hour; it is remembered then.
  bool insert(Fingerprint tenant, std::int32_t hour, Fingerprint id);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t resident_bytes() const { return resident_bytes_; }
  [[nodiscard]] std::size_t dirty_bytes() const { return fresh_ * sizeof(Fingerprint); }

  std::size_t expire(Fingerprint tenant, std::int32_t floor);
  bool oldest(Fingerprint& tenant, std::int32_t& hour) const;

  void encode_dirty(StateWriter& out);
  void checkpoint_durable();
  void evict(std::size_t goal);
  Result<> load();

 private:
  using Key = std::pair<Fingerprint, std::int32_t>;
  struct Set {
    FingerprintSet ids;
    std::vector<Fingerprint> fresh;  // not yet written, in order of arrival
    std::size_t size = 0;            // also while cold
    std::uint32_t blocks = 0;
    bool resident = true, durable = true;
    std::uint64_t touched = 0;
  };

  void page_in(const Key& key, Set& set);
  static std::string unit_key(const Key& key, std::uint32_t block);

  const StateReader* cold_;
  CountingStats* stats_;
  TenantHours<Set> sets_;
  std::vector<Key> dirty_, written_;
  std::vector<std::string> erased_;
  std::uint64_t touches_ = 0;
  std::size_t size_ = 0, fresh_ = 0, resident_bytes_ = 0;
};

}  // namespace outflow::features
