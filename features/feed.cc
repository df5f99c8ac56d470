#include "features/feed.h"

#include <algorithm>
#include <bit>

namespace outflow::features {

void DelayHistogram::add(std::int64_t ms) {
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(0, ms) / kMsPerSecond);
  ++counts_[std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(seconds)), kBuckets - 1)];
}

std::uint64_t DelayHistogram::count() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts_) sum += count;
  return sum;
}

std::int64_t DelayHistogram::quantile_ms(double q) const {
  const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(count()));
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    below += counts_[i];
    if (below > wanted) return (std::int64_t{1} << i) * kMsPerSecond;
  }
  return 0;
}

void DelayHistogram::encode(ByteWriter& out) const {
  for (const std::uint64_t count : counts_) out.varint(count);
}
bool DelayHistogram::decode(ByteReader& in) {
  for (std::uint64_t& count : counts_) count = in.varint();
  return in.ok();
}

void Feed::add(std::string_view type, Action action, EventTime event, LogTime log, bool delayed) {
  constexpr std::string_view kOther = "(other)";
  if (recent_type_ >= types.size() || types[recent_type_].name != type) {
    recent_type_ = 0;
    while (recent_type_ < types.size() && types[recent_type_].name != type) ++recent_type_;
    if (recent_type_ == types.size() && types.size() >= kMostTypes) {
      recent_type_ = kMostTypes - 1;
      types.back().name = kOther;
    } else if (recent_type_ == types.size()) {
      types.emplace_back().name = type;
    }
  }
  FeedType& of = types[recent_type_];
  of.first_ms = of.events == 0 ? event.ms : std::min(of.first_ms, event.ms);
  of.last_ms = of.events == 0 ? event.ms : std::max(of.last_ms, event.ms);
  ++of.events;
  of.actions = static_cast<std::uint16_t>(of.actions | (1U << static_cast<unsigned>(action)));
  if (delayed) of.delays.add(log.ms - event.ms);

  if (first_log_ms == 0) first_log_ms = last_log_ms = log.ms;
  const std::int64_t silence = log.ms - last_log_ms;
  if (silence < 0) return;
  last_log_ms = log.ms;
  if (silence > longest_gap_ms) {
    longest_gap_ms = silence;
    longest_gap_end_ms = log.ms;
  }
  const auto day = static_cast<std::int32_t>(log.ms / kMsPerDay);
  if (days_.empty() || days_.back().day < day) {
    days_.push_back({day, 0});
    if (days_.size() > kDays) days_.erase(days_.begin());
  }
  days_.back().longest_ms = std::max(days_.back().longest_ms, silence);
}

std::int64_t Feed::usual_silence_ms() const {
  if (last_log_ms - first_log_ms < 2 * kMsPerDay) return 0;
  std::int64_t longest = 0;
  for (const Day& day : days_) longest = std::max(longest, day.longest_ms);
  return longest;
}

bool Feed::gap_open(LogTime now) const {
  const std::int64_t usual = usual_silence_ms();
  const std::int64_t silence = silence_ms(now);
  return usual > 0 && silence > kLeastGapMs &&
         static_cast<double>(silence) > kBeyondRhythm * static_cast<double>(usual);
}

void Feed::encode(ByteWriter& out) const {
  out.text(name);
  for (const std::int64_t time : {first_log_ms, last_log_ms, longest_gap_ms, longest_gap_end_ms}) out.zigzag(time);
  out.varint(days_.size());
  for (const Day& day : days_) {
    out.zigzag(day.day);
    out.zigzag(day.longest_ms);
  }
  out.varint(types.size());
  for (const FeedType& type : types) {
    out.text(type.name);
    out.varint(type.actions);
    out.varint(type.events);
    out.zigzag(type.first_ms);
    out.zigzag(type.last_ms);
    type.delays.encode(out);
  }
}

bool Feed::decode(ByteReader& in) {
  name = in.text();
  for (std::int64_t* time : {&first_log_ms, &last_log_ms, &longest_gap_ms, &longest_gap_end_ms}) *time = in.zigzag();
  const std::size_t days = in.count(2);
  if (days > kDays) return false;
  days_.clear();
  for (std::size_t i = 0; i < days; ++i) {
    const std::int32_t day = in.zigzag32();
    days_.push_back({day, in.zigzag()});
  }
  const std::size_t count = in.count(5 + DelayHistogram::kBuckets);
  if (count > kMostTypes) return false;
  types.clear();
  for (std::size_t i = 0; i < count; ++i) {
    FeedType& type = types.emplace_back();
    type.name = in.text();
    const std::uint64_t actions = in.varint();
    if (actions > UINT16_MAX) return false;
    type.actions = static_cast<std::uint16_t>(actions);
    type.events = in.varint();
    type.first_ms = in.zigzag();
    type.last_ms = in.zigzag();
    if (!type.delays.decode(in)) return false;
  }
  return in.ok();
}

}  // namespace outflow::features
