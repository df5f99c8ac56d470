#include "detector/holdings.h"

#include <algorithm>

namespace outflow::detector {

Taken take_in(Entity& entity, std::int32_t hour, const Change& change) {
  if (change.estimated == 0 && entity.notes.empty()) {
    return {entity.cells.add(hour, change.records), change.records, 0};
  }
  Taken taken;
  HourNotes::Note note = entity.notes.at(hour);
  note.estimated = saturating_add(note.estimated, change.estimated);
  std::int64_t rest = change.records;
  if (change.aside > 0) {
    note.aside = saturating_add(note.aside, change.aside);
    rest -= change.aside;
  } else if (change.estimated < 0) {
    taken.from_aside = std::min(note.aside, -change.estimated);
    note.aside -= taken.from_aside;
    rest += taken.from_aside;
  }
  if (note.withheld > 0) {  // more or less of a theft whose hour is learnt
    note.withheld = saturating_add(note.withheld, rest);
    rest = std::min<std::int64_t>(note.withheld, 0);
    note.withheld = std::max<std::int64_t>(note.withheld, 0);
  }
  if (!entity.cells.add(hour, rest)) return {};
  entity.notes.put(note);
  entity.notes.drop_before(entity.cells.cells().front().hour);
  taken.kept = true;
  taken.in_windows = rest;
  return taken;
}

void withhold(Entity& entity, std::int32_t hour, std::int64_t most) {
  const std::int64_t records = entity.cells.at(hour);
  if (records <= most) return;
  HourNotes::Note note = entity.notes.at(hour);
  note.withheld = saturating_add(note.withheld, records - most);
  entity.notes.put(note);
  entity.cells.cap(hour, most);
}

std::int64_t held(const Entity& entity, std::int32_t first, std::int32_t last) {
  const std::int64_t in_windows = entity.cells.sum(first, last);
  return entity.notes.empty() ? in_windows : saturating_add(in_windows, entity.notes.out_of_windows(first, last));
}

WindowSums held_in_windows(const Entity& entity, std::int32_t hour) {
  WindowSums sums{};
  for (std::size_t i = 0; i < kWindows; ++i) sums[i] = held(entity, hour - kWindowHours[i] + 1, hour);
  return sums;
}

}  // namespace outflow::detector
