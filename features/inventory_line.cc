#include "features/inventory_line.h"

#include <algorithm>

#include "features/ledger.h"

namespace outflow::features {
namespace {

constexpr std::int32_t kHoursOfDay = 24;

// Floors, also before 1970.
constexpr std::int32_t day_start(std::int32_t hour) noexcept {
  const std::int32_t rest = hour % kHoursOfDay;
  return hour - (rest < 0 ? rest + kHoursOfDay : rest);
}

// The earlier of two equal ones: the order in which they are looked at does not matter.
void take_larger(Pull& most, std::int64_t records, std::int32_t hour) noexcept {
  if (records > most.records || (records == most.records && records > 0 && hour < most.hour)) most = {records, hour};
}

std::int32_t earlier(std::int32_t a, std::int32_t b) noexcept {
  if (a == InventoryLine::kNever) return b;
  return b == InventoryLine::kNever ? a : std::min(a, b);
}

}  // namespace

InventoryLine::Hour& InventoryLine::at(std::int32_t hour) {
  const auto place = recent_.empty() || recent_.back().hour < hour
                         ? recent_.end()
                         : std::lower_bound(recent_.begin(), recent_.end(), hour,
                                            [](const Hour& known, std::int32_t wanted) { return known.hour < wanted; });
  if (place != recent_.end() && place->hour == hour) return *place;
  return *recent_.insert(place, Hour{hour, 0, 0});
}

void InventoryLine::add(const Posting& posting) {
  records = saturating_add(records, posting.records);
  estimated = saturating_add(estimated, posting.estimated);
  bytes = saturating_add(bytes, posting.bytes);
  events += posting.events;
  uncounted += posting.uncounted;
  if (posting.events != 0) add_classes(posting.classes.bits(), posting.events);
  if (posting.records == 0 && posting.events == 0) return;
  if (closed_below_ != kNever && posting.hour.hour < closed_below_) {
    ++late_changes;
    if (posting.events > 0) {
      first_closed_ = earlier(first_closed_, posting.hour.hour);
      last_closed_ = std::max(last_closed_, posting.hour.hour);
    }
    return;
  }
  Hour& hour = at(posting.hour.hour);
  hour.records = saturating_add(hour.records, posting.records);
  hour.events += posting.events;
  if (hour.records == 0 && hour.events == 0) recent_.erase(recent_.begin() + (&hour - recent_.data()));
}

void InventoryLine::add_classes(std::uint32_t bits, std::int64_t weight) {
  auto set =
      std::find_if(class_sets_.begin(), class_sets_.end(), [&](const auto& known) { return known.first == bits; });
  if (set == class_sets_.end()) {
    if (class_sets_.size() ==
        kMostClassSets) {  // the last one stands for all that find no place: only their union is known
      class_sets_.back().first |= bits;
      class_sets_.back().second += weight;
      return;
    }
    set = class_sets_.insert(class_sets_.end(), {bits, 0});
  }
  set->second += weight;
  if (set->second == 0) class_sets_.erase(set);
}

void InventoryLine::close_before(std::int32_t hour) {
  if (recent_.empty() || recent_.front().hour >= day_start(hour)) return;
  const std::int32_t limit = day_start(hour);
  auto next = recent_.begin();
  while (next != recent_.end() && next->hour < limit) {
    const std::int32_t day = day_start(next->hour);
    std::int64_t of_day = 0;
    for (; next != recent_.end() && next->hour < day + kHoursOfDay; ++next) {
      of_day = saturating_add(of_day, next->records);
      take_larger(closed_hour_, next->records, next->hour);
      if (next->events <= 0) continue;
      first_closed_ = earlier(first_closed_, next->hour);
      last_closed_ = std::max(last_closed_, next->hour);
    }
    take_larger(closed_day_, of_day, day);
  }
  recent_.erase(recent_.begin(), next);
  closed_below_ = std::max(closed_below_, limit);
}

void InventoryLine::merge(const InventoryLine& other) {
  records = saturating_add(records, other.records);
  estimated = saturating_add(estimated, other.estimated);
  bytes = saturating_add(bytes, other.bytes);
  events += other.events;
  uncounted += other.uncounted;
  late_changes += other.late_changes;
  for (const auto& [bits, weight] : other.class_sets_) add_classes(bits, weight);
  for (const Hour& theirs : other.recent_) {
    if (closed_below_ != kNever && theirs.hour < closed_below_) {
      take_larger(closed_hour_, theirs.records, theirs.hour);
      first_closed_ = earlier(first_closed_, theirs.hour);
      last_closed_ = std::max(last_closed_, theirs.hour);
      continue;
    }
    Hour& ours = at(theirs.hour);
    ours.records = saturating_add(ours.records, theirs.records);
    ours.events += theirs.events;
  }
  std::erase_if(recent_, [](const Hour& hour) { return hour.records == 0 && hour.events == 0; });
  take_larger(closed_hour_, other.closed_hour_.records, other.closed_hour_.hour);
  take_larger(closed_day_, other.closed_day_.records, other.closed_day_.hour);
  first_closed_ = earlier(first_closed_, other.first_closed_);
  last_closed_ = std::max(last_closed_, other.last_closed_);
}

Pull InventoryLine::largest_hour() const {
  Pull most = closed_hour_;
  for (const Hour& hour : recent_) take_larger(most, hour.records, hour.hour);
  return most;
}

Pull InventoryLine::largest_day() const {
  Pull most = closed_day_;
  for (std::size_t i = 0; i < recent_.size();) {
    const std::int32_t day = day_start(recent_[i].hour);
    std::int64_t of_day = 0;
    for (; i < recent_.size() && recent_[i].hour < day + kHoursOfDay; ++i) {
      of_day = saturating_add(of_day, recent_[i].records);
    }
    take_larger(most, of_day, day);
  }
  return most;
}

std::int32_t InventoryLine::first_hour() const {
  const auto found = std::find_if(recent_.begin(), recent_.end(), [](const Hour& hour) { return hour.events > 0; });
  return earlier(first_closed_, found == recent_.end() ? kNever : found->hour);
}

std::int32_t InventoryLine::last_hour() const {
  const auto found = std::find_if(recent_.rbegin(), recent_.rend(), [](const Hour& hour) { return hour.events > 0; });
  return std::max(last_closed_, found == recent_.rend() ? kNever : found->hour);
}

DataClasses InventoryLine::classes() const {
  DataClasses all;
  for (const auto& [bits, weight] : class_sets_) {
    if (weight > 0) all |= DataClasses(bits);
  }
  return all;
}

std::int32_t InventoryLine::longest_pause() const {
  std::int32_t longest = 0;
  std::int32_t last = kNever;
  for (const Hour& hour : recent_) {
    if (hour.events <= 0) continue;
    if (last != kNever) longest = std::max(longest, hour.hour - last);
    last = hour.hour;
  }
  return longest;
}

void InventoryLine::encode(ByteWriter& out) const {
  for (const std::int64_t sum : {records, estimated, bytes, events, uncounted, late_changes}) out.zigzag(sum);
  out.varint(class_sets_.size());
  for (const auto& [bits, weight] : class_sets_) {
    out.varint(bits);
    out.zigzag(weight);
  }
  for (const std::int32_t hour : {closed_below_, first_closed_, last_closed_}) out.zigzag(hour);
  for (const Pull& pull : {closed_hour_, closed_day_}) {
    out.zigzag(pull.records);
    out.zigzag(pull.hour);
  }
  out.varint(recent_.size());
  std::int64_t before = 0;
  for (const Hour& hour : recent_) {
    out.zigzag(hour.hour - before);
    out.zigzag(hour.events);
    out.zigzag(hour.records);
    before = hour.hour;
  }
}

bool InventoryLine::decode(ByteReader& in) {
  for (std::int64_t* sum : {&records, &estimated, &bytes, &events, &uncounted, &late_changes}) *sum = in.zigzag();
  const std::size_t sets = in.count(2);
  if (sets > kMostClassSets) return false;
  class_sets_.clear();
  for (std::size_t i = 0; i < sets; ++i) {
    const std::uint64_t bits = in.varint();
    if (bits > UINT32_MAX) return false;
    class_sets_.emplace_back(static_cast<std::uint32_t>(bits), in.zigzag());
  }
  for (std::int32_t* hour : {&closed_below_, &first_closed_, &last_closed_}) *hour = in.zigzag32();
  for (Pull* pull : {&closed_hour_, &closed_day_}) {
    pull->records = in.zigzag();
    pull->hour = in.zigzag32();
  }
  const std::size_t hours = in.count(3);
  recent_.clear();
  recent_.reserve(hours);
  std::int64_t before = 0;
  for (std::size_t i = 0; i < hours; ++i) {
    const std::int64_t step = in.zigzag();
    if (step > UINT32_MAX || step < INT32_MIN) return false;
    Hour hour;
    before += step;
    if (before < INT32_MIN || before > INT32_MAX || (i > 0 && step <= 0)) return false;
    hour.hour = static_cast<std::int32_t>(before);
    hour.events = in.zigzag32();
    hour.records = in.zigzag();
    recent_.push_back(hour);
  }
  return in.ok();
}

}  // namespace outflow::features
