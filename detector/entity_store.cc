#include "detector/entity_store.h"

#include <algorithm>
#include <utility>

#include "detector/entity_codec.h"

namespace outflow::detector {

using features::Fingerprint;

namespace {
constexpr std::size_t kTypicalUnitBytes = 600;
}

Result<> EntityStore::load() {
  if (cold_ == nullptr) return {};
  Result<> outcome;
  cold_->scan("t", [&](std::string_view key, std::string_view value) {
    auto tenant = std::make_unique<Tenant>();
    outcome = decode(value, *tenant);
    if (outcome.ok() && tenant->key != key_of_unit(key)) {
      outcome = Error{ErrorCode::kRefuse, "a tenant's state stands under another's key"};
    }
    if (!outcome.ok()) return false;
    tenants_[tenant->key] = std::move(tenant);
    return true;
  });
  if (!outcome.ok()) return outcome;
  cold_->scan("e", [&](std::string_view key, std::string_view value) {
    auto entity = std::make_unique<Entity>();
    outcome = decode(value, *entity);
    if (outcome.ok() && entity->key != key_of_unit(key)) {
      outcome = Error{ErrorCode::kRefuse, "an entity's state stands under another's key"};
    }
    if (!outcome.ok()) return false;
    entity->durable = true;
    Slot& slot = entities_[entity->key];
    slot.tenant = entity->tenant;
    slot.last_hour = entity->last_hour;
    if (entity->type == features::EntityType::kIntegration) integrations_.push_back(entity->key);
    if (resident_ < limits_.max_resident) {
      slot.entity = std::move(entity);
      ++resident_;
    }
    return true;
  });
  return outcome;
}

Entity* EntityStore::find(Fingerprint key) {
  const auto found = entities_.find(key);
  if (found == entities_.end()) return nullptr;
  Slot& slot = found->second;
  if (slot.entity) return slot.entity.get();
  auto entity = std::make_unique<Entity>();
  if (cold_ == nullptr || !cold_->get(unit_key('e', key), buffer_) || !decode(buffer_, *entity).ok() ||
      entity->key != key) {
    // load() found every unit whole: this one was damaged since. It begins anew, counted, rather than stop the rest.
    ++damaged_;
    entities_.erase(found);
    std::erase(integrations_, key);
    return nullptr;
  }
  entity->durable = true;
  slot.entity = std::move(entity);
  ++resident_;
  return slot.entity.get();
}

Entity& EntityStore::create(Fingerprint key, features::EntityType type, const Prior& prior) {
  Slot& slot = entities_[key];
  slot.entity = std::make_unique<Entity>();
  slot.entity->key = key;
  slot.entity->type = type;
  slot.entity->baseline = Baseline(prior);
  if (type == features::EntityType::kIntegration) integrations_.push_back(key);
  ++resident_;
  return *slot.entity;
}

Tenant* EntityStore::find_tenant(Fingerprint key) {
  const auto found = tenants_.find(key);
  return found == tenants_.end() ? nullptr : found->second.get();
}

const Tenant* EntityStore::find_tenant(Fingerprint key) const {
  const auto found = tenants_.find(key);
  return found == tenants_.end() ? nullptr : found->second.get();
}

Tenant& EntityStore::create_tenant(Fingerprint key, std::string_view id) {
  auto& slot = tenants_[key];
  slot = std::make_unique<Tenant>();
  slot->key = key;
  slot->id = id;
  slot->dirty = true;
  return *slot;
}

void EntityStore::make_room() {
  if (entities_.size() > limits_.max_entities) forget_idle_entities();
  if (tenants_.size() > limits_.max_tenants) forget_idle_tenants();
}

void EntityStore::forget_idle_entities() {
  std::vector<std::pair<std::int32_t, Fingerprint>> by_idleness;
  by_idleness.reserve(entities_.size());
  for (const auto& [key, slot] : entities_) {
    by_idleness.emplace_back(slot.entity ? slot.entity->last_hour : slot.last_hour, key);
  }
  const std::size_t excess = entities_.size() - limits_.max_entities + limits_.max_entities / 64;
  const auto last = by_idleness.begin() + static_cast<std::ptrdiff_t>(std::min(excess, by_idleness.size() - 1));
  std::nth_element(by_idleness.begin(), last, by_idleness.end());
  std::for_each(by_idleness.begin(), last, [&](const auto& idle) {
    const auto found = entities_.find(idle.second);
    const Fingerprint of = found->second.entity ? found->second.entity->tenant : found->second.tenant;
    if (Tenant* tenant = find_tenant(of); tenant != nullptr && tenant->entities > 0) {
      --tenant->entities;
      mark(*tenant);
    }
    if (found->second.entity) --resident_;
    entities_.erase(found);
    erased_.push_back(unit_key('e', idle.second));
    ++forgotten_;
  });
  std::erase_if(integrations_, [&](Fingerprint key) { return !entities_.contains(key); });
}

void EntityStore::forget_idle_tenants() {
  std::vector<std::pair<std::int64_t, Fingerprint>> by_idleness;
  by_idleness.reserve(tenants_.size());
  for (const auto& [key, tenant] : tenants_) by_idleness.emplace_back(tenant->watermark(), key);
  const std::size_t excess = tenants_.size() - limits_.max_tenants + limits_.max_tenants / 64;
  const auto last = by_idleness.begin() + static_cast<std::ptrdiff_t>(std::min(excess, by_idleness.size() - 1));
  std::nth_element(by_idleness.begin(), last, by_idleness.end());
  std::for_each(by_idleness.begin(), last, [&](const auto& idle) {
    tenants_.erase(idle.second);
    erased_.push_back(unit_key('t', idle.second));
    ++forgotten_;
  });
}

void EntityStore::encode_dirty(features::StateWriter& out) {
  // Erasures first: a unit forgotten and made anew since is then written again.
  for (const std::string& unit : erased_) out.erase(unit);
  erased_.clear();
  for (const Fingerprint key : dirty_) {
    const auto found = entities_.find(key);
    if (found == entities_.end() || !found->second.entity || !found->second.entity->dirty) continue;
    Entity& entity = *found->second.entity;
    encode(entity, buffer_);
    out.put(unit_key('e', key), buffer_);
    entity.dirty = false;
    encoded_.push_back(key);
  }
  dirty_.clear();
  for (const auto& [key, tenant] : tenants_) {
    if (!tenant->dirty) continue;
    encode(*tenant, buffer_);
    out.put(unit_key('t', key), buffer_);
    tenant->dirty = false;
  }
}

void EntityStore::checkpoint_durable() {
  for (const Fingerprint key : encoded_) {
    const auto found = entities_.find(key);
    if (found == entities_.end() || !found->second.entity) continue;
    Entity& entity = *found->second.entity;
    if (!entity.dirty) entity.durable = true;
  }
  encoded_.clear();
  if (cold_ != nullptr && resident_ > limits_.max_resident) page_out();
}

void EntityStore::page_out() {
  std::vector<std::pair<std::int32_t, Fingerprint>> clean;
  for (const auto& [key, slot] : entities_) {
    if (slot.entity && slot.entity->durable) clean.emplace_back(slot.entity->last_hour, key);
  }
  if (clean.empty()) return;
  const std::size_t excess = std::min(resident_ - limits_.max_resident + limits_.max_resident / 8, clean.size());
  const auto last = clean.begin() + static_cast<std::ptrdiff_t>(excess);
  std::nth_element(clean.begin(), last == clean.end() ? last - 1 : last, clean.end());
  std::for_each(clean.begin(), last, [&](const auto& idle) {
    Slot& slot = entities_[idle.second];
    slot.tenant = slot.entity->tenant;
    slot.last_hour = slot.entity->last_hour;
    slot.entity.reset();
    --resident_;
  });
}

std::size_t EntityStore::dirty_bytes() const {
  return dirty_.size() * kTypicalUnitBytes;
}

}  // namespace outflow::detector
