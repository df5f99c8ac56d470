// EntityStore: all entities and tenants of one partition, in memory or paged out.
//
// Paging never changes state: a paged-out entity is the same to the bit when it comes back. Beyond `max_entities` the
// longest idle are forgotten (by the persisted last hour, then by key), a sixty-fourth at a time, counted.
// Pointers to entities stay valid until make_room(), checkpoint_durable() or load(). One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "detector/entity.h"
#include "detector/tenant.h"
#include "features/result.h"
#include "features/state_io.h"

namespace outflow::detector {

struct StoreLimits {
  std::size_t max_entities = 1'000'000;
  std::size_t max_tenants = 100'000;
  std::size_t max_resident = 200'000;  // clean ones beyond it are paged out; without a cold store none is
};

class EntityStore {
 public:
  // `cold` may be null; it must outlive the store.
  EntityStore(StoreLimits limits, const features::StateReader* cold) : limits_(limits), cold_(cold) {}

  Result<> load();

  // Forgets what exceeds the limits. Call between events: entities of an event in hand stay.
  void make_room();

  // Null where there is none. Reads a paged-out one back.
  [[nodiscard]] Entity* find(features::Fingerprint key);
  // REQUIRES: find(key) is null.
  Entity& create(features::Fingerprint key, features::EntityType type, const Prior& prior);
  [[nodiscard]] Tenant* find_tenant(features::Fingerprint key);
  [[nodiscard]] const Tenant* find_tenant(features::Fingerprint key) const;
  Tenant& create_tenant(features::Fingerprint key, std::string_view id);

  void mark(Entity& entity) {
    if (entity.dirty) return;
    entity.dirty = true;
    entity.durable = false;
    dirty_.push_back(entity.key);
  }
  void mark(Tenant& tenant) { tenant.dirty = true; }

  void encode_dirty(features::StateWriter& out);
  void checkpoint_durable();
  [[nodiscard]] std::size_t dirty_bytes() const;

  [[nodiscard]] std::size_t size() const { return entities_.size(); }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }
  [[nodiscard]] std::uint64_t damaged() const { return damaged_; }
  [[nodiscard]] const absl::flat_hash_map<features::Fingerprint, std::unique_ptr<Tenant>>& tenants() const {
    return tenants_;
  }
  // Resident integrations, for readings. Order is unspecified.
  template <typename Visit>
  void for_each_integration(const Visit& visit) const {
    for (const features::Fingerprint key : integrations_) {
      const auto found = entities_.find(key);
      if (found != entities_.end() && found->second.entity) visit(*found->second.entity);
    }
  }

 private:
  struct Slot {
    std::unique_ptr<Entity> entity;  // null = paged out
    features::Fingerprint tenant = 0;
    std::int32_t last_hour = kNoHour;  // of a paged-out one
  };

  void forget_idle_entities();
  void forget_idle_tenants();
  void page_out();

  StoreLimits limits_;
  const features::StateReader* cold_;
  absl::flat_hash_map<features::Fingerprint, Slot> entities_;
  absl::flat_hash_map<features::Fingerprint, std::unique_ptr<Tenant>> tenants_;
  std::vector<features::Fingerprint> dirty_;
  std::vector<features::Fingerprint> encoded_;  // at the last checkpoint, not durable yet
  std::vector<std::string> erased_;             // units to erase
  std::vector<features::Fingerprint> integrations_;
  std::size_t resident_ = 0;
  std::uint64_t forgotten_ = 0;
  std::uint64_t damaged_ = 0;
  std::string buffer_;
};

}  // namespace outflow::detector
