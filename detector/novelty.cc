#include "detector/novelty.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <tuple>

#include "detector/calendar.h"
#include "features/fingerprint.h"

namespace outflow::detector {
namespace {

constexpr std::int32_t kSettlingDays = 3;
constexpr double kLeastSurprise = 1.0986;  // ln 3
constexpr std::uint8_t kRegularDays = 3;

std::uint32_t short_fingerprint(std::string_view text, std::uint64_t seed) {
  return static_cast<std::uint32_t>(features::fingerprint(text, seed) >> 32);
}

// The first three groups of an IPv6 address, "::" filled in. Text that is no address gives what it gives.
std::array<std::uint16_t, 3> leading_groups(std::string_view address) {
  std::array<std::uint16_t, 3> groups{};
  for (std::uint16_t& group : groups) {
    if (address.empty() || address.front() == ':') break;
    const std::string_view digits = address.substr(0, address.find(':'));
    std::from_chars(digits.data(), digits.data() + digits.size(), group, 16);
    address.remove_prefix(std::min(address.size(), digits.size() + 1));
  }
  return groups;
}

}  // namespace

std::string_view name_of(NoveltyKind kind) noexcept {
  constexpr std::array<std::string_view, kNoveltyKinds> kNames = {"address", "user_agent", "object",
                                                                  "query",   "access",     "actor"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::uint32_t network_fingerprint(std::string_view address) noexcept {
  if (address.find(':') != std::string_view::npos) {
    const auto groups = leading_groups(address);
    return short_fingerprint({reinterpret_cast<const char*>(groups.data()), sizeof groups}, 6);
  }
  return short_fingerprint(address.substr(0, address.rfind('.')), 4);
}

bool Novelty::see(NoveltyKind kind, std::uint32_t value, std::int32_t hour, std::int32_t first_hour) {
  const std::int32_t day = day_of(hour);
  for (KnownValue& known : known_) {
    if (known.value != value || known.kind != kind) continue;
    if (day > known.last_day) {
      known.last_day = day;
      if (known.days_seen < 255) ++known.days_seen;
    }
    return false;
  }
  remember({value, day, kind, 1});
  const auto index = static_cast<std::size_t>(kind);
  const std::int32_t days_known = day - day_of(first_hour);
  const double rate = (news_days_[index] + 1.0) / (std::max(days_known, 0) + 2.0);
  const bool first_today = news_days_[index] == 0 || day != last_news_day_[index];
  if (first_today) {
    if (news_days_[index] < 60'000) ++news_days_[index];
    last_news_day_[index] = day;
  }
  if (days_known < kSettlingDays) return false;
  News& news = news_[index];
  const auto surprise = static_cast<float>(std::max(-std::log(std::min(rate, 1.0)), kLeastSurprise));
  // News of the same day keeps the larger surprise: a burst of new values must not make novelty cheap.
  const bool still_fresh = news.surprise > 0 && hour - news.hour < kFreshHours && hour >= news.hour;
  news = {hour, still_fresh ? std::max(news.surprise, surprise) : surprise};
  return true;
}

void Novelty::remember(const KnownValue& value) {
  std::size_t of_kind = 0;
  KnownValue* oldest = nullptr;
  const auto rank = [](const KnownValue& known) {
    return std::tuple(known.days_seen >= kRegularDays, known.last_day, known.value);
  };
  for (KnownValue& known : known_) {
    if (known.kind != value.kind) continue;
    ++of_kind;
    if (oldest == nullptr || rank(known) < rank(*oldest)) oldest = &known;
  }
  if (of_kind < kValuesPerKind) {
    known_.push_back(value);
  } else {
    *oldest = value;
  }
}

double Novelty::surprise(NoveltyKind kind, std::int32_t hour) const {
  const News& news = news_[static_cast<std::size_t>(kind)];
  const std::int64_t age = std::int64_t{hour} - news.hour;
  return news.surprise > 0 && age >= -1 && age < kFreshHours ? static_cast<double>(news.surprise) : 0.0;
}

bool Novelty::any_news(std::int32_t hour) const {
  for (std::size_t kind = 0; kind < kNoveltyKinds; ++kind) {
    if (surprise(static_cast<NoveltyKind>(kind), hour) > 0) return true;
  }
  return false;
}

int Novelty::days_seen(NoveltyKind kind, std::uint32_t value) const {
  for (const KnownValue& known : known_) {
    if (known.value == value && known.kind == kind) return known.days_seen;
  }
  return 0;
}

}  // namespace outflow::detector
