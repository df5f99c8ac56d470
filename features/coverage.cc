#include "features/coverage.h"

#include <algorithm>

namespace outflow::features {
namespace {

constexpr std::uint8_t kVersion = 1;

std::string unit_key(Fingerprint tenant) {
  std::string key = "f";
  ByteWriter(key).key_u64(tenant);
  return key;
}

}  // namespace

void Coverage::observe(const AuditEvent& event, Fingerprint tenant_key, LogTime log) {
  now_ = std::max(now_, log);
  if (recent_ == nullptr || recent_key_ != tenant_key) {
    auto found = tenants_.find(tenant_key);
    if (found == tenants_.end()) {
      if (tenants_.size() >= kMostTenants) {
        ++unlisted_;
        return;
      }
      found = tenants_.emplace(tenant_key, std::make_unique<Tenant>()).first;
      found->second->id = event.tenant_id;
    }
    recent_ = found->second.get();
    recent_key_ = tenant_key;
  }
  Tenant& tenant = *recent_;
  tenant.newest = std::max(tenant.newest, log);
  std::unique_ptr<Feed>& feed = tenant.feeds[source_slot(event)];
  if (!feed) {
    feed = std::make_unique<Feed>();
    feed->name = source_name(event);
  }
  feed->add(event.source_event_type, event.action, event.event_time, log, delayed_);
  if (!tenant.dirty) {
    tenant.dirty = true;
    dirty_.push_back(tenant_key);
  }
}

const std::array<std::int64_t, kSourceSlots>& Coverage::open_gaps_ms() const {
  constexpr std::int64_t kEveryMs = 30 * kMsPerSecond;
  if (now_.ms < gaps_at_.ms + kEveryMs) return gaps_;
  gaps_at_ = now_;
  gaps_ = {};
  for (const auto& [key, tenant] : tenants_) {
    for (std::size_t i = 0; i < kSourceSlots; ++i) {
      const Feed* feed = tenant->feeds[i].get();
      if (feed != nullptr && feed->gap_open(now_)) gaps_[i] = std::max(gaps_[i], feed->silence_ms(now_));
    }
  }
  return gaps_;
}

std::vector<const TenantCoverage*> Coverage::tenants() const {
  std::vector<const TenantCoverage*> all;
  for (const auto& [key, tenant] : tenants_) all.push_back(tenant.get());
  std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  return all;
}

void Coverage::encode_dirty(StateWriter& out) {
  std::string value;
  std::sort(dirty_.begin(), dirty_.end());
  for (const Fingerprint key : dirty_) {
    Tenant& tenant = *tenants_.at(key);
    tenant.dirty = false;
    value.clear();
    ByteWriter writer(value);
    writer.u8(kVersion);
    writer.text(tenant.id);
    writer.zigzag(tenant.newest.ms);
    writer.varint(static_cast<std::uint64_t>(
        std::count_if(tenant.feeds.begin(), tenant.feeds.end(), [](const auto& feed) { return feed != nullptr; })));
    for (std::size_t i = 0; i < kSourceSlots; ++i) {
      if (!tenant.feeds[i]) continue;
      writer.varint(i);
      tenant.feeds[i]->encode(writer);
    }
    out.put(unit_key(key), value);
  }
  dirty_.clear();
}

Result<> Coverage::load(const StateReader& cold) {
  bool damaged = false;
  cold.scan("f", [&](std::string_view key, std::string_view value) {
    ByteReader at(key.substr(1));
    const Fingerprint tenant_key = at.key_u64();
    ByteReader in(value);
    const std::uint8_t version = in.u8();
    auto tenant = std::make_unique<Tenant>();
    tenant->id = in.text();
    tenant->newest.ms = in.zigzag();
    damaged = !at.ok() || !at.at_end() || version != kVersion;
    const std::size_t feeds = damaged ? 0 : in.count(8);
    for (std::size_t i = 0; i < feeds && !damaged; ++i) {
      const std::uint64_t slot = in.varint();
      damaged = slot >= kSourceSlots || !in.ok();
      if (damaged) break;
      tenant->feeds[slot] = std::make_unique<Feed>();
      damaged = !tenant->feeds[slot]->decode(in);
    }
    damaged = damaged || !in.ok() || !in.at_end();
    if (damaged) return false;
    now_ = std::max(now_, tenant->newest);
    recent_ = nullptr;
    tenants_[tenant_key] = std::move(tenant);
    return true;
  });
  if (damaged) return Error{ErrorCode::kRefuse, "state: a unit of the coverage (f) is damaged"};
  return Ok{};
}

}  // namespace outflow::features
