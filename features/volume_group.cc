#include "features/volume_group.h"

#include <algorithm>
#include <tuple>

namespace outflow::features {
namespace {

constexpr std::uint64_t kMost = UINT64_MAX >> 2;  // sums stop here, so that differences fit a signed integer

constexpr std::uint64_t kMostEstimate = 1'000'000'000'000;  // as one record's count

constexpr std::uint32_t kMostEvents = (1U << 29) - 1;

std::uint64_t add_up(std::uint64_t a, std::uint64_t b) {
  return a > kMost - std::min(b, kMost) ? kMost : a + b;
}

}  // namespace

void Contribution::absorb(const Contribution& later, bool total_bytes_add_up) {
  const bool total = lane == kTotal;
  records = total ? std::max(records, later.records) : add_up(records, later.records);
  bytes = total && !total_bytes_add_up ? std::max(bytes, later.bytes) : add_up(bytes, later.bytes);
  events = std::min(kMostEvents, std::uint32_t{events} + std::uint32_t{later.events}) & kMostEvents;
  tells = tells || later.tells;
  if (request != later.request) request = 0;
  if (objects != later.objects) objects = 0;
}

void GroupSummary::clear() {
  parts.clear();
  taker = taker_uid = objects = objects_uid = 0;
  taker_ms = objects_ms = 0;
}

bool GroupSummary::would_change_taker(const Contribution& row) const {
  return taker == 0 || std::tie(row.time_ms, row.uid) < std::tie(taker_ms, taker_uid);
}

void GroupSummary::add(const Contribution& row) {
  if (row.lane == kAdditive) return;
  if (would_change_taker(row)) std::tie(taker_ms, taker_uid, taker) = std::tie(row.time_ms, row.uid, row.attribution);
  if (row.objects != 0 && (objects == 0 || std::tie(row.time_ms, row.uid) < std::tie(objects_ms, objects_uid))) {
    std::tie(objects_ms, objects_uid, objects) = std::tie(row.time_ms, row.uid, row.objects);
  }
  const std::int32_t hour = row.hour();
  auto place = std::find_if(parts.rbegin(), parts.rend(), [&](const Part& part) {
                 return std::tie(part.hour, part.lane) <= std::tie(hour, row.lane);
               }).base();
  if (place == parts.begin() || std::prev(place)->hour != hour || std::prev(place)->lane != row.lane) {
    place = std::next(parts.insert(place, Part{hour, row.lane, 0, 0}));
  }
  Part& part = *std::prev(place);
  const bool total = row.lane == kTotal;
  part.records = total ? std::max(part.records, row.records) : add_up(part.records, row.records);
  part.bytes = total && !total_bytes_add_up ? std::max(part.bytes, row.bytes) : add_up(part.bytes, row.bytes);
}

void GroupSummary::values(std::vector<HourValue>& out) const {
  out.clear();
  absl::InlinedVector<Part, 8> lanes;  // up to the hour at hand
  HourValue worth;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    auto lane = std::find_if(lanes.begin(), lanes.end(), [&](const Part& seen) { return seen.lane == part.lane; });
    if (lane == lanes.end()) lane = lanes.insert(lanes.end(), Part{0, part.lane, 0, 0});
    const bool total = part.lane == kTotal;
    lane->records = total ? std::max(lane->records, part.records) : add_up(lane->records, part.records);
    lane->bytes = total && !total_bytes_add_up ? std::max(lane->bytes, part.bytes) : add_up(lane->bytes, part.bytes);
    if (i + 1 < parts.size() && parts[i + 1].hour == part.hour) continue;
    HourValue now{part.hour, 0, 0};
    for (const Part& seen : lanes) {
      now.records = std::max(now.records, seen.records);
      now.bytes = std::max(now.bytes, seen.bytes);
    }
    if (now.records != worth.records || now.bytes != worth.bytes) {
      out.push_back({part.hour, now.records - worth.records, now.bytes - worth.bytes});
    }
    worth = now;
  }
}

const GroupSummary& VolumeGroup::summary(GroupSummary& scratch) {
  if (kept) return *kept;
  GroupSummary* target = &scratch;
  if (rows.size() >= kKeepSummaryFrom) {
    kept = std::make_unique<GroupSummary>();
    target = kept.get();
  }
  target->clear();
  target->total_bytes_add_up = bytes_add_up();
  for (const Contribution& row : rows) target->add(row);
  return *target;
}

void VolumeGroup::add(const Contribution& row) {
  rows.push_back(row);
  if (kept) kept->add(row);
}

bool VolumeGroup::link(Fingerprint group) {
  if (!links) links = std::make_unique<std::vector<Fingerprint>>();
  if (std::find(links->begin(), links->end(), group) != links->end()) return false;
  if (links->size() >= kMaxLinks) return false;
  links->push_back(group);
  return true;
}

std::size_t VolumeGroup::fold() {
  const std::size_t before = rows.size();
  for (const bool by_objects : {true, false}) {
    // Competing rows belong to the group's taker, whoever brought them; the earliest stays what it was.
    const auto place_of = [by_objects](const Contribution& row) {
      return std::tuple(row.hour(), row.lane, row.app, row.uncounted, row.page, by_objects ? row.objects : 0,
                        row.lane == kAdditive ? row.attribution : 0);
    };
    std::sort(rows.begin(), rows.end(), [&](const Contribution& a, const Contribution& b) {
      return std::tuple(place_of(a), a.time_ms, a.uid) < std::tuple(place_of(b), b.time_ms, b.uid);
    });
    auto last = rows.begin();
    for (auto row = std::next(last); row != rows.end(); ++row) {
      if (place_of(*last) == place_of(*row)) {
        last->absorb(*row, bytes_add_up());
      } else {
        *++last = *row;
      }
    }
    rows.erase(std::next(last), rows.end());
    if (rows.size() <= kMaxRows / 2) break;
  }
  return before - rows.size();
}

void VolumeGroup::encode(ByteWriter& out) const {
  out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(kind) | (voided ? 0x10U : 0U) | (query != 0 ? 0x20U : 0U) |
                                   (sighted ? 0x40U : 0U)));
  name.encode(out);
  if (query != 0) {
    out.u64(query);
    out.zigzag(anchor_ms);
    out.u64(anchor_uid);
  }
  if (sighted) sighted->encode(out);
  out.varint(links ? links->size() : 0);
  if (links) {
    for (const Fingerprint link : *links) out.u64(link);
  }
  out.varint(rows.size());
  for (const Contribution& row : rows) {
    out.u8(static_cast<std::uint8_t>((row.uncounted ? 1U : 0U) | (row.app != 0 ? 2U : 0U) |
                                     (row.request != 0 ? 4U : 0U) | (row.objects != 0 ? 8U : 0U) |
                                     (row.page ? 16U : 0U) | (row.events != 1 ? 32U : 0U) | (row.tells ? 64U : 0U)));
    out.zigzag(row.time_ms);
    out.zigzag(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(row.anchor_ms) - static_cast<std::uint64_t>(row.time_ms)));
    out.u64(row.uid);
    out.u64(row.attribution);
    if (row.app != 0) out.u64(row.app);
    if (row.request != 0) out.u64(row.request);
    if (row.objects != 0) out.u64(row.objects);
    if (row.events != 1) out.varint(row.events);
    out.varint(row.records);
    out.varint(row.bytes);
    out.varint(row.lane);
  }
}

bool VolumeGroup::decode(ByteReader& in, std::uint8_t version) {
  const std::uint8_t head = in.u8();
  const GroupKind last_kind = version < 2 ? GroupKind::kJob : GroupKind::kSighting;
  if ((head & (version < 2 ? 0xC0U : 0x80U)) != 0 || (head & 0x0FU) > static_cast<unsigned>(last_kind)) return false;
  kind = static_cast<GroupKind>(head & 0x0FU);
  voided = (head & 0x10U) != 0;
  name = Naming::decode(in);
  if ((head & 0x20U) != 0) {
    query = in.u64();
    anchor_ms = in.zigzag();
    anchor_uid = in.u64();
    if (query == 0) return false;
  }
  if ((head & 0x40U) != 0) {
    sighted = Sighted::decode(in);
    if (!sighted) return false;
  }
  const std::size_t link_count = in.count(sizeof(Fingerprint));
  if (link_count > 0) links = std::make_unique<std::vector<Fingerprint>>();
  for (std::size_t i = 0; i < link_count; ++i) links->push_back(in.u64());
  const std::size_t row_count = in.count(21);
  rows.reserve(row_count);
  for (std::size_t i = 0; i < row_count && in.ok(); ++i) {
    Contribution row;
    const std::uint8_t flags = in.u8();
    if (flags > (version < 2 ? 63 : 127)) return false;
    row.uncounted = (flags & 1U) != 0;
    row.page = (flags & 16U) != 0;
    row.time_ms = in.zigzag();
    const auto shift = static_cast<std::uint64_t>(in.zigzag());
    row.anchor_ms = static_cast<std::int64_t>(static_cast<std::uint64_t>(row.time_ms) + shift);
    row.uid = in.u64();
    row.attribution = in.u64();
    if ((flags & 2U) != 0) row.app = in.u64();
    if ((flags & 4U) != 0) row.request = in.u64();
    if ((flags & 8U) != 0) row.objects = in.u64();
    const std::uint64_t events = (flags & 32U) != 0 ? in.varint() : 1;
    if (events == 0 || events > kMostEvents) return false;
    row.events = static_cast<std::uint32_t>(events) & kMostEvents;
    row.records = in.varint();
    row.bytes = in.varint();
    row.tells = version < 2 ? row.records != 0 : (flags & 64U) != 0;
    const std::uint64_t lane = in.varint();
    if (lane > UINT32_MAX || row.records > kMost || row.bytes > kMost) return false;
    row.lane = static_cast<Lane>(lane);
    rows.push_back(row);
  }
  return in.ok();
}

std::size_t VolumeGroup::heap_bytes() const {
  std::size_t bytes = rows.size() > 1 ? rows.capacity() * sizeof(Contribution) : 0;
  if (links) bytes += sizeof(*links) + links->capacity() * sizeof(Fingerprint);
  if (kept) bytes += sizeof(*kept) + kept->parts.capacity() * sizeof(Part);
  if (sighted) bytes += sizeof(*sighted);
  return bytes;
}

void Sighted::encode(ByteWriter& out) const {
  out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(kind) | (opens ? 0x08U : 0U) | (learns ? 0x10U : 0U) |
                                   static_cast<unsigned>(reach) << 5));
  pool.encode(out);
  out.u64(subject);
  out.u64(shape);
  out.varint(estimate);
  out.zigzag(told);
  if (told >= 0) out.zigzag(told_ms);
}

std::unique_ptr<Sighted> Sighted::decode(ByteReader& in) {
  auto sighted = std::make_unique<Sighted>();
  const std::uint8_t head = in.u8();
  if ((head & 7U) > static_cast<unsigned>(SightingKind::kExport) || (head & 0x80U) != 0) return nullptr;
  sighted->kind = static_cast<SightingKind>(head & 7U);
  sighted->opens = (head & 0x08U) != 0;
  sighted->learns = (head & 0x10U) != 0;
  sighted->reach = static_cast<Reach>((head >> 5) & 3U);
  sighted->pool = Naming::decode(in);
  sighted->subject = in.u64();
  sighted->shape = in.u64();
  sighted->estimate = in.varint();
  sighted->told = in.zigzag();
  if (sighted->told >= 0) sighted->told_ms = in.zigzag();
  const bool sane = in.ok() && sighted->estimate <= kMostEstimate && sighted->told >= -1 &&
                    sighted->told <= static_cast<std::int64_t>(kMost);
  return sane ? std::move(sighted) : nullptr;
}

std::int64_t QueryRuns::opening_of(std::int64_t time_ms) const {
  const auto after = std::upper_bound(openings.begin(), openings.end(), time_ms);
  return after == openings.begin() ? kBeforeAll : *std::prev(after);
}

bool QueryRuns::open(std::int64_t time_ms) {
  const auto place = std::lower_bound(openings.begin(), openings.end(), time_ms);
  if (place != openings.end() && *place == time_ms) return false;
  openings.insert(place, time_ms);
  return true;
}

void QueryRuns::drop_before(std::int32_t hour) {
  // The last one before `hour` may still have pages to come.
  const std::int64_t start_ms = start_of(EventHour{hour}).ms;
  const auto first_kept = std::lower_bound(openings.begin(), openings.end(), start_ms);
  if (first_kept - openings.begin() > 1) openings.erase(openings.begin(), std::prev(first_kept));
}

void QueryRuns::encode(ByteWriter& out) const {
  out.varint(openings.size());
  std::uint64_t last = 0;
  for (const std::int64_t opening : openings) {
    out.zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(opening) - last));
    last = static_cast<std::uint64_t>(opening);
  }
}

bool QueryRuns::decode(ByteReader& in, std::uint8_t /*version*/) {
  const std::size_t count = in.count(1);
  openings.clear();
  openings.reserve(count);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    last += static_cast<std::uint64_t>(in.zigzag());
    const auto opening = static_cast<std::int64_t>(last);
    if (!openings.empty() && opening <= openings.back()) return false;
    openings.push_back(opening);
  }
  return in.ok();
}

}  // namespace outflow::features
