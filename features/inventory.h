// Inventory: what did this integration ever receive? Per tenant, integration (or user, where nothing names one) and
// object, over its whole life.
//
// Fed with postings, so moves and corrections end right: what moved altogether leaves no trace at its first owner. A
// read of several objects shows in the line of each, once in the integration's own line ("all objects"). Bounded:
// beyond the limits the lines with the fewest records fold into one named "(other)", counted. Deterministic; one
// thread. Everything stays in memory; a unit is one integration (docs/state-format.md, `v`).
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/counted_event.h"
#include "features/distinct_sample.h"
#include "features/inventory_line.h"
#include "features/result.h"
#include "features/state_io.h"

namespace outflow::features {

inline constexpr std::string_view kOtherLine = "(other)";

struct InventoryOptions {
  std::size_t max_integrations_per_tenant = 1'000;
  std::size_t max_integrations = 50'000;  // of a partition; one "(other)" a tenant comes on top
  std::size_t max_objects = 64;           // of an integration
  std::size_t max_tenants = 100'000;      // what further ones take is not listed, but counted
  std::int32_t recent_hours = 240;        // kept one by one; the counter's horizon with its slack. 0: all
};

struct InventoryStats {
  std::uint64_t folded_integrations = 0;  // monotone
  std::uint64_t folded_objects = 0;
  std::uint64_t unlisted = 0;    // events of tenants beyond the limit
  std::size_t integrations = 0;  // a gauge
};

struct InventoryRow {
  std::string tenant_id;
  EntityType type = EntityType::kUser;
  std::string entity, name;
  std::string object;  // empty: all objects
  const InventoryLine* line = nullptr;
  std::uint64_t users = 0, addresses = 0;  // of the integration
  bool users_exact = true, addresses_exact = true;
  std::uint32_t sources = 0;  // a bit for each source_slot() that told of it
};

class Inventory {
 public:
  explicit Inventory(InventoryOptions options = {}) : options_(options) {}

  // `now` closes what is older than `recent_hours`: the tenant's watermark.
  void apply(const AuditEvent& event, const CountedEvent& counted, std::optional<EventTime> now);

  // Reads all units of `cold`; call once, or once a store where several are looked at together.
  Result<> load(const StateReader& cold);
  void encode_dirty(StateWriter& out);
  [[nodiscard]] std::size_t dirty_bytes() const { return dirty_.size() * 512; }
  [[nodiscard]] InventoryStats stats() const;

  // By tenant, then integrations with most records first; each with the line of all objects, then its objects, most
  // first. Lines belong to the inventory: valid until it changes.
  [[nodiscard]] std::vector<InventoryRow> rows() const;

 private:
  struct Integration {
    Fingerprint key = 0;
    EntityType type = EntityType::kUser;
    std::string id, name;
    std::uint32_t sources = 0;
    DistinctSample users, addresses;
    InventoryLine total;
    std::vector<std::pair<std::string, InventoryLine>> objects;
    bool dirty = false;
  };
  struct Tenant {
    std::string id;
    absl::flat_hash_map<Fingerprint, std::unique_ptr<Integration>> integrations;
  };

  Tenant* tenant_of(const AuditEvent& event, Fingerprint key);
  Integration& at(Tenant& tenant, Fingerprint tenant_key, const Owner& owner);
  void post(Integration& integration, const Posting& posting, std::int32_t close_before);
  InventoryLine& line_of(Integration& integration, std::string_view object);
  void fold_object(Integration& integration);
  Integration& owner_of(Tenant& tenant, Fingerprint tenant_key, const Posting& posting);
  void hand_on(const CountedEvent& counted, Tenant& tenant);
  void note_source(const AuditEvent& event, const CountedEvent& counted);
  void make_room(Fingerprint tenant_key, Tenant& tenant);
  void mark(Fingerprint tenant, Fingerprint owner, Integration& integration);

  InventoryOptions options_;
  absl::flat_hash_map<Fingerprint, std::unique_ptr<Tenant>> tenants_;
  Tenant* recent_tenant_ = nullptr;  // of the latest record: they come in bursts
  Fingerprint recent_key_ = 0;
  std::vector<Integration*> owners_;                        // of the postings at hand, null where gone
  std::vector<std::pair<Fingerprint, Fingerprint>> dirty_;  // tenant and owner; gone ones are erased
  std::size_t integrations_ = 0;
  InventoryStats stats_;
};

}  // namespace outflow::features
