// Entity: everything remembered of one integration, user, integration x actor, address or tenant.
//
// Plain data with the operations in learning.h (what becomes habit), scoring.h (what is odd) and entity_codec.h (how
// it is kept). Owned by the EntityStore, used by the partition's thread only.
// Invariant: hours before `learnt_until` are in the baseline; all persisted fields depend on the inputs alone.
#pragma once

#include <cstdint>
#include <string>

#include "detector/baseline.h"
#include "detector/class_hours.h"
#include "detector/episode.h"
#include "detector/hour_cells.h"
#include "detector/hour_notes.h"
#include "detector/novelty.h"
#include "detector/tripwire.h"
#include "features/counted_event.h"

namespace outflow::detector {

// Volumes of the windows ending with one hour, kept up to date by additions to that hour. Not persisted.
struct SumCache {
  std::int32_t hour = kNoHour;
  WindowSums sums{};
};

// Volumes up to which a window of this hour is usual. Not persisted: a pure function of the baseline and the hour.
struct BoundCache {
  std::int32_t hour = kNoHour;
  std::array<double, kWindows> scored_above{};
};

struct Entity {
  // Hot: touched by every event.
  SumCache sums;
  BoundCache bounds;
  HourCells cells;
  HourNotes notes;

  features::Fingerprint key = 0;
  features::Fingerprint tenant = 0;
  features::EntityType type = features::EntityType::kUser;
  std::int32_t first_hour = kNoHour;    // of its first event
  std::int32_t last_hour = kNoHour;     // of its latest event
  std::int32_t learnt_until = kNoHour;  // first hour not yet in the baseline
  std::int32_t last_anomaly_hour = kNoHour;

  std::int32_t woke_hour = kNoHour;  // when it last moved records after days of silence
  float woke_surprise = 0;           // -ln of how rare so long a silence was
  float backlog = 0;                 // records it would have moved while silent, at most a day of them
  std::int32_t last_volume_hour = kNoHour;
  std::uint16_t longest_gap_days = 0;  // between days with volume; decays
  float newcomer_surprise = 0;         // how rare newcomers of its type were when it came; 0 = not a newcomer

  Baseline baseline;
  Novelty novelty;
  ObjectHabits objects;
  ClassHours classes;  // an owner's
  // Running maxima of -ln p of the day being learnt, for calibration: windows of 1 h and 6 h.
  std::array<float, 2> day_surprise{};
  Episode episode;
  std::string label;  // an integration's name for people, else empty

  // Not persisted.
  std::uint64_t records_since_start = 0;
  double score = 0;  // surprise of the latest scoring
  std::int32_t score_hour = kNoHour;
  bool dirty = false;
  bool durable = false;  // the store behind holds exactly this
};

}  // namespace outflow::detector
