#include "detector/hour_notes.h"

#include <algorithm>

#include "detector/hour_cells.h"

namespace outflow::detector {
namespace {

bool by_hour(const HourNotes::Note& note, std::int32_t hour) {
  return note.hour < hour;
}

}  // namespace

HourNotes::Note HourNotes::at(std::int32_t hour) const {
  const auto found = std::lower_bound(notes_.begin(), notes_.end(), hour, by_hour);
  if (found != notes_.end() && found->hour == hour) return *found;
  Note note;
  note.hour = hour;
  return note;
}

void HourNotes::put(const Note& note) {
  const auto found = std::lower_bound(notes_.begin(), notes_.end(), note.hour, by_hour);
  const bool known = found != notes_.end() && found->hour == note.hour;
  if (note.blank()) {
    if (known) notes_.erase(found);
  } else if (known) {
    *found = note;
  } else {
    notes_.insert(found, note);
  }
}

void HourNotes::drop_before(std::int32_t hour) {
  if (notes_.empty() || notes_.front().hour >= hour) return;
  std::erase_if(notes_, [hour](const Note& note) { return note.hour < hour; });
}

std::int64_t HourNotes::estimated(std::int32_t first, std::int32_t last) const {
  std::int64_t sum = 0;
  for (const Note& note : notes_) {
    if (note.hour >= first && note.hour <= last) sum = saturating_add(sum, note.estimated);
  }
  return std::max<std::int64_t>(sum, 0);
}

std::int64_t HourNotes::out_of_windows(std::int32_t first, std::int32_t last) const {
  std::int64_t sum = 0;
  for (const Note& note : notes_) {
    if (note.hour >= first && note.hour <= last) sum = saturating_add(sum, saturating_add(note.aside, note.withheld));
  }
  return sum;
}

}  // namespace outflow::detector
