#include "features/attribution.h"

#include <algorithm>
#include <tuple>

namespace outflow::features {
namespace {

constexpr std::int64_t kMostSum = INT64_MAX - 1;

std::int64_t bounded(ByteReader& in, std::int64_t most) {
  const std::int64_t value = in.zigzag();
  if (value < -most || value > most) in.fail();
  return in.ok() ? value : 0;
}

}  // namespace

bool Naming::take(const Naming& other) noexcept {
  if (other.app == 0) return false;
  if (app != 0 && std::tie(time_ms, uid, app) <= std::tie(other.time_ms, other.uid, other.app)) return false;
  *this = other;
  return true;
}

void Naming::encode(ByteWriter& out) const {
  out.u8(app != 0 ? 1 : 0);
  if (app == 0) return;
  out.zigzag(time_ms);
  out.u64(uid);
  out.u64(app);
}

Naming Naming::decode(ByteReader& in) {
  Naming naming;
  const std::uint8_t present = in.u8();
  if (present > 1) in.fail();
  if (present == 0 || !in.ok()) return naming;
  naming.time_ms = in.zigzag();
  naming.uid = in.u64();
  naming.app = in.u64();
  if (naming.app == 0) in.fail();
  return naming;
}

void App::encode(ByteWriter& out) const {
  out.text(id);
  out.text(name);
  named.encode(out);
}

bool App::decode(ByteReader& in, std::uint8_t /*version*/) {
  id = in.text();
  name = in.text();
  named = Naming::decode(in);
  return in.ok();
}

void ObjectSet::encode(ByteWriter& out) const {
  out.varint(names.size());
  for (const std::string& name : names) out.text(name);
  out.varint(classes.bits());
}

bool ObjectSet::decode(ByteReader& in, std::uint8_t version) {
  const std::size_t count = in.count(1);
  if (count > kMaxObjects) return false;
  names.clear();
  for (std::size_t i = 0; i < count; ++i) names.emplace_back(in.text());
  refresh_views();
  if (version < 2) return in.ok();
  const std::uint64_t bits = in.varint();
  classes = DataClasses(static_cast<std::uint32_t>(bits));
  return in.ok() && bits <= UINT32_MAX;
}

std::size_t ObjectSet::heap_bytes() const {
  std::size_t bytes = views.capacity() * sizeof(std::string_view);
  for (const std::string& name : names) bytes += sizeof(std::string) + name.capacity();
  return bytes;
}

Cell& Attribution::cell(std::int32_t hour, Fingerprint objects, bool& grown) {
  const auto before = [](const Cell& a, const std::pair<std::int32_t, Fingerprint>& b) {
    return std::tie(a.hour, a.objects) < std::tie(b.first, b.second);
  };
  constexpr std::size_t kNear = 8;  // nearly always it is one of the last
  const std::pair sought{hour, objects};
  std::size_t at = cells.size();
  for (std::size_t i = 0; i < kNear && at > closed && !before(cells[at - 1], sought); ++i) --at;
  if (at > closed && !before(cells[at - 1], sought)) {
    const auto open = cells.begin() + static_cast<std::ptrdiff_t>(closed);
    at = static_cast<std::size_t>(
        std::lower_bound(open, cells.begin() + static_cast<std::ptrdiff_t>(at), sought, before) - cells.begin());
  }
  const auto place = cells.begin() + static_cast<std::ptrdiff_t>(at);
  grown = place == cells.end() || place->hour != hour || place->objects != objects;
  if (!grown) return *place;
  Cell fresh;
  fresh.hour = hour;
  fresh.objects = objects;
  return *cells.insert(place, fresh);
}

void Attribution::drop_cells_before(std::int32_t hour) {
  while (closed < cells.size() && cells[closed].hour < hour) ++closed;
  if (closed * 2 < cells.size() || closed == 0) return;
  cells.erase(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(closed));
  closed = 0;
}

void Attribution::encode(ByteWriter& out) const {
  out.u64(session);
  out.u64(login);
  out.u64(joined);
  out.text(client);
  out.text(actor_id);
  out.text(actor_name);
  out.varint(open_cells().size());
  for (const Cell& cell : open_cells()) {
    out.zigzag(cell.hour);
    out.u64(cell.objects);
    out.zigzag(cell.records);
    out.zigzag(cell.estimated);
    out.zigzag(cell.bytes);
    out.zigzag(cell.events);
    out.zigzag(cell.uncounted);
    out.zigzag(cell.first_ms);
    out.zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(cell.last_ms) -
                                         static_cast<std::uint64_t>(cell.first_ms)));
  }
}

bool Attribution::decode(ByteReader& in, std::uint8_t version) {
  session = in.u64();
  login = in.u64();
  joined = in.u64();
  client = in.text();
  actor_id = in.text();
  actor_name = in.text();
  const std::size_t count = in.count(15);
  cells.clear();
  closed = 0;
  cells.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Cell cell;
    cell.hour = in.zigzag32();
    cell.objects = in.u64();
    cell.records = bounded(in, kMostSum);
    if (version >= 2) cell.estimated = bounded(in, kMostSum);
    cell.bytes = bounded(in, kMostSum);
    cell.events = bounded(in, INT32_MAX);
    cell.uncounted = bounded(in, INT32_MAX);
    cell.first_ms = in.zigzag();
    const auto span = static_cast<std::uint64_t>(in.zigzag());
    cell.last_ms = static_cast<std::int64_t>(static_cast<std::uint64_t>(cell.first_ms) + span);
    if (!cells.empty() && std::tie(cells.back().hour, cells.back().objects) >= std::tie(cell.hour, cell.objects)) {
      return false;
    }
    cells.push_back(cell);
  }
  return in.ok();
}

std::size_t Attribution::heap_bytes() const {
  return client.capacity() + actor_id.capacity() + actor_name.capacity() + cells.capacity() * sizeof(Cell);
}

void Session::encode(ByteWriter& out) const {
  name.encode(out);
  out.varint(attributions.size());
  for (const Fingerprint member : attributions) out.u64(member);
}

bool Session::decode(ByteReader& in, std::uint8_t /*version*/) {
  name = Naming::decode(in);
  const std::size_t count = in.count(sizeof(Fingerprint));
  attributions.clear();
  attributions.reserve(count);
  for (std::size_t i = 0; i < count; ++i) attributions.push_back(in.u64());
  return in.ok();
}

}  // namespace outflow::features
