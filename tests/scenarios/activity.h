// Activity: what really happened, once, before any log describes it (perhaps several times, late, in parts).
//
// Views point into the Fleet and into the day's Sessions; both outlive the day's activities.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "tests/scenarios/fleet.h"
#include "tests/scenarios/random.h"

namespace outflow::scenarios {

enum class Kind : std::uint8_t {
  kLogin,
  kQuery,  // REST; `pages` pages
  kSoapQuery,
  kBulk2Job,  // Bulk API 2.0 query job
  kBulk1Job,  // Bulk API 1 job in `pages` batches
  kReport,    // `pages` chunks
  kRecordView,
  kListView,
  kSearch,
  kFileDownload,
};

enum class Reach : std::uint8_t { kFull, kLimited, kCount };  // of a query

// One login of one client; its keys tie a day's records together.
struct Session {
  std::string login_key;
  std::string session_key;
};

struct Activity {
  Kind kind = Kind::kQuery;
  Reach reach = Reach::kFull;
  std::int64_t start_ms = 0;
  std::int64_t duration_ms = 100;
  std::uint64_t rows = 0;  // moved or shown; of a COUNT() its answer, which moves nothing
  std::uint32_t pages = 1;
  std::uint64_t bytes_per_row = 700;
  const Org* org = nullptr;
  const Client* client = nullptr;
  const Session* session = nullptr;
  std::string_view object;
  std::string_view ip;
  std::string_view user_agent;
  std::uint64_t id = 0;      // unique in the scenario; every identifier of its records derives from it
  bool names_app = true;     // this record itself says which connected app it was
  bool filtered = false;     // of a bulk job: its query has a WHERE clause
  bool app_unknown = false;  // no record says which app it was
  bool theft = false;

  // Rows that left, as an honest count has it.
  [[nodiscard]] std::uint64_t rows_taken() const { return reach == Reach::kCount || kind == Kind::kLogin ? 0 : rows; }
};

// What one org's day consists of. `sessions` is a deque: its elements stay where they are.
struct Day {
  int index = 0;              // from the scenario's first day
  std::int64_t start_ms = 0;  // its midnight, UTC
  std::vector<Activity> activities;
  std::deque<Session> sessions;
};

// Appends activities of one client on one day, with what they all have in common filled in.
class DayOf {
 public:
  DayOf(const FleetOptions& options, const Org& org, const Client& client, Day& day);

  // Begins a session at `at` (a login). Later activities belong to it.
  void log_in(std::int64_t at);
  // An activity; the first after a login names its app, later ones in seven of ten cases (RTEM leaves it out).
  // `at` is relative to the day's midnight. Logs in first where nobody has.
  Activity& add(Kind kind, std::int64_t at, std::string_view object, std::uint64_t rows);
  // A REST query: with its pages of 2,000 rows.
  Activity& query(std::int64_t at, std::string_view object, std::uint64_t rows, Reach reach = Reach::kFull);

  Random random;
  const Org& org;
  const Client& client;
  Day& day;

 private:
  bool named_ = false;
  const Session* session_ = nullptr;
  std::uint64_t next_id_;
};

void live_as_integration(DayOf& life, const FleetOptions& options);
void live_as_person(DayOf& life);

// The theft and its reconnaissance, on the days it has something to do (attack.cc).
void steal_like_drift(const FleetOptions& options, const Org& org, const Client& client, Day& day);
// The day, counted from the first, on which the theft's bulk job runs.
[[nodiscard]] int theft_day(const FleetOptions& options);

}  // namespace outflow::scenarios
