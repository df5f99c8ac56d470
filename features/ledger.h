// Ledger: turns changes of what is worth what into postings, and keeps the cells that a session may still move.
//
// An entry says: in this hour, this much belongs to that taker (an app where one is known, else the attribution).
// Callers add entries with their sign (minus what was true before, plus what is true now) and settle(); what cancels
// out is never posted. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "features/attribution.h"
#include "features/counted_event.h"
#include "features/object_sets.h"
#include "features/volume_group.h"

namespace outflow::features {

struct LedgerEntry {
  std::int32_t hour = 0;
  Fingerprint app = 0;  // 0: the attribution's own owner
  Fingerprint attribution = 0;
  Fingerprint objects = 0;
  std::int64_t records = 0, bytes = 0;
  std::int64_t events = 0, uncounted = 0;
  std::int64_t first_ms = 0, last_ms = 0;  // of its events

  [[nodiscard]] bool empty() const { return records == 0 && bytes == 0 && events == 0 && uncounted == 0; }
};

// Stops at the ends instead of overflowing.
[[nodiscard]] std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept;

class Ledger {
 public:
  Ledger(HourTable<App>& apps, HourTable<Attribution>& attributions, ObjectSets& objects)
      : apps_(apps), attributions_(attributions), objects_(objects) {}

  // Begins a record: forgets its predecessor's postings. Cells below `floor` are closed.
  void begin(Fingerprint tenant, std::int32_t hour, std::int32_t floor);

  // The record's own attribution, which most entries are about. Holds until the next begin().
  void taker_is(Attribution& attribution) {
    own_ = &attribution;
    own_actor_ = actor_of(attribution);
  }

  void add(const LedgerEntry& entry) { entries_.push_back(entry); }
  // All that `group` is worth, with `sign` (+1 or -1).
  void add_group(VolumeGroup& group, int sign);
  // Nets the entries by taker, hour and objects, and posts what remains. True where anything did.
  bool settle(bool moved);

  // Posts the move of everything in the attribution's cells from its present owner to `app` (0: to its own).
  void move_cells(Attribution& attribution, Fingerprint app);

  [[nodiscard]] Owner owner_of_app(Fingerprint app);
  [[nodiscard]] Owner owner_of(const Attribution& attribution);
  [[nodiscard]] Owner actor_of(const Attribution& attribution) const;
  [[nodiscard]] const std::vector<Posting>& postings() const { return postings_; }

 private:
  void post(const LedgerEntry& entry, const Owner& owner, const Owner& actor, bool moved);
  void keep_in_cell(Attribution& attribution, const LedgerEntry& entry);

  HourTable<App>& apps_;
  HourTable<Attribution>& attributions_;
  ObjectSets& objects_;
  Fingerprint tenant_ = 0;
  std::int32_t hour_ = 0, floor_ = 0;
  Attribution* own_ = nullptr;
  Owner own_actor_;
  std::vector<LedgerEntry> entries_;
  std::vector<Posting> postings_;
  std::vector<HourValue> values_;
  GroupSummary scratch_;
};

}  // namespace outflow::features
