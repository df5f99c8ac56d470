// Coverage: which feeds of each tenant arrive, and so which thefts would be seen.
//
// Every record counts, repeats too: it is the feed that is looked at. One thread, deterministic. Bounded: kMostTenants
// (what further ones deliver is not listed, but counted), a feed for each source slot, Feed::kMostTypes types a feed.
// Unit: `f`, tenant (8 B): docs/state-format.md.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "features/audit_event.h"
#include "features/feed.h"
#include "features/result.h"
#include "features/state_io.h"

namespace outflow::features {

struct TenantCoverage {
  std::string id;
  LogTime newest;  // the log's time when its latest record came
  std::array<std::unique_ptr<Feed>, kSourceSlots> feeds;
};

class Coverage {
 public:
  static constexpr std::size_t kMostTenants = 100'000;

  // `delayed`: log times are the log's own (Kafka), not made up from event times (files).
  explicit Coverage(bool delayed = true) : delayed_(delayed) {}

  void observe(const AuditEvent& event, Fingerprint tenant, LogTime log);

  // The longest open gap of each source among all tenants, by the newest log time of any; 0 = none. Looked at anew
  // every half minute of log time: it is asked for at every commit.
  [[nodiscard]] const std::array<std::int64_t, kSourceSlots>& open_gaps_ms() const;
  [[nodiscard]] LogTime now() const { return now_; }
  [[nodiscard]] std::uint64_t unlisted() const { return unlisted_; }
  // By tenant id.
  [[nodiscard]] std::vector<const TenantCoverage*> tenants() const;

  Result<> load(const StateReader& cold);
  void encode_dirty(StateWriter& out);
  [[nodiscard]] std::size_t dirty_bytes() const { return dirty_.size() * 1024; }

 private:
  struct Tenant : TenantCoverage {
    bool dirty = false;
  };
  bool delayed_;
  absl::flat_hash_map<Fingerprint, std::unique_ptr<Tenant>> tenants_;
  Tenant* recent_ = nullptr;  // of the latest record: they come in bursts
  Fingerprint recent_key_ = 0;
  std::vector<Fingerprint> dirty_;
  LogTime now_;
  std::uint64_t unlisted_ = 0;
  mutable std::array<std::int64_t, kSourceSlots> gaps_{};
  mutable LogTime gaps_at_;
};

}  // namespace outflow::features
