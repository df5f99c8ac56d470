// The theft, after the timeline one victim published (UNC6395, August 2025): same app, same user; a new address, a new
// client program, another API and another volume. Clock times are those of the real one, on the scenario's last days.
#include "tests/scenarios/activity.h"
#include "tests/scenarios/calendar.h"

namespace outflow::scenarios {
namespace {

constexpr std::string_view kThiefAddress = "198.51.100.77";
constexpr std::string_view kScoutAgent = "python-requests/2.32.4";
constexpr std::string_view kBulkAgent = "Python/3.11 aiohttp/3.12.15";

constexpr std::int64_t clock_time(int hour, int minute, int second) {
  return hour * kHour + minute * kMinute + second * kSecond;
}

void disguise(const FleetOptions& options, Day& day, std::size_t from, std::string_view agent) {
  for (std::size_t i = from; i < day.activities.size(); ++i) {
    day.activities[i].ip = kThiefAddress;
    day.activities[i].user_agent = agent;
    day.activities[i].theft = true;
    day.activities[i].names_app = options.naming == Naming::kAtOnce;
    day.activities[i].app_unknown = options.naming == Naming::kNever;
  }
}

void scout(const FleetOptions& options, DayOf& thief) {
  const std::size_t from = thief.day.activities.size();
  thief.log_in(clock_time(0, 17, 40));
  thief.query(clock_time(0, 17, 47), "Account", table_rows(thief.org, "Account", thief.day.index), Reach::kCount);
  thief.query(clock_time(0, 17, 51), "Contact", table_rows(thief.org, "Contact", thief.day.index), Reach::kCount);
  thief.query(clock_time(0, 18, 0), "User", table_rows(thief.org, "User", thief.day.index), Reach::kCount);
  thief.query(clock_time(0, 20, 11), "Account", 5000, Reach::kLimited);
  thief.query(clock_time(0, 21, 2), "User", 20, Reach::kLimited);
  disguise(options, thief.day, from, kScoutAgent);
}

void take(const FleetOptions& options, DayOf& thief) {
  const std::size_t from = thief.day.activities.size();
  const std::uint64_t cases = table_rows(thief.org, "Case", thief.day.index);
  thief.log_in(clock_time(11, 11, 23));
  if (options.counts_first) thief.query(clock_time(11, 11, 55), "Case", cases, Reach::kCount);
  Activity& job = thief.add(Kind::kBulk2Job, clock_time(11, 11, 56), "Case", cases);
  job.duration_ms = clock_time(0, 3, 22);
  job.pages = 12;
  disguise(options, thief.day, from, kBulkAgent);
}

}  // namespace

int theft_day(const FleetOptions& options) {
  return options.weeks * 7 - 1;
}

void steal_like_drift(const FleetOptions& options, const Org& org, const Client& client, Day& day) {
  if (day.index != theft_day(options) && day.index != theft_day(options) - 3) return;
  FleetOptions apart = options;
  apart.seed ^= 0xD21F7;  // the thief's identifiers are not the integration's
  DayOf thief(apart, org, client, day);
  if (day.index == theft_day(options)) {
    take(options, thief);
  } else {
    scout(options, thief);
  }
}

}  // namespace outflow::scenarios
