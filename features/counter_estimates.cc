#include <algorithm>
#include <bit>

#include "features/counter_impl.h"
#include "features/record_tag.h"

namespace outflow::features {
namespace {

constexpr Fingerprint kObjectSeed = 11;
constexpr std::size_t kPruneFrom = 64;

// May say what its kind brings, once its extraction's count is known.
bool teaches(const VolumeGroup& group) {
  return group.sighted && (group.sighted->shape != 0 ||
                           (is_report(group.sighted->kind) && group.sighted->kind != SightingKind::kExport));
}

}  // namespace

// Sources spell an object's name alike but for the case.
Fingerprint Counter::Impl::object_key(std::string_view name) const {
  constexpr std::size_t kMostName = 128;
  char folded[kMostName];
  const std::size_t size = std::min(name.size(), kMostName);
  std::transform(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(size), std::begin(folded),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return fingerprint(std::string_view(std::begin(folded), size), combine(keys_.tenant, kObjectSeed));
}

// An unfiltered COUNT() and an unfiltered, unlimited query say how much their object holds.
void Counter::Impl::learn_size(const AuditEvent& event) {
  std::uint64_t rows = event.object_total.value_or(0);
  if (rows == 0 && event.query_class == QueryClass::kFull && !event.filtered && event.action != Action::kWrite &&
      event.count_semantics != CountSemantics::kNone) {
    rows = event.records.value_or(0);
  }
  const std::span<const std::string_view> objects = untagged(event.objects);
  if (rows == 0 || objects.size() != 1) return;
  const Fingerprint key = object_key(objects.front());
  ObjectMemory& object = memory(key);
  if (!object.saw(std::clamp(event.event_time.ms, -kFarthestMs, kFarthestMs), std::min(rows, kMostRecords))) return;
  ++stats_.sizes_learnt;
  memories_.changed(object);
  lessons_.push_back(key);
}

ObjectMemory& Counter::Impl::memory(Fingerprint key) {
  bool made = false;
  ObjectMemory& found = memories_.put(keys_.tenant, keys_.home, key, made);
  memories_.used_at(found, keys_.home);
  return found;
}

// Says what an extraction is worth, estimates it where nobody knows, and posts it. REQUIRES: what it was worth before
// was taken back.
void Counter::Impl::reckon(const Extraction& extraction) {
  const ExtractionSummary sum = ledger_.summarise(extraction.groups);
  const bool estimated = sum.estimate != 0;
  const std::uint64_t estimate = still_estimated(extraction, sum);
  for (VolumeGroup* group : extraction.groups) {
    const std::uint64_t share = group == extraction.groups.front() ? estimate : 0;
    if (!group->sighted || group->sighted->estimate == share) continue;
    group->sighted->estimate = share;
    groups_.changed(*group);
  }
  if (estimate != 0 && !estimated) ++stats_.estimates;
  if (estimated && estimate == 0 && (sum.known || sum.records != 0)) {
    ++stats_.estimates_settled;
    result_.settles_estimate = true;
  }
  ledger_.add_extraction(extraction.groups, +1);
  teach(extraction, sum);
}

// A job that still runs has read a part: the rest of the estimate stays one, until the count is final or reaches it.
std::uint64_t Counter::Impl::still_estimated(const Extraction& extraction, const ExtractionSummary& sum) {
  if (sum.known || !sum.asks) return 0;
  const std::uint64_t estimate = estimate_of(extraction);
  return estimate > sum.records ? estimate - sum.records : 0;
}

std::uint64_t Counter::Impl::estimate_of(const Extraction& extraction) {
  Fingerprint subject = 0, shape = 0;
  Reach reach = Reach::kUnknown;
  bool report = false;
  for (const VolumeGroup* group : extraction.groups) {
    if (!group->sighted) continue;
    const Sighted& sighted = *group->sighted;
    if (subject == 0) subject = sighted.subject;
    if (shape == 0 && sighted.shape != 0) std::tie(shape, reach) = std::tie(sighted.shape, sighted.reach);
    report = report || is_report(sighted.kind);
  }
  const ObjectMemory* held = subject == 0 ? nullptr : memories_.find(subject);
  if (report) return held == nullptr ? 0 : std::min(held->truth_near(extraction.time_ms), kMostRecords);
  if (reach == Reach::kFiltered || reach == Reach::kLimited) {
    const ObjectMemory* alike = memories_.find(shape);
    const auto brought = alike == nullptr ? std::nullopt : alike->truth_before(extraction.time_ms);
    if (brought) return std::min(*brought, kMostRecords);
    if (reach == Reach::kLimited) return 0;  // a part of unknown size
  }
  return held == nullptr ? 0 : std::min(held->size_at(extraction.time_ms), kMostRecords);
}

// Lists the group where a later lesson can change its estimate.
void Counter::Impl::learn(VolumeGroup& group) {
  group.sighted->learns = true;
  listen(group.sighted->subject, group.key);
  listen(group.sighted->shape, group.key);
}

void Counter::Impl::listen(Fingerprint key, Fingerprint group) {
  if (key == 0) return;
  ObjectMemory& object = memory(key);
  std::vector<Fingerprint>& learners = object.learners;
  if (learners.size() >= kPruneFrom && (std::has_single_bit(learners.size()))) {
    std::erase_if(learners, [&](Fingerprint old) { return groups_.find(old) == nullptr; });
  }
  if (learners.size() >= ObjectMemory::kMostLearners) {
    ++stats_.forgotten_entries;
    return;
  }
  if (std::find(learners.begin(), learners.end(), group) != learners.end()) return;
  learners.push_back(group);
  memories_.grew(object, sizeof(Fingerprint));
  memories_.changed(object);
}

// What an extraction brought in the end is a lesson for those like it: told by the first that can.
void Counter::Impl::teach(const Extraction& extraction, const ExtractionSummary& sum) {
  bool told = !sum.known;
  const auto rows = static_cast<std::int64_t>(sum.records);
  for (VolumeGroup* group : extraction.groups) {
    if (!teaches(*group)) continue;
    const std::int64_t time_ms = group->summary(scratch_).taker_ms;
    tell(*group, told ? -1 : rows, std::clamp(time_ms, -kFarthestMs, kFarthestMs));
    told = true;
  }
}

void Counter::Impl::tell(VolumeGroup& group, std::int64_t rows, std::int64_t time_ms) {
  Sighted& sighted = *group.sighted;
  if (sighted.told == rows && (rows < 0 || sighted.told_ms == time_ms)) return;
  const bool whole = sighted.reach == Reach::kWhole || is_report(sighted.kind);
  for (const Fingerprint key : {sighted.shape, whole ? sighted.subject : 0}) {
    if (key == 0) continue;
    ObjectMemory& object = memory(key);
    const std::size_t before = object.truths.size();
    if (sighted.told >= 0) object.take_back(sighted.told_ms, group.key);
    if (rows >= 0) object.tell({time_ms, group.key, static_cast<std::uint64_t>(rows)});
    if (object.truths.size() > before) memories_.grew(object, sizeof(ObjectMemory::Truth));
    memories_.changed(object);
    if (!object.learners.empty()) lessons_.push_back(key);
  }
  sighted.told = rows;
  sighted.told_ms = rows < 0 ? 0 : time_ms;
  groups_.changed(group);
}

// Estimates follow what this record taught.
void Counter::Impl::revise() {
  for (std::size_t i = 0; i < lessons_.size(); ++i) {
    const ObjectMemory* object = memories_.find(lessons_[i]);
    if (object == nullptr) continue;
    for (const Fingerprint key : object->learners) {
      VolumeGroup* group = groups_.find(key);
      if (group == nullptr || !group->sighted || group->rows.empty()) continue;
      const Extraction extraction = extraction_of(*group);
      const ExtractionSummary sum = ledger_.summarise(extraction.groups);
      if (sum.known || !sum.asks || still_estimated(extraction, sum) == sum.estimate) continue;
      ledger_.add_extraction(extraction.groups, -1);
      reckon(extraction);
    }
  }
  lessons_.clear();
  ledger_.settle_correction();
}

}  // namespace outflow::features
