// Extractions: which records tell of one pull, where no key says so.
//
// A bulk query is told up to three times: when it is issued (`ApiEvent`), at each download of its results
// (`BulkApiResultEvent`), and hours later as a job (`BulkApi`, `BulkApi2`). A report is told by its row in the event
// log file, by its live event and by its export. What each of them says is a *sighting*; the sightings of one tenant,
// actor and object (or report) share a *pool*, and the pool pairs them into *extractions*:
//   - downloads belong to the latest query before them, or to the downloads before them within kPauseMs;
//   - a query with its downloads pairs with a job within 24 h, in time order, near ones first;
//   - a report's row pairs with its live event, and both with an export, within ten minutes likewise.
// The pairing is a pure function of the sightings, so the order of arrival cannot change it. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "features/bytes.h"
#include "features/event_time.h"
#include "features/hour_table.h"

namespace outflow::features {

// The numbers are persisted: append, never renumber.
enum class SightingKind : std::uint8_t { kJob, kQuery, kDownload, kReportRow, kReportView, kExport };

// How much of its object a query can have read.
enum class Reach : std::uint8_t { kUnknown, kWhole, kFiltered, kLimited };

// True for what is seen as it happens, by its own session, not told afterwards.
[[nodiscard]] constexpr bool is_live(SightingKind kind) noexcept {
  return kind != SightingKind::kJob && kind != SightingKind::kReportRow;
}

[[nodiscard]] constexpr bool is_report(SightingKind kind) noexcept {
  return kind == SightingKind::kReportRow || kind == SightingKind::kReportView || kind == SightingKind::kExport;
}

struct Sighting {
  std::int64_t time_ms = 0;  // of the earliest record of its group
  Fingerprint group = 0;
  Fingerprint shape = 0;  // of its query; 0 = unknown
  SightingKind kind = SightingKind::kJob;
  bool opens = false;  // a query's issue
  // Said by pair_sightings(): the places of its extraction's earliest sighting and of the next one after it; itself,
  // and kLast, where there is none.
  std::uint32_t first = 0, next = kLast;

  static constexpr std::uint32_t kLast = UINT32_MAX;
};

// Sorts by time and says of each sighting which extraction it belongs to.
void pair_sightings(std::vector<Sighting>& sightings);

struct ExtractionPool : HourEntry {
  static constexpr std::uint8_t kVersion = 1;
  static constexpr std::int64_t kPauseMs = 45 * 60 * 1000;  // a longer one between downloads: another pull
  static constexpr std::size_t kMost = 1024;                // further ones are extractions of their own
  static constexpr std::size_t kFoldFrom = 256;             // from here on downloads join others nearby
  static constexpr std::int64_t kNearbyMs = 60 * 1000;

  std::vector<Sighting> sightings;  // paired

  // `time_ms`: where it is most likely.
  [[nodiscard]] const Sighting* find(Fingerprint group, std::int64_t time_ms) const;
  // Where there are many, the download at hand may as well be another record of this one: the nearest of its shape in
  // time, within kNearbyMs, or however far where there is no room. Null: it is a sighting of its own.
  [[nodiscard]] const Sighting* stands_for(std::int64_t download_ms, Fingerprint shape) const;
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in, std::uint8_t version);
  [[nodiscard]] std::size_t heap_bytes() const { return sightings.capacity() * sizeof(Sighting); }
};

}  // namespace outflow::features
