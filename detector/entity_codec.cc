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
    baseline.days_ = in.small();
    baseline.weekdays_ = in.small();
    baseline.weekend_days_ = in.small();
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
      novelty.news_days_[kind] = in.small();
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
};

namespace {

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

void write_notes(ByteWriter& out, const HourNotes& notes) {
  out.varint(notes.notes().size());
  std::int64_t previous = 0;
  for (const HourNotes::Note& note : notes.notes()) {
    out.zigzag(note.hour - previous);
    out.zigzag(note.estimated);
    out.zigzag(note.aside);
    out.zigzag(note.withheld);
    previous = note.hour;
  }
}

void read_notes(ByteReader& in, HourNotes& notes) {
  const std::size_t count = in.count(4);
  if (count > kMostCells) in.fail();
  if (!in.ok()) return;
  std::vector<HourNotes::Note> read(count);
  std::int64_t hour = 0;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::int64_t step = in.zigzag();
    if (step < INT32_MIN || step > INT32_MAX || (i > 0 && step <= 0)) return in.fail();
    hour += step;
    if (hour < INT32_MIN || hour > INT32_MAX) return in.fail();
    read[i] = {static_cast<std::int32_t>(hour), in.zigzag(), in.zigzag(), in.zigzag()};
    if (read[i].blank() || read[i].aside < 0 || read[i].withheld < 0) return in.fail();
  }
  notes.restore(std::move(read));
}

void write_classes(ByteWriter& out, const ClassHours& classes) {
  out.varint(classes.touched().size());
  for (const ClassHours::Touched& touched : classes.touched()) {
    out.u8(touched.number);
    out.zigzag(touched.hour);
  }
}

void read_classes(ByteReader& in, ClassHours& classes) {
  const std::size_t count = in.count(2);
  std::vector<ClassHours::Touched> read(in.ok() ? count : 0);
  for (std::size_t i = 0; i < read.size() && in.ok(); ++i) {
    read[i] = {in.u8(), in.hour()};
    if (read[i].number >= features::DataClasses::kMost || (i > 0 && read[i].number <= read[i - 1].number)) in.fail();
  }
  if (in.ok()) classes.restore(std::move(read));
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
  write_notes(out, entity.notes);
  write_classes(out, entity.classes);
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
  entity.longest_gap_days = in.small();
  entity.newcomer_surprise = in.f32();
  read_cells(in, entity.cells);
  BaselineCodec::read(in, entity.baseline);
  NoveltyCodec::read(in, entity.novelty);
  TripwireCodec::read(in, entity.objects);
  entity.episode = read_episode(in, version >= 3 ? kEpisodeFormat : 1);
  entity.label = std::string(in.text());
  for (float& surprise : entity.day_surprise) surprise = version >= 2 ? in.f32() : 0.0F;
  entity.notes = {};
  entity.classes = {};
  if (version >= 3) {
    read_notes(in, entity.notes);
    read_classes(in, entity.classes);
  }
  if (!in.at_end()) return Error{ErrorCode::kRefuse, "an entity's state is damaged"};
  return {};
}

}  // namespace outflow::detector
