#include "features/volume_report.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "features/ledger.h"
#include "features/record_tag.h"

namespace outflow::features {

VolumeReport::Cell& VolumeReport::cell_of(std::string_view tenant_id, const Owner& owner, const Owner& actor,
                                          std::int32_t hour, std::span<const std::string_view> objects,
                                          std::string_view tag, DataClasses classes, Fingerprint& key) {
  const Fingerprint entity_key = combine(fingerprint(tenant_id), owner.key);
  Entity& entity = entities_[entity_key];
  if (entity.tenant_id.empty()) {
    entity.tenant_id = tenant_id;
    entity.type = owner.type;
    entity.id = owner.id;
  }
  if (!owner.name.empty() && entity.name != owner.name) entity.name = owner.name;

  Fingerprint set_key = fingerprint(tag);
  for (const std::string_view object : objects) {
    if (is_object(object)) set_key = combine(set_key, fingerprint(object));
  }
  if (const auto [set, made] = object_sets_.try_emplace(set_key); made) {
    for (const std::string_view object : objects) {
      if (is_object(object)) set->second.names.emplace_back(object);
    }
    std::sort(set->second.names.begin(), set->second.names.end());
    set->second.tag = tag;
  }
  Actor& known = actors_[actor.key];
  if (known.id.empty()) known.id = actor.id;
  if (!actor.name.empty() && known.name != actor.name) known.name = actor.name;

  key = combine(combine(combine(entity_key, actor.key), combine(set_key, classes.bits())),
                static_cast<std::uint32_t>(hour));
  Cell& cell = cells_[key];
  cell.entity = entity_key;
  cell.actor = actor.key;
  cell.objects = set_key;
  cell.hour = hour;
  cell.classes = classes;
  return cell;
}

void VolumeReport::add(Cell& cell, const Posting& posting) {
  cell.records = saturating_add(cell.records, posting.records);
  cell.estimated = saturating_add(cell.estimated, posting.estimated);
  cell.bytes = saturating_add(cell.bytes, posting.bytes);
  cell.uncounted += posting.uncounted;
  if (posting.events > 0) {
    const std::int64_t first = window_.original(posting.first).ms, last = window_.original(posting.last).ms;
    cell.first_ms = cell.events <= 0 ? first : std::min(cell.first_ms, first);
    cell.last_ms = cell.events <= 0 ? last : std::max(cell.last_ms, last);
  }
  cell.events += posting.events;
}

void VolumeReport::apply(std::string_view tenant_id, const CountedEvent& counted, const AuditEvent* event) {
  if (counted.freshness == Freshness::kLate) return;
  Fingerprint key = 0;
  const std::string_view own_tag = event != nullptr ? tag_of(event->objects) : std::string_view();
  if (counted.freshness == Freshness::kDuplicate) {
    const std::int32_t hour = event != nullptr ? hour_of(event->event_time).hour : 0;
    const std::span<const std::string_view> objects = event != nullptr ? event->objects : decltype(event->objects){};
    const DataClasses classes = event != nullptr ? event->classes : DataClasses();
    ++cell_of(tenant_id, counted.owner, counted.actor, hour, objects, own_tag, classes, key).duplicates;
    return;
  }
  for (const Posting& posting : counted.postings) {
    const std::string_view tag = tag_of(posting.objects);
    Cell& cell = cell_of(tenant_id, posting.owner, posting.actor, posting.hour.hour, posting.objects,
                         tag.empty() ? own_tag : tag, posting.classes, key);
    add(cell, posting);
    if (cell.empty()) cells_.erase(key);
  }
}

std::vector<VolumeRow> VolumeReport::rows(const Chooser& choose) const {
  struct Sum {
    VolumeRow row;
    std::set<std::string, std::less<>> objects;
    bool dated = false;
  };
  std::map<std::pair<Fingerprint, std::vector<std::string>>, Sum> sums;
  for (const auto& [key, cell] : cells_) {
    const bool only_repeats = cell.events == 0 && cell.records == 0 && cell.bytes == 0;
    if (!window_.holds(cell.hour)) continue;
    const Entity& entity = entities_.at(cell.entity);
    const Actor& actor = actors_.at(cell.actor);
    const ObjectSet& set = object_sets_.at(cell.objects);
    std::optional<std::vector<std::string>> split{std::in_place};
    if (choose) {
      split = choose({entity.tenant_id, entity.type, entity.id, entity.name, actor.id, actor.name,
                      window_.original_hour(cell.hour), set.names, cell.classes, set.tag});
    }
    if (!split) continue;
    Sum& sum = sums[{cell.entity, *split}];
    VolumeRow& row = sum.row;
    row.tenant_id = entity.tenant_id;
    row.type = entity.type;
    row.entity = entity.id;
    row.name = entity.name;
    row.split = std::move(*split);
    row.records = saturating_add(row.records, cell.records);
    row.records_estimated = saturating_add(row.records_estimated, cell.estimated);
    row.bytes = saturating_add(row.bytes, cell.bytes);
    row.events += cell.events;
    row.duplicates += cell.duplicates;
    row.uncounted_events += cell.uncounted;
    if (!only_repeats) {
      row.classes |= cell.classes;
      sum.objects.insert(set.names.begin(), set.names.end());
    }
    if (cell.events > 0) {
      row.first.ms = sum.dated ? std::min(row.first.ms, cell.first_ms) : cell.first_ms;
      row.last.ms = sum.dated ? std::max(row.last.ms, cell.last_ms) : cell.last_ms;
      sum.dated = true;
    }
  }
  // What moved away altogether makes no entity, and repeats alone make none; in the split of one that there is they
  // count.
  std::map<Fingerprint, std::array<std::int64_t, 4>> net;
  for (const auto& [key, sum] : sums) {
    std::array<std::int64_t, 4>& of_entity = net[key.first];
    const std::array<std::int64_t, 4> of_row{sum.row.records, sum.row.bytes, sum.row.events, sum.row.uncounted_events};
    for (std::size_t i = 0; i < of_entity.size(); ++i) of_entity[i] = saturating_add(of_entity[i], of_row[i]);
  }
  struct Ranked {
    std::int64_t records, events;  // of the whole entity: its rows stay together
    VolumeRow row;
  };
  std::vector<Ranked> ranked;
  for (auto& [key, sum] : sums) {
    const std::array<std::int64_t, 4>& of_entity = net[key.first];
    if (of_entity == std::array<std::int64_t, 4>{}) continue;
    sum.row.objects.assign(sum.objects.begin(), sum.objects.end());
    ranked.push_back({of_entity[0], of_entity[2], std::move(sum.row)});
  }
  std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    return std::tie(a.row.tenant_id, b.records, b.events, a.row.type, a.row.entity, a.row.split) <
           std::tie(b.row.tenant_id, a.records, a.events, b.row.type, b.row.entity, b.row.split);
  });
  std::vector<VolumeRow> rows;
  rows.reserve(ranked.size());
  for (Ranked& one : ranked) rows.push_back(std::move(one.row));
  return rows;
}

}  // namespace outflow::features
