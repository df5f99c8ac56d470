// How integrations live: what each profile does on one day. Volumes come from several families on purpose (negative
// binomial, lognormal, Pareto, Weibull, fixed sizes): a detector that fits one of them only must not look good here.
#include <algorithm>
#include <array>
#include <cmath>

#include "tests/scenarios/activity.h"
#include "tests/scenarios/calendar.h"

namespace outflow::scenarios {
namespace {

constexpr std::array<std::string_view, 6> kTables = {"Account", "Contact", "Opportunity", "Case", "Lead", "Task"};

// The working day of the org: 0 at night, 1 at its height; a tenth at weekends.
double bustle(const DayOf& life, std::int64_t at) {
  const double hour = std::fmod(static_cast<double>(at) / kHour + life.org.utc_offset_hours + 24.0, 24.0);
  const double morning = std::exp(-0.5 * std::pow((hour - 10.5) / 1.8, 2));
  const double afternoon = std::exp(-0.5 * std::pow((hour - 15.0) / 2.2, 2));
  const bool weekend = weekday_of(life.day.start_ms) >= 5;
  return (0.02 + 0.6 * morning + 0.6 * afternoon) * (weekend ? 0.1 : 1.0);
}

std::uint64_t whole(double value) {
  return value < 0 ? 0 : static_cast<std::uint64_t>(std::llround(value));
}

bool month_end(const DayOf& life) {
  return civil_of(life.day.start_ms + 2 * kDay).day <= 2;
}

void chat(DayOf& life) {  // a conversation now and then: its contact, its account, its open cases
  for (std::int64_t at = 0; at < kDay; at += 10 * kMinute) {
    const std::uint64_t talks = life.random.poisson(2.4 * bustle(life, at) * std::min(life.client.scale, 2.0));
    for (std::uint64_t i = 0; i < talks; ++i) {
      const std::int64_t when = at + static_cast<std::int64_t>(life.random.below(10 * kMinute));
      const std::uint64_t pick = life.random.below(3);
      life.query(when, kTables[pick == 2 ? 3 : pick], 1 + life.random.negative_binomial(4.0, 1.2));
    }
  }
}

void poller(DayOf& life) {
  const std::int64_t every = 5 * kMinute;
  for (std::int64_t at = life.client.jitter_minutes * kSecond; at < kDay - every; at += every) {
    const std::int64_t when = at + life.random.between(0, 4 * kSecond);
    const double mean = 14 * life.client.scale * bustle(life, at);
    life.query(when, "Case", life.random.negative_binomial(mean, 0.8));
    if (life.client.extra_object_from >= 0 && life.day.index >= life.client.extra_object_from) {
      life.query(when + 20 * kSecond, "Contact", life.random.negative_binomial(mean / 3, 0.8));
    }
  }
}

void nightly_etl(DayOf& life) {
  const bool everything = weekday_of(life.day.start_ms) == 6;
  std::int64_t at = 2 * kHour + life.client.jitter_minutes * kMinute + life.random.between(0, 10 * kMinute);
  const std::size_t tables =
      life.client.extra_object_from >= 0 && life.day.index >= life.client.extra_object_from ? 6 : 5;
  for (std::size_t i = 0; i < tables; ++i) {
    const auto all = static_cast<double>(table_rows(life.org, kTables[i], life.day.index));
    const double changed = all * 0.015 * life.random.lognormal(1.0, 0.35) * (month_end(life) ? 1.8 : 1.0);
    Activity& job = life.add(Kind::kBulk2Job, at, kTables[i], everything ? whole(all) : whole(changed));
    job.filtered = !everything;
    job.duration_ms = 20 * kSecond + static_cast<std::int64_t>(job.rows / 6);
    job.pages = static_cast<std::uint32_t>(2 + std::min<std::uint64_t>(job.rows / 100'000, 10));
    at += job.duration_ms + life.random.between(30 * kSecond, 4 * kMinute);
  }
}

void hourly_sync(DayOf& life) {
  for (int hour = 0; hour < 24; ++hour) {
    if (life.random.chance(0.01)) continue;  // a missed run; the next one catches up
    const std::int64_t at = hour * kHour + life.client.jitter_minutes * kMinute + life.random.between(0, kMinute);
    const double load = 0.15 + bustle(life, at);
    const double rows =
        life.random.chance(0.03) ? life.random.pareto(2000, 1.4, 30'000) : life.random.lognormal(420, 0.9);
    life.query(at, kTables[static_cast<std::size_t>(hour) % 3], whole(rows * load * life.client.scale));
  }
}

void support_desk(DayOf& life) {
  for (std::int64_t at = 0; at < kDay; at += 15 * kMinute) {
    const std::uint64_t calls = life.random.negative_binomial(6.0 * bustle(life, at) * life.client.scale, 3.0);
    for (std::uint64_t i = 0; i < calls; ++i) {
      life.query(at + static_cast<std::int64_t>(life.random.below(15 * kMinute)), "Case", 1 + life.random.poisson(6),
                 Reach::kLimited);
    }
  }
}

void reporting(DayOf& life) {
  if (weekday_of(life.day.start_ms) >= 5) return;
  std::int64_t at = (7 - life.org.utc_offset_hours + 24) % 24 * kHour + life.random.between(0, 25 * kMinute);
  life.query(std::max<std::int64_t>(0, at - kMinute), "User", table_rows(life.org, "User", life.day.index));
  const int reports = 6 + static_cast<int>(life.random.below(4));
  for (int i = 0; i < reports && at < kDay - kMinute; ++i) {
    Activity& report = life.add(Kind::kReport, at, kTables[static_cast<std::size_t>(i) % 4],
                                whole(life.random.weibull(2600 * life.client.scale, 1.1)));
    report.pages = static_cast<std::uint32_t>(1 + std::min<std::uint64_t>(report.rows / 400, 60));
    at += life.random.between(kMinute, 9 * kMinute);
  }
}

void billing(DayOf& life) {
  const double load = month_end(life) ? 25.0 : 1.0;
  const std::int64_t at = 20 * kHour + life.random.between(0, 40 * kMinute);
  life.query(at, "Opportunity", whole(life.random.lognormal(300, 0.3) * load * life.client.scale));
  life.query(at + 10 * kMinute, "Account", whole(life.random.lognormal(120, 0.3) * load * life.client.scale));
}

void soap_legacy(DayOf& life) {
  for (int hour = life.client.index % 2; hour < 24; hour += 2) {
    const std::int64_t at = hour * kHour + life.client.jitter_minutes * kMinute + life.random.between(0, 3 * kMinute);
    Activity& read = life.add(Kind::kSoapQuery, at, "Order",
                              life.random.negative_binomial(180 * life.client.scale * (0.2 + bustle(life, at)), 2.5));
    read.duration_ms = 400;
  }
}

void marketing(DayOf& life) {
  const std::uint64_t segments = life.random.poisson(weekday_of(life.day.start_ms) >= 5 ? 0.3 : 1.4);
  for (std::uint64_t i = 0; i < segments; ++i) {
    const std::int64_t at = life.random.between(6 * kHour, 22 * kHour);
    life.query(at, life.random.chance(0.5) ? "Lead" : "Contact",
               whole(life.random.pareto(600, 1.1, 40'000) * std::min(life.client.scale, 2.0)));
  }
}

void backup(DayOf& life) {
  if (weekday_of(life.day.start_ms) != 5) return;
  std::int64_t at = 1 * kHour + life.client.jitter_minutes * kMinute + life.random.between(0, 30 * kMinute);
  for (const std::string_view table : {"Account", "Contact", "Case"}) {
    Activity& job = life.add(Kind::kBulk1Job, at, table, table_rows(life.org, table, life.day.index));
    job.pages = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(job.rows / 100'000, 1, 12));
    job.duration_ms = kMinute + static_cast<std::int64_t>(job.rows / 4);
    at += job.duration_ms + kMinute;
  }
}

void data_quality(DayOf& life) {  // what a thief's first questions look like, every Tuesday
  const int weekday = weekday_of(life.day.start_ms);
  std::int64_t at = 13 * kHour + life.client.jitter_minutes * kMinute + life.random.between(0, 5 * kMinute);
  if (weekday == 1) {
    for (const std::string_view table : kTables) {
      life.query(at, table, table_rows(life.org, table, life.day.index), Reach::kCount);
      life.query(at + 4 * kSecond, table, 200, Reach::kLimited);
      at += life.random.between(10 * kSecond, kMinute);
    }
  } else if (weekday < 5) {
    life.query(at, "Lead", whole(life.random.weibull(500, 1.6)));
  }
}

void onboarding(DayOf& life) {
  if (life.day.index == life.client.first_day) {  // the backfill
    std::int64_t at = 9 * kHour;
    for (const std::string_view table : {"Account", "Contact", "Opportunity"}) {
      Activity& job = life.add(Kind::kBulk2Job, at, table, table_rows(life.org, table, life.day.index));
      job.duration_ms = 30 * kSecond + static_cast<std::int64_t>(job.rows / 5);
      job.pages = 4;
      at += job.duration_ms + 5 * kMinute;
    }
  }
  for (int hour = 8; hour < 20; ++hour) {
    const std::int64_t at = hour * kHour + life.random.between(0, 50 * kMinute);
    life.query(at, "Opportunity", 1 + life.random.negative_binomial(60 * life.client.scale, 1.5));
  }
}

}  // namespace

void live_as_integration(DayOf& life, const FleetOptions&) {
  switch (life.client.profile) {
    case Profile::kChat:
      return chat(life);
    case Profile::kPoller:
      return poller(life);
    case Profile::kNightlyEtl:
      return nightly_etl(life);
    case Profile::kHourlySync:
      return hourly_sync(life);
    case Profile::kSupportDesk:
      return support_desk(life);
    case Profile::kReporting:
      return reporting(life);
    case Profile::kBilling:
      return billing(life);
    case Profile::kSoapLegacy:
      return soap_legacy(life);
    case Profile::kMarketing:
      return marketing(life);
    case Profile::kBackup:
      return backup(life);
    case Profile::kDataQuality:
      return data_quality(life);
    case Profile::kOnboarding:
      return onboarding(life);
    case Profile::kPerson:
      return live_as_person(life);
  }
}

void live_as_person(DayOf& life) {
  const bool weekend = weekday_of(life.day.start_ms) >= 5;
  if (life.random.chance(weekend ? 0.93 : 0.12)) return;
  const std::int64_t opens = (9 - life.org.utc_offset_hours + 24) % 24 * kHour;
  std::int64_t at =
      std::clamp<std::int64_t>(opens + static_cast<std::int64_t>(40 * kMinute * life.random.normal()), 0, 20 * kHour);
  const std::int64_t until = std::min(at + static_cast<std::int64_t>(life.random.between(2, 9)) * kHour, kDay - kHour);
  life.log_in(at);
  while (at < until) {
    at += 20 * kSecond + static_cast<std::int64_t>(life.random.exponential(8.0 * kMinute / life.client.scale));
    const double what = life.random.uniform();
    const std::string_view table = kTables[life.random.below(4)];
    if (what < 0.62) {
      life.add(Kind::kRecordView, at, table, 1);
    } else if (what < 0.82) {
      life.add(Kind::kListView, at, table, 20 + life.random.below(180));
    } else if (what < 0.93) {
      life.add(Kind::kSearch, at, table, life.random.negative_binomial(8, 0.7));
    } else if (what < 0.98) {
      Activity& report = life.add(Kind::kReport, at, table, whole(life.random.lognormal(150, 1.0)));
      report.pages = static_cast<std::uint32_t>(1 + std::min<std::uint64_t>(report.rows / 400, 60));
    } else {
      life.add(Kind::kFileDownload, at, "ContentVersion", 1).bytes_per_row = 1000 + life.random.below(4'000'000);
    }
  }
}

}  // namespace outflow::scenarios
