// Ledger: turns changes of what is worth what into postings, and keeps the cells that a session may still move.
//
// An entry says: in this hour, this much belongs to that taker (an app where one is known, else the attribution).
// Callers add entries with their sign (minus what was true before, plus what is true now) and settle(); what cancels
// out is never posted. One thread.
#pragma once

#include <cstdint>
#include <span>
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
  std::int64_t records = 0, estimated = 0, bytes = 0;
  std::int64_t events = 0, uncounted = 0;
  std::int64_t first_ms = 0, last_ms = 0;  // of its events

  [[nodiscard]] bool empty() const {
    return records == 0 && estimated == 0 && bytes == 0 && events == 0 && uncounted == 0;
  }
  [[nodiscard]] bool takes_back() const {
    return records < 0 || estimated < 0 || bytes < 0 || events < 0 || uncounted < 0;
  }
};

// What the groups that tell of one pull amount to, apart from their rows by hour.
struct ExtractionSummary {
  Naming name;            // the earliest name of any of its groups
  Fingerprint taker = 0;  // who takes it without a name: the first live group with a session, else any with one, ...
  Fingerprint objects = 0;
  std::uint64_t records = 0;          // in the end
  std::uint64_t estimate = 0;         // beyond `records`
  bool known = false;                 // somebody told how many rows in the end
  bool asks = false;                  // somebody did not
  std::int64_t asked_ms = INT64_MAX;  // the earliest who did not: an estimate counts in its hour

  [[nodiscard]] bool unknown() const { return asks && !known && estimate == 0 && records == 0; }
};

// Stops at the ends instead of overflowing.
[[nodiscard]] std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept;

// Whose a group's records are, and whether those without a count stay uncounted.
struct GroupOwner {
  Fingerprint app = 0, taker = 0;
  bool uncounted = true;
};

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
  [[nodiscard]] ExtractionSummary summarise(std::span<VolumeGroup* const> extraction);
  // All that the groups of one extraction are worth: they tell of the same rows, so the largest of them, or the
  // estimate where none knows.
  void add_extraction(std::span<VolumeGroup* const> extraction, int sign);
  // Nets the entries by taker, hour and objects, and posts what remains. True where anything did.
  bool settle(bool moved);
  // The same; they are moved where any of them takes something back.
  bool settle_correction();

  // Posts the move of everything in the attribution's cells from its present owner to `app` (0: to its own).
  void move_cells(Attribution& attribution, Fingerprint app);

  [[nodiscard]] Owner owner_of_app(Fingerprint app);
  [[nodiscard]] Owner owner_of(const Attribution& attribution);
  [[nodiscard]] Owner actor_of(const Attribution& attribution) const;
  [[nodiscard]] const std::vector<Posting>& postings() const { return postings_; }

 private:
  void net();
  bool post_entries(bool moved);
  void add_rows(const VolumeGroup& group, int sign, const GroupOwner& owner);
  void add_values(int sign, Fingerprint app, Fingerprint taker, Fingerprint objects);
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
  std::vector<HourValue> values_, part_values_;
  struct Step {
    std::int32_t hour;
    std::uint32_t part;
    std::uint64_t records, bytes;
  };
  std::vector<Step> steps_;
  std::vector<HourValue> sums_;
  GroupSummary scratch_;
};

}  // namespace outflow::features
