#include "features/volume_report.h"

#include <algorithm>
#include <tuple>

#include "features/ledger.h"

namespace outflow::features {

struct VolumeReport::Entity {
  struct Hour {
    std::int64_t events = 0;
    std::int64_t first_ms = 0, last_ms = 0;
  };
  VolumeRow sums;
  std::map<std::int32_t, Hour> hours;                        // only those with events
  std::map<std::string, std::int64_t, std::less<>> objects;  // events that touched them

  void apply(const Posting& posting);
};

VolumeReport::VolumeReport() = default;
VolumeReport::~VolumeReport() = default;
VolumeReport::VolumeReport(VolumeReport&&) noexcept = default;
VolumeReport& VolumeReport::operator=(VolumeReport&&) noexcept = default;

void VolumeReport::Entity::apply(const Posting& posting) {
  sums.records = saturating_add(sums.records, posting.records);
  sums.bytes = saturating_add(sums.bytes, posting.bytes);
  sums.events += posting.events;
  sums.uncounted_events += posting.uncounted;
  if (posting.events == 0) return;
  for (const std::string_view object : posting.objects) {
    auto found = objects.find(object);
    if (found == objects.end()) found = objects.emplace(std::string(object), 0).first;
    found->second += posting.events;
    if (found->second == 0) objects.erase(found);
  }
  Hour& hour = hours[posting.hour.hour];
  if (posting.events > 0) {
    hour.first_ms = hour.events <= 0 ? posting.first.ms : std::min(hour.first_ms, posting.first.ms);
    hour.last_ms = hour.events <= 0 ? posting.last.ms : std::max(hour.last_ms, posting.last.ms);
  }
  hour.events += posting.events;
  if (hour.events == 0) hours.erase(posting.hour.hour);
}

VolumeReport::Entity& VolumeReport::entity_of(std::string_view tenant_id, const Owner& owner) {
  const auto [found, made] = entities_.try_emplace(combine(fingerprint(tenant_id), owner.key));
  VolumeRow& sums = found->second.sums;
  if (made) {
    sums.tenant_id = tenant_id;
    sums.type = owner.type;
    sums.entity = owner.id;
  }
  if (!owner.name.empty() && sums.name != owner.name) sums.name = owner.name;
  return found->second;
}

void VolumeReport::apply(std::string_view tenant_id, const CountedEvent& counted) {
  if (counted.freshness == Freshness::kLate) return;
  if (counted.freshness == Freshness::kDuplicate) {
    ++entity_of(tenant_id, counted.owner).sums.duplicates;
    return;
  }
  for (const Posting& posting : counted.postings) entity_of(tenant_id, posting.owner).apply(posting);
}

std::vector<VolumeRow> VolumeReport::rows() const {
  std::vector<VolumeRow> rows;
  for (const auto& [key, entity] : entities_) {
    if (entity.hours.empty()) continue;
    VolumeRow& row = rows.emplace_back(entity.sums);
    for (const auto& [object, events] : entity.objects) row.objects.push_back(object);
    row.first.ms = entity.hours.begin()->second.first_ms;
    row.last.ms = entity.hours.rbegin()->second.last_ms;
  }
  std::sort(rows.begin(), rows.end(), [](const VolumeRow& a, const VolumeRow& b) {
    return std::tie(a.tenant_id, b.records, b.events, a.type, a.entity) <
           std::tie(b.tenant_id, a.records, a.events, b.type, b.entity);
  });
  return rows;
}

}  // namespace outflow::features
