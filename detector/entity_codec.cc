#include "detector/entity_codec.h"

#include <algorithm>

namespace outflow::detector {

using features::Fingerprint;

// Cells are listed by their index; empty ones are left out. Deltas and varints keep a typical baseline under 300 B.
struct BaselineCodec {
  static void write(ByteWriter& out, const Baseline& baseline) {
    out.varint(baseline.days_);
    out.varint(baseline.weekdays_);
    out.varint(baseline.weekend_days_);
    for (const LogVolume& volume : baseline.volumes_) {
      for (const float value : {volume.mu, volume.kappa, volume.alpha, volume.beta}) out.f32(value);
    }
    std::uint64_t used = 0;
    for (std::size_t i = 0; i < kCalendarCells; ++i) {
      if (baseline.cells_[i].active != 0 || baseline.cells_[i].deviation != 0) used |= 1ULL << i;
    }
    out.fixed(used, 8);
    for (const CellHabit& cell : baseline.cells_) {
      if (cell.active == 0 && cell.deviation == 0) continue;
      out.u8(cell.active);
      out.zigzag(cell.deviation);
    }
    for (const auto& of_window : baseline.peaks_) {
      for (const Peak& peak : of_window) {
        out.f32(peak.records);
        if (peak.records > 0) out.zigzag(peak.day);
      }
    }
  }

  static void read(ByteReader& in, Baseline& baseline) {
    baseline.days_ = small(in);
    baseline.weekdays_ = small(in);
    baseline.weekend_days_ = small(in);
    for (LogVolume& volume : baseline.volumes_) {
      volume = {in.f32(), in.f32(), in.f32(), in.f32()};
      if (volume.kappa <= 0 || volume.alpha <= 0 || volume.beta <= 0) in.fail();
    }
    const std::uint64_t used = in.fixed(8);
    if (kCalendarCells < 64 && (used >> kCalendarCells) != 0) in.fail();
    for (std::size_t i = 0; i < kCalendarCells && in.ok(); ++i) {
      baseline.cells_[i] = {};
      if ((used >> i & 1) == 0) continue;
      baseline.cells_[i].active = in.u8();
      const std::int64_t deviation = in.zigzag();
      if (deviation < INT16_MIN || deviation > INT16_MAX) in.fail();
      baseline.cells_[i].deviation = static_cast<std::int16_t>(deviation);
    }
    for (auto& of_window : baseline.peaks_) {
      for (Peak& peak : of_window) {
        peak.records = in.f32();
        if (peak.records < 0) in.fail();
        peak.day = peak.records > 0 ? in.hour() : 0;
      }
    }
  }

  static std::uint16_t small(ByteReader& in) {
    const std::uint64_t value = in.varint();
    if (value > UINT16_MAX) in.fail();
    return static_cast<std::uint16_t>(value);
  }
};

struct NoveltyCodec {
  static void write(ByteWriter& out, const Novelty& novelty) {
    for (std::size_t kind = 0; kind < kNoveltyKinds; ++kind) {
      out.varint(novelty.news_days_[kind]);
      if (novelty.news_days_[kind] > 0) out.zigzag(novelty.last_news_day_[kind]);
      out.f32(novelty.news_[kind].surprise);
      if (novelty.news_[kind].surprise > 0) out.zigzag(novelty.news_[kind].hour);
    }
    out.varint(novelty.known_.size());
    for (const KnownValue& known : novelty.known_) {
      out.fixed(known.value, 4);
      out.zigzag(known.last_day);
      out.u8(static_cast<std::uint8_t>(known.kind));
      out.u8(known.days_seen);
    }
  }

  static void read(ByteReader& in, Novelty& novelty) {
    for (std::size_t kind = 0; kind < kNoveltyKinds; ++kind) {
      novelty.news_days_[kind] = BaselineCodec::small(in);
      novelty.last_news_day_[kind] = novelty.news_days_[kind] > 0 ? in.hour() : 0;
      News& news = novelty.news_[kind];
      news.surprise = in.f32();
      news.hour = news.surprise > 0 ? in.hour() : 0;
    }
    const std::size_t count = in.count(7);
    if (count > Novelty::kValuesPerKind * kNoveltyKinds) in.fail();
    if (!in.ok()) return;
    novelty.known_.assign(count, {});
    for (KnownValue& known : novelty.known_) {
      known.value = static_cast<std::uint32_t>(in.fixed(4));
      known.last_day = in.hour();
      const std::uint8_t kind = in.u8();
      if (kind >= kNoveltyKinds) return in.fail();
      known.kind = static_cast<NoveltyKind>(kind);
      known.days_seen = in.u8();
    }
  }
};

struct TripwireCodec {
  static void write(ByteWriter& out, const ObjectHabits& habits) {
    out.varint(habits.habits_.size());
    for (const ObjectHabit& habit : habits.habits_) {
      out.fixed(habit.object, 4);
      out.zigzag(habit.day);
      out.f32(habit.today);
      out.f32(habit.largest);
      out.zigzag(habit.day - habit.largest_day);
    }
  }
  static void read(ByteReader& in, ObjectHabits& habits) {
    const std::size_t count = in.count(14);
    if (count > ObjectHabits::kObjects) in.fail();
    if (!in.ok()) return;
    habits.habits_.assign(count, {});
    for (ObjectHabit& habit : habits.habits_) {
      habit.object = static_cast<std::uint32_t>(in.fixed(4));
      habit.day = in.hour();
      habit.today = in.f32();
      habit.largest = in.f32();
      const std::int64_t largest_day = habit.day - in.zigzag();
      if (largest_day < INT32_MIN || largest_day > INT32_MAX) return in.fail();
      habit.largest_day = static_cast<std::int32_t>(largest_day);
    }
  }
  static void write(ByteWriter& out, const ObjectSizes& sizes) {
    out.varint(sizes.sizes_.size());
    for (const ObjectSize& size : sizes.sizes_) {
      out.fixed(size.object, 4);
      out.f32(size.known);
      out.f32(size.pending);
      out.zigzag(size.pending_hour);
      out.zigzag(size.last_day);
    }
  }
  static void read(ByteReader& in, ObjectSizes& sizes) {
    const std::size_t count = in.count(14);
    if (count > ObjectSizes::kObjects) in.fail();
    if (!in.ok()) return;
    sizes.sizes_.assign(count, {});
    for (ObjectSize& size : sizes.sizes_) {
      size = {static_cast<std::uint32_t>(in.fixed(4)), in.f32(), in.f32(), in.hour(), in.hour()};
    }
  }
};

struct CalibrationCodec {
  static void write(ByteWriter& out, const Calibration& calibration) {
    for (const SurpriseTail& tail : calibration.tails_) {
      out.f32(tail.days_);
      out.varint(tail.bins_.size());
      for (const SurpriseTail::Bin& bin : tail.bins_) {
        out.u8(bin.bin);
        out.f32(bin.days);
      }
    }
  }
  static void read(ByteReader& in, Calibration& calibration) {
    for (SurpriseTail& tail : calibration.tails_) {
      tail = {};
      tail.days_ = in.f32();
      const std::size_t count = in.count(5);
      if (count > kSurpriseBins || !(tail.days_ >= 0)) in.fail();
      for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const SurpriseTail::Bin bin{in.u8(), in.f32()};
        const bool sorted = tail.bins_.empty() || bin.bin > tail.bins_.back().bin;
        if (!sorted || bin.bin >= kSurpriseBins || !(bin.days > 0)) return in.fail();
        tail.bins_.push_back(bin);
      }
    }
  }
};

namespace {

constexpr std::uint64_t kSourcesBefore3 = 3;  // watermarks of a tenant before state version 3

void write_unsaid(ByteWriter& out, const Unsaid& unsaid) {
  out.fixed(unsaid.entity, 8);
  out.zigzag(unsaid.clock_ms);
  out.zigzag(unsaid.hour);
  out.u8(unsaid.estimated ? 1 : 0);
  out.zigzag(unsaid.event_ms);
  out.zigzag(unsaid.log_ms);
  out.u8(static_cast<std::uint8_t>(unsaid.action));
  out.u8(static_cast<std::uint8_t>(unsaid.owner_type));
  out.fixed(unsaid.actor, 8);
  for (const std::string* text : {&unsaid.owner_id, &unsaid.owner_name, &unsaid.actor_id, &unsaid.actor_name,
                                  &unsaid.event_uid, &unsaid.event_type, &unsaid.client_ip, &unsaid.user_agent,
                                  &unsaid.object, &unsaid.origin.topic, &unsaid.origin.file}) {
    out.text(*text);
  }
  out.zigzag(unsaid.origin.partition);
  out.zigzag(unsaid.origin.offset);
  out.varint(unsaid.origin.line);
}

Unsaid read_unsaid(ByteReader& in) {
  Unsaid unsaid;
  unsaid.entity = in.fixed(8);
  unsaid.clock_ms = in.zigzag();
  unsaid.hour = in.hour();
  unsaid.estimated = in.u8() != 0;
  unsaid.event_ms = in.zigzag();
  unsaid.log_ms = in.zigzag();
  const std::uint8_t action = in.u8();
  const std::uint8_t type = in.u8();
  if (action > static_cast<std::uint8_t>(features::Action::kOther) || type >= kEntityTypes) in.fail();
  unsaid.action = static_cast<features::Action>(action);
  unsaid.owner_type = static_cast<features::EntityType>(type);
  unsaid.actor = in.fixed(8);
  for (std::string* text : {&unsaid.owner_id, &unsaid.owner_name, &unsaid.actor_id, &unsaid.actor_name,
                            &unsaid.event_uid, &unsaid.event_type, &unsaid.client_ip, &unsaid.user_agent,
                            &unsaid.object, &unsaid.origin.topic, &unsaid.origin.file}) {
    *text = std::string(in.text());
  }
  unsaid.origin.partition = in.hour();
  unsaid.origin.offset = in.zigzag();
  unsaid.origin.line = in.varint();
  return unsaid;
}

constexpr std::size_t kMostCells = HourCells::kKeptHours + 32;

void write_cells(ByteWriter& out, const HourCells& cells) {
  out.varint(cells.cells().size());
  std::int64_t previous = 0;
  for (const HourCells::Cell& cell : cells.cells()) {
    out.zigzag(cell.hour - previous);
    out.zigzag(cell.records);
    previous = cell.hour;
  }
}

void read_cells(ByteReader& in, HourCells& cells) {
  const std::size_t count = in.count(2);
  if (count > kMostCells) in.fail();
  if (!in.ok()) return;
  std::vector<HourCells::Cell> read(count);
  std::int64_t hour = 0;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::int64_t step = in.zigzag();
    if (step < INT32_MIN || step > INT32_MAX || (i > 0 && step <= 0)) return in.fail();
    hour += step;
    if (hour < INT32_MIN || hour > INT32_MAX) return in.fail();
    read[i] = {static_cast<std::int32_t>(hour), in.zigzag()};
  }
  cells.restore(std::move(read));
}

}  // namespace

std::string unit_key(char table, Fingerprint key) {
  std::string unit(9, table);
  for (std::size_t i = 0; i < 8; ++i) unit[1 + i] = static_cast<char>(key >> (56 - 8 * i));
  return unit;
}

Fingerprint key_of_unit(std::string_view unit) {
  if (unit.size() != 9) return 0;
  Fingerprint key = 0;
  for (const char byte : unit.substr(1)) key = key << 8 | static_cast<std::uint8_t>(byte);
  return key;
}

void encode(const Entity& entity, std::string& bytes) {
  bytes.clear();
  ByteWriter out(bytes);
  out.u8(kEntityVersion);
  out.fixed(entity.key, 8);
  out.fixed(entity.tenant, 8);
  out.u8(static_cast<std::uint8_t>(entity.type));
  for (const std::int32_t hour : {entity.first_hour, entity.last_hour, entity.learnt_until, entity.last_anomaly_hour,
                                  entity.woke_hour, entity.last_volume_hour}) {
    out.zigzag(hour == kNoHour ? std::int64_t{-1} : std::int64_t{hour});
  }
  out.f32(entity.woke_surprise);
  out.f32(entity.backlog);
  out.varint(entity.longest_gap_days);
  out.f32(entity.newcomer_surprise);
  write_cells(out, entity.cells);
  BaselineCodec::write(out, entity.baseline);
  NoveltyCodec::write(out, entity.novelty);
  TripwireCodec::write(out, entity.objects);
  write_episode(out, entity.episode);
  out.text(entity.label);
  for (const float surprise : entity.day_surprise) out.f32(surprise);
}

Result<> decode(std::string_view bytes, Entity& entity) {
  ByteReader in(bytes);
  const std::uint8_t version = in.u8();
  if (version < 1 || version > kEntityVersion)
    return Error{ErrorCode::kRefuse, "an entity of an unknown state version"};
  entity.key = in.fixed(8);
  entity.tenant = in.fixed(8);
  const std::uint8_t type = in.u8();
  if (type >= kEntityTypes) in.fail();
  entity.type = static_cast<features::EntityType>(type);
  for (std::int32_t* hour : {&entity.first_hour, &entity.last_hour, &entity.learnt_until, &entity.last_anomaly_hour,
                             &entity.woke_hour, &entity.last_volume_hour}) {
    const std::int32_t value = in.hour();
    *hour = value == -1 ? kNoHour : value;
  }
  entity.woke_surprise = in.f32();
  entity.backlog = in.f32();
  entity.longest_gap_days = BaselineCodec::small(in);
  entity.newcomer_surprise = in.f32();
  read_cells(in, entity.cells);
  BaselineCodec::read(in, entity.baseline);
  NoveltyCodec::read(in, entity.novelty);
  TripwireCodec::read(in, entity.objects);
  entity.episode = read_episode(in);
  entity.label = std::string(in.text());
  for (float& surprise : entity.day_surprise) surprise = version >= 2 ? in.f32() : 0.0F;
  if (!in.at_end()) return Error{ErrorCode::kRefuse, "an entity's state is damaged"};
  return {};
}

void encode(const Tenant& tenant, std::string& bytes) {
  bytes.clear();
  ByteWriter out(bytes);
  out.u8(kTenantVersion);
  out.fixed(tenant.key, 8);
  out.text(tenant.id);
  out.zigzag(tenant.first_hour == kNoHour ? std::int64_t{-1} : std::int64_t{tenant.first_hour});
  out.varint(tenant.watermark_ms.size());
  for (const std::int64_t watermark : tenant.watermark_ms) out.zigzag(watermark);
  out.varint(tenant.entities);
  for (const Cohort& cohort : tenant.cohorts) {
    out.f32(cohort.weight);
    for (const float mean : cohort.mean) out.f32(mean);
  }
  for (const Newcomers& newcomers : tenant.newcomers) {
    out.varint(newcomers.days);
    out.zigzag(newcomers.last_day);
  }
  TripwireCodec::write(out, tenant.sizes);
  out.fixed(tenant.incident, 8);
  out.zigzag(tenant.incident_last_ms);
  for (const Calibration& calibration : tenant.calibrations) CalibrationCodec::write(out, calibration);
  out.varint(tenant.unsaid.size());
  for (const Unsaid& unsaid : tenant.unsaid) write_unsaid(out, unsaid);
}

Result<> decode(std::string_view bytes, Tenant& tenant) {
  ByteReader in(bytes);
  const std::uint8_t version = in.u8();
  if (version < 1 || version > kTenantVersion) return Error{ErrorCode::kRefuse, "a tenant of an unknown state version"};
  tenant.key = in.fixed(8);
  tenant.id = std::string(in.text());
  const std::int32_t first = in.hour();
  tenant.first_hour = first == -1 ? kNoHour : first;
  const std::uint64_t watermarks = version >= 3 ? in.varint() : kSourcesBefore3;
  if (watermarks > tenant.watermark_ms.size()) in.fail();
  tenant.watermark_ms = {};
  for (std::uint64_t i = 0; i < watermarks && in.ok(); ++i) tenant.watermark_ms[i] = in.zigzag();
  const std::uint64_t entities = in.varint();
  if (entities > UINT32_MAX) in.fail();
  tenant.entities = static_cast<std::uint32_t>(entities);
  for (Cohort& cohort : tenant.cohorts) {
    cohort.weight = in.f32();
    for (float& mean : cohort.mean) mean = in.f32();
  }
  for (Newcomers& newcomers : tenant.newcomers) {
    newcomers.days = BaselineCodec::small(in);
    newcomers.last_day = in.hour();
  }
  TripwireCodec::read(in, tenant.sizes);
  tenant.incident = in.fixed(8);
  tenant.incident_last_ms = in.zigzag();
  tenant.calibrations = {};
  tenant.unsaid.clear();
  if (version >= 2) {
    for (Calibration& calibration : tenant.calibrations) CalibrationCodec::read(in, calibration);
    const std::size_t count = in.count(30);
    if (count > kMostUnsaid) in.fail();
    for (std::size_t i = 0; i < count && in.ok(); ++i) tenant.unsaid.push_back(read_unsaid(in));
  }
  if (!in.at_end()) return Error{ErrorCode::kRefuse, "a tenant's state is damaged"};
  return {};
}

}  // namespace outflow::detector
