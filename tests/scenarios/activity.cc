#include "tests/scenarios/activity.h"

#include <algorithm>

#include "tests/scenarios/calendar.h"

namespace outflow::scenarios {
namespace {

std::string make_key(Random& random) {
  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  std::string key(16, '0');
  for (char& c : key) c = kAlphabet[random.below(kAlphabet.size())];
  return key;
}

}  // namespace

DayOf::DayOf(const FleetOptions& options, const Org& the_org, const Client& the_client, Day& the_day)
    : random(options.seed, the_org.index, 10'000 + the_client.index, the_day.index),
      org(the_org),
      client(the_client),
      day(the_day),
      next_id_(mix(options.seed ^ mix(static_cast<std::uint64_t>(the_org.index) << 48U |
                                      static_cast<std::uint64_t>(the_client.index) << 16U |
                                      static_cast<std::uint64_t>(the_day.index)))) {}

void DayOf::log_in(std::int64_t at) {
  day.sessions.push_back({make_key(random), make_key(random)});
  session_ = &day.sessions.back();
  named_ = false;
  add(Kind::kLogin, at, "", 0);
}

Activity& DayOf::add(Kind kind, std::int64_t at, std::string_view object, std::uint64_t rows) {
  if (session_ == nullptr) log_in(std::max<std::int64_t>(0, at - 2 * kSecond));
  Activity activity;
  activity.kind = kind;
  activity.start_ms = day.start_ms + at;
  activity.rows = rows;
  activity.org = &org;
  activity.client = &client;
  activity.session = session_;
  activity.object = object;
  activity.ip = client.address(day.index);
  activity.user_agent = client.user_agent(day.index);
  activity.id = next_id_++;
  if (kind != Kind::kLogin) {
    activity.names_app = !named_ || random.chance(0.7);
    named_ = true;
  }
  day.activities.push_back(activity);
  return day.activities.back();
}

Activity& DayOf::query(std::int64_t at, std::string_view object, std::uint64_t rows, Reach reach) {
  Activity& activity = add(Kind::kQuery, at, object, rows);
  activity.reach = reach;
  if (reach != Reach::kCount)
    activity.pages = static_cast<std::uint32_t>(std::clamp<std::uint64_t>((rows + 1999) / 2000, 1, 500));
  activity.duration_ms = 80 + 150 * activity.pages;
  return activity;
}

}  // namespace outflow::scenarios
