// HourNotes: what is special about some hours of an entity. Sparse, sorted, bounded like its HourCells.
//
//   estimated   part of the hour's records that is an estimate, wherever it is kept
//   aside       estimates that are in no window: of a query the entity runs habitually, while nothing about it is new
//   withheld    records of a theft that are in no window any more, since the hour was learnt at its usual bound
//
// What the entity took in an hour is its cell, what is aside and what is withheld, together: corrections find all of
// it again. Most entities have no notes. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace outflow::detector {

class HourNotes {
 public:
  struct Note {
    std::int32_t hour = 0;
    std::int64_t estimated = 0;
    std::int64_t aside = 0;     // >= 0
    std::int64_t withheld = 0;  // >= 0
    bool operator==(const Note&) const = default;
    [[nodiscard]] bool blank() const { return estimated == 0 && aside == 0 && withheld == 0; }
  };

  [[nodiscard]] bool empty() const { return notes_.empty(); }
  [[nodiscard]] Note at(std::int32_t hour) const;
  // Blank notes are not kept.
  void put(const Note& note);
  void drop_before(std::int32_t hour);

  // Over both ends. Estimates are not below zero.
  [[nodiscard]] std::int64_t estimated(std::int32_t first, std::int32_t last) const;
  [[nodiscard]] std::int64_t out_of_windows(std::int32_t first, std::int32_t last) const;

  [[nodiscard]] std::span<const Note> notes() const { return notes_; }
  // REQUIRES: sorted by hour, each hour once, none blank, nothing negative but `estimated` (the decoder checks).
  void restore(std::vector<Note> notes) { notes_ = std::move(notes); }

 private:
  std::vector<Note> notes_;
};

}  // namespace outflow::detector
