#include "features/ledger.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace outflow::features {
namespace {

auto place_of(const LedgerEntry& entry) {
  return std::tie(entry.hour, entry.app, entry.attribution, entry.objects);
}

void merge_into(LedgerEntry& into, const LedgerEntry& entry) {
  if (into.events == 0) std::tie(into.first_ms, into.last_ms) = std::tie(entry.first_ms, entry.last_ms);
  if (entry.events != 0) {
    into.first_ms = std::min(into.first_ms, entry.first_ms);
    into.last_ms = std::max(into.last_ms, entry.last_ms);
  }
  into.records = saturating_add(into.records, entry.records);
  into.estimated = saturating_add(into.estimated, entry.estimated);
  into.bytes = saturating_add(into.bytes, entry.bytes);
  into.events += entry.events;
  into.uncounted += entry.uncounted;
}

bool same_sign(std::int64_t a, std::int64_t b) {
  return a == 0 || b == 0 || (a < 0) == (b < 0);
}

}  // namespace

std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? std::numeric_limits<std::int64_t>::min() + 1 : std::numeric_limits<std::int64_t>::max();
}

void Ledger::begin(Fingerprint tenant, std::int32_t hour, std::int32_t floor) {
  tenant_ = tenant;
  hour_ = hour;
  floor_ = floor;
  own_ = nullptr;
  entries_.clear();
  postings_.clear();
}

void Ledger::add_values(int sign, Fingerprint app, Fingerprint taker, Fingerprint objects) {
  for (const HourValue& value : values_) {
    LedgerEntry entry{value.hour, app, taker, objects};
    entry.records = sign * static_cast<std::int64_t>(value.records);
    entry.bytes = sign * static_cast<std::int64_t>(value.bytes);
    entries_.push_back(entry);
  }
}

void Ledger::add_rows(const VolumeGroup& group, int sign, const GroupOwner& owner) {
  for (const Contribution& row : group.rows) {
    const bool additive = row.lane == kAdditive;
    LedgerEntry entry{row.hour(), owner.app, additive ? row.attribution : owner.taker, row.objects};
    entry.records = additive ? sign * static_cast<std::int64_t>(row.records) : 0;
    entry.bytes = additive ? sign * static_cast<std::int64_t>(row.bytes) : 0;
    entry.events = sign * static_cast<std::int64_t>(row.events);
    entry.uncounted = row.uncounted && (additive || owner.uncounted) ? entry.events : 0;
    entry.first_ms = entry.last_ms = row.time_ms;
    entries_.push_back(entry);
  }
}

void Ledger::add_group(VolumeGroup& group, int sign) {
  const GroupSummary& summary = group.summary(scratch_);
  if (!group.voided) {
    summary.values(values_);
    add_values(sign, group.name.app, summary.taker, summary.objects);
  }
  add_rows(group, sign, {group.name.app, summary.taker});
}

ExtractionSummary Ledger::summarise(std::span<VolumeGroup* const> extraction) {
  ExtractionSummary sum;
  int best = INT32_MAX;
  std::int64_t taker_ms = 0, objects_ms = 0;
  Fingerprint taker_uid = 0, objects_uid = 0;
  for (VolumeGroup* group : extraction) {
    const GroupSummary& summary = group->summary(scratch_);
    sum.name.take(group->name);
    if (group->sighted) sum.estimate += group->sighted->estimate;
    if (summary.taker != 0) {
      int rank = 0;
      if (extraction.size() > 1) {
        const Attribution* attribution = attributions_.find(summary.taker);
        rank = (attribution != nullptr && attribution->upgradable() ? 0 : 2) +
               (group->sighted && is_live(group->sighted->kind) ? 0 : 1);
      }
      if (sum.taker == 0 || std::tie(rank, summary.taker_ms, summary.taker_uid) < std::tie(best, taker_ms, taker_uid)) {
        std::tie(best, taker_ms, taker_uid) = std::tie(rank, summary.taker_ms, summary.taker_uid);
        sum.taker = summary.taker;
      }
    }
    if (summary.objects != 0 &&
        (sum.objects == 0 || std::tie(summary.objects_ms, summary.objects_uid) < std::tie(objects_ms, objects_uid))) {
      std::tie(objects_ms, objects_uid, sum.objects) =
          std::tie(summary.objects_ms, summary.objects_uid, summary.objects);
    }
    for (const Contribution& row : group->rows) {
      if (row.lane == kAdditive) continue;
      sum.known = sum.known || row.tells;
      if (!row.uncounted) continue;
      sum.asks = true;
      sum.asked_ms = std::min(sum.asked_ms, row.time_ms);
    }
    std::uint64_t records = 0;
    summary.values(part_values_);
    for (const HourValue& value : part_values_) records += value.records;
    sum.records = std::max(sum.records, records);
  }
  return sum;
}

void Ledger::add_extraction(std::span<VolumeGroup* const> extraction, int sign) {
  const ExtractionSummary sum = summarise(extraction);
  steps_.clear();
  for (std::uint32_t part = 0; part < extraction.size(); ++part) {
    extraction[part]->summary(scratch_).values(part_values_);
    for (const HourValue& value : part_values_) steps_.push_back({value.hour, part, value.records, value.bytes});
  }
  std::sort(steps_.begin(), steps_.end(),
            [](const Step& a, const Step& b) { return std::tie(a.hour, a.part) < std::tie(b.hour, b.part); });
  sums_.assign(extraction.size(), HourValue{});
  values_.clear();
  HourValue worth;  // up to the hour at hand: the largest of the groups
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    HourValue& own = sums_[step.part];
    own.records += step.records;
    own.bytes += step.bytes;
    const HourValue before = worth;
    worth.records = std::max(worth.records, own.records);
    worth.bytes = std::max(worth.bytes, own.bytes);
    const std::uint64_t records = worth.records - before.records, bytes = worth.bytes - before.bytes;
    if (records != 0 || bytes != 0) values_.push_back({step.hour, records, bytes});
  }
  add_values(sign, sum.name.app, sum.taker, sum.objects);
  if (sum.estimate != 0) {
    LedgerEntry entry{hour_of(EventTime{sum.asked_ms}).hour, sum.name.app, sum.taker, sum.objects};
    entry.records = entry.estimated = sign * static_cast<std::int64_t>(sum.estimate);
    entries_.push_back(entry);
  }
  for (const VolumeGroup* group : extraction) add_rows(*group, sign, {sum.name.app, sum.taker, sum.unknown()});
}

bool Ledger::settle(bool moved) {
  net();
  return post_entries(moved);
}

bool Ledger::settle_correction() {
  net();
  return post_entries(
      std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) { return entry.takes_back(); }));
}

void Ledger::net() {
  if (entries_.size() <= 1) return;
  std::sort(entries_.begin(), entries_.end(),
            [](const LedgerEntry& a, const LedgerEntry& b) { return place_of(a) < place_of(b); });
  std::size_t last = 0;
  for (std::size_t i = 1; i < entries_.size(); ++i) {
    if (place_of(entries_[last]) == place_of(entries_[i])) {
      merge_into(entries_[last], entries_[i]);
    } else {
      entries_[++last] = entries_[i];
    }
  }
  entries_.resize(last + 1);
}

bool Ledger::post_entries(bool moved) {
  bool any = false;
  for (const LedgerEntry& entry : entries_) {
    if (entry.empty()) continue;
    any = true;
    const bool own = own_ != nullptr && own_->key == entry.attribution;
    Attribution* attribution = own ? own_ : attributions_.find(entry.attribution);
    const Owner actor = own ? own_actor_ : attribution != nullptr ? actor_of(*attribution) : Owner{};
    if (entry.app != 0) {
      post(entry, owner_of_app(entry.app), actor, moved);
    } else if (attribution != nullptr) {
      keep_in_cell(*attribution, entry);
      post(entry, owner_of(*attribution), actor, moved);
    }
  }
  entries_.clear();
  return any;
}

void Ledger::keep_in_cell(Attribution& attribution, const LedgerEntry& entry) {
  if (!attribution.upgradable() || entry.hour < floor_) return;
  bool grown = false;
  Cell& cell = attribution.cell(entry.hour, entry.objects, grown);
  if (entry.events > 0) {
    cell.first_ms = cell.events == 0 ? entry.first_ms : std::min(cell.first_ms, entry.first_ms);
    cell.last_ms = cell.events == 0 ? entry.last_ms : std::max(cell.last_ms, entry.last_ms);
  }
  cell.records = saturating_add(cell.records, entry.records);
  cell.estimated = saturating_add(cell.estimated, entry.estimated);
  cell.bytes = saturating_add(cell.bytes, entry.bytes);
  cell.events += entry.events;
  cell.uncounted += entry.uncounted;
  if (cell.empty()) {
    attribution.cells.erase(attribution.cells.begin() + (&cell - attribution.cells.data()));
  } else if (grown) {
    attributions_.grew(attribution, sizeof(Cell));
  }
  attributions_.changed(attribution);
}

void Ledger::move_cells(Attribution& attribution, Fingerprint app) {
  const Owner from = owner_of(attribution);
  const Owner actor = actor_of(attribution);
  attribution.joined = app;
  attributions_.changed(attribution);
  const Owner to = owner_of(attribution);
  for (const Cell& cell : attribution.open_cells()) {
    LedgerEntry entry{cell.hour, 0, attribution.key, cell.objects};
    std::tie(entry.first_ms, entry.last_ms) = std::tie(cell.first_ms, cell.last_ms);
    std::tie(entry.records, entry.estimated, entry.bytes) = std::tie(cell.records, cell.estimated, cell.bytes);
    std::tie(entry.events, entry.uncounted) = std::tie(cell.events, cell.uncounted);
    post(entry, to, actor, true);
    entry.records = -entry.records;
    entry.estimated = -entry.estimated;
    entry.bytes = -entry.bytes;
    entry.events = -entry.events;
    entry.uncounted = -entry.uncounted;
    post(entry, from, actor, true);
  }
}

void Ledger::post(const LedgerEntry& entry, const Owner& owner, const Owner& actor, bool moved) {
  const ObjectSet* set = objects_.find(entry.objects);
  const std::span<const std::string_view> objects = set == nullptr ? std::span<const std::string_view>{} : set->views;
  const DataClasses classes = set == nullptr ? DataClasses{} : set->classes;
  // The rows of a record and the record itself come as two entries where its group competes: one posting again, unless
  // they are of different objects. Then each counts where it would be taken back from.
  if (!postings_.empty()) {
    Posting& last = postings_.back();
    if (last.hour.hour == entry.hour && last.owner.key == owner.key && last.actor.key == actor.key &&
        last.moved == moved && last.objects.data() == objects.data() && last.objects.size() == objects.size() &&
        last.classes == classes && same_sign(last.records, entry.records) && same_sign(last.events, entry.events) &&
        same_sign(last.records, entry.events)) {
      LedgerEntry sum{};
      sum.events = last.events;
      std::tie(sum.first_ms, sum.last_ms) = std::tie(last.first.ms, last.last.ms);
      merge_into(sum, entry);
      last.records = saturating_add(last.records, entry.records);
      last.estimated = saturating_add(last.estimated, entry.estimated);
      last.bytes = saturating_add(last.bytes, entry.bytes);
      last.events = static_cast<std::int32_t>(sum.events);
      last.uncounted = static_cast<std::int32_t>(last.uncounted + entry.uncounted);
      last.first.ms = sum.first_ms;
      last.last.ms = sum.last_ms;
      return;
    }
  }
  Posting posting;
  posting.hour.hour = entry.hour;
  posting.owner = owner;
  posting.actor = actor;
  posting.records = entry.records;
  posting.estimated = entry.estimated;
  posting.bytes = entry.bytes;
  posting.events = static_cast<std::int32_t>(entry.events);
  posting.uncounted = static_cast<std::int32_t>(entry.uncounted);
  posting.objects = objects;
  posting.classes = classes;
  posting.first.ms = entry.first_ms;
  posting.last.ms = entry.last_ms;
  posting.moved = moved;
  postings_.push_back(posting);
}

Owner Ledger::owner_of_app(Fingerprint app) {
  App* entry = apps_.find(app);
  if (entry == nullptr) return {EntityType::kIntegration, app, {}, {}};
  apps_.used_at(*entry, hour_);
  return {EntityType::kIntegration, app, entry->id, entry->name};
}

Owner Ledger::owner_of(const Attribution& attribution) {
  if (attribution.joined != 0) return owner_of_app(attribution.joined);
  if (attribution.client.empty()) return actor_of(attribution);
  return {EntityType::kIntegration, entity_key(tenant_, EntityType::kIntegration, attribution.client),
          attribution.client, attribution.client};
}

Owner Ledger::actor_of(const Attribution& attribution) const {
  return {EntityType::kUser, entity_key(tenant_, EntityType::kUser, attribution.actor_id), attribution.actor_id,
          attribution.actor_name};
}

}  // namespace outflow::features
