// Who takes: attributions, the sessions that may name an app for them, the apps, and sets of objects.
//
// An attribution is what a record itself says about its taker: session, login, client name and actor. It adds up, by
// hour and object set, what was counted under it without a stronger name (its cells): when its session turns out to
// belong to an app, the cells move there, at a cost that does not depend on how many records they stand for.
//
// All are bodies of an HourTable. Every key that names an app keeps the naming record with the smallest (event time,
// record id): a minimum, so the order of arrival does not matter.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "features/bytes.h"
#include "features/data_classes.h"
#include "features/hour_table.h"

namespace outflow::features {

// Which record named an app, and which app. app 0 = none yet.
struct Naming {
  std::int64_t time_ms = 0;
  Fingerprint uid = 0;
  Fingerprint app = 0;  // key of the app's entry

  // Keeps the earlier of the two; true where that changed anything.
  bool take(const Naming& other) noexcept;
  void encode(ByteWriter& out) const;
  static Naming decode(ByteReader& in);
};

struct App : HourEntry {
  static constexpr std::uint8_t kVersion = 1;
  std::string id;
  std::string name;  // of the earliest record that gave one; a client name only where none did
  Naming named;      // that record; its app field is 1 for an app name, 2 for a client name

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in, std::uint8_t version);
  [[nodiscard]] std::size_t heap_bytes() const { return id.capacity() + name.capacity(); }
};

// The objects of a record, sorted, at most kMaxObjects, and the classes of data in them; the key is a fingerprint of
// both. Key 0: neither.
struct ObjectSet : HourEntry {
  static constexpr std::uint8_t kVersion = 2;  // since 2: classes
  static constexpr std::size_t kMaxObjects = 64;
  std::vector<std::string> names;
  std::vector<std::string_view> views;  // of names
  DataClasses classes;

  void refresh_views() { views.assign(names.begin(), names.end()); }
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in, std::uint8_t version);
  [[nodiscard]] std::size_t heap_bytes() const;
};

struct Cell {
  std::int32_t hour = 0;
  Fingerprint objects = 0;
  std::int64_t records = 0, estimated = 0, bytes = 0;
  std::int64_t events = 0, uncounted = 0;
  std::int64_t first_ms = 0, last_ms = 0;  // of its events; meaningless where there are none

  [[nodiscard]] bool empty() const {
    return records == 0 && estimated == 0 && bytes == 0 && events == 0 && uncounted == 0;
  }
};

struct Attribution : HourEntry {
  static constexpr std::uint8_t kVersion = 2;  // since 2: the estimated part of cells
  Fingerprint session = 0, login = 0;          // keys of Session entries; 0 = the record has none
  Fingerprint joined = 0;                      // the app its session, else its login, belongs to; 0 = not known
  std::string client, actor_id, actor_name;
  std::vector<Cell> cells;  // sorted by (hour, objects); only where a session may name an app
  std::size_t closed = 0;   // so many at the front are dropped, and make room once they are half of all

  [[nodiscard]] bool upgradable() const { return session != 0 || login != 0; }
  [[nodiscard]] std::span<const Cell> open_cells() const { return std::span(cells).subspan(closed); }
  // Makes it where missing; true in `grown` then.
  Cell& cell(std::int32_t hour, Fingerprint objects, bool& grown);
  void drop_cells_before(std::int32_t hour);
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in, std::uint8_t version);
  [[nodiscard]] std::size_t heap_bytes() const;
};

// A session or a login: the app it belongs to, and the attributions that hang on it.
struct Session : HourEntry {
  static constexpr std::uint8_t kVersion = 1;
  Naming name;
  std::vector<Fingerprint> attributions;  // in order of arrival

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in, std::uint8_t version);
  [[nodiscard]] std::size_t heap_bytes() const { return attributions.capacity() * sizeof(Fingerprint); }
};

}  // namespace outflow::features
