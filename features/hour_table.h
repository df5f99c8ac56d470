// HourTable: entries under 64-bit keys, kept in slabs by (tenant, hour of event time).
//
// A slab of up to 64 entries is the unit of paging, checkpoint and expiry. An index of 10 to 20 bytes an entry stays
// in memory and says in which slab a key lives; bodies of cold, clean slabs are dropped and read back through the
// StateReader when an entry of theirs is asked for. An entry lives until its last_hour falls below the tenant's floor:
// when its slab expires and it was used since, it moves to the slab of its last hour.
//
// One thread. Pointers to entries hold until the next expire() or evict().
// Unit key: 'c', the table's letter, tenant (8 B), hour (4 B), slab number (4 B), all big-endian.
// Unit value: version byte, count, then per entry key, last hour and body. docs/state-format.md has the details.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "features/bytes.h"
#include "features/counter.h"
#include "features/event_time.h"
#include "features/fingerprint.h"
#include "features/fingerprint_index.h"
#include "features/slab.h"
#include "features/state_io.h"
#include "features/tenant_hours.h"

namespace outflow::features {

// What every body starts with. A body adds kVersion, encode(ByteWriter&), decode(ByteReader&, version) for versions up
// to that, and heap_bytes().
struct HourEntry {
  Fingerprint key = 0;
  std::uint32_t slab = 0;  // where it lives; the table's own
  std::int32_t last_hour = 0;
};

template <typename Body>
class HourTable {
 public:
  HourTable(char letter, const StateReader* cold, CountingStats& stats)
      : letter_(letter), cold_(cold), stats_(&stats) {}
  HourTable(HourTable&&) = delete;
  ~HourTable() {
    for (UnitSlab& slab : slabs_) slab.clear(pool_);
  }

  [[nodiscard]] std::size_t size() const { return index_.size(); }
  [[nodiscard]] std::size_t resident_bytes() const {
    return resident_bytes_ + index_.bytes() + pool_.bytes() + slabs_.capacity() * sizeof(UnitSlab);
  }
  [[nodiscard]] std::size_t dirty_bytes() const { return dirty_slabs_ * UnitSlab::kEntries * sizeof(Body); }

  // Two steps ahead of a find() or put(): first where the index would name it, then the entry itself.
  void prefetch(Fingerprint key) const { index_.prefetch(key); }
  void warm(Fingerprint key) const {
    index_.find(key, [&](Place place) {
      const UnitSlab& slab = slabs_[place / UnitSlab::kEntries];
      const std::size_t slot = place % UnitSlab::kEntries;
      if (slot >= slab.size) return true;
      const char* body = reinterpret_cast<const char*>(&slab[slot]);
      for (std::size_t line = 0; line < sizeof(Body); line += 64) __builtin_prefetch(body + line);
      return true;
    });
  }

  // Null where there is no such entry. Reads a cold slab back.
  Body* find(Fingerprint key) {
    Body* body = nullptr;
    bool lost = false;
    index_.find(key, [&](Place place) {
      UnitSlab& slab = slabs_[place / UnitSlab::kEntries];
      if (!slab.resident && !page_in(slab)) return lost = true;
      slab.touched = ++touches_;
      Body& candidate = slab[place % UnitSlab::kEntries];
      if (candidate.key == key) body = &candidate;
      return body != nullptr;
    });
    return lost ? find(key) : body;
  }

  // Finds or makes; `made` says which. A made entry is dirty and lives at `hour`.
  Body& put(Fingerprint tenant, std::int32_t hour, Fingerprint key, bool& made) {
    if (Body* body = find(key)) {
      made = false;
      return *body;
    }
    made = true;
    Body& body = append(tenant, hour, key);
    body.key = key;
    body.last_hour = hour;
    return body;
  }

  // REQUIRES: `body` is an entry of this table. Call after every change of it.
  void changed(const Body& body) { mark_dirty(slabs_[body.slab]); }
  void used_at(Body& body, std::int32_t hour) {
    if (hour <= body.last_hour) return;
    body.last_hour = hour;
    changed(body);
  }
  void grew(const Body& body, std::size_t bytes) {
    slabs_[body.slab].heap_bytes += bytes;
    resident_bytes_ += bytes;
  }

  void shrank(const Body& body, std::size_t bytes) {
    const std::size_t known = std::min(bytes, slabs_[body.slab].heap_bytes);
    slabs_[body.slab].heap_bytes -= known;
    resident_bytes_ -= known;
  }

  // Drops the tenant's entries last used before `floor`; returns how many.
  std::size_t expire(Fingerprint tenant, std::int32_t floor) {
    doomed_.clear();
    hours_.take_before(tenant, floor, [&](std::int32_t, const std::vector<std::uint32_t>& slabs) {
      doomed_.insert(doomed_.end(), slabs.begin(), slabs.end());
    });
    const std::size_t before = size();
    for (const std::uint32_t index : doomed_) dissolve(index, floor);
    return before - size();
  }

  // The oldest hour kept and its tenant; false where the table is empty.
  bool oldest(Fingerprint& tenant, std::int32_t& hour) const { return hours_.oldest(tenant, hour); }

  void encode_dirty(StateWriter& out) {
    for (const std::string& key : erased_) out.erase(key);
    erased_.clear();
    for (const std::uint32_t index : dirty_list_) {  // may name a slab twice, or one that is gone
      UnitSlab& slab = slabs_[index];
      if (!slab.dirty) continue;
      encode(slab, buffer_);
      out.put(unit_key(slab), buffer_);
      slab.dirty = false;
      slab.stored = true;
      slab.durable = false;
      written_.push_back(index);
    }
    dirty_list_.clear();
    dirty_slabs_ = 0;
  }

  // `durable` tells nothing of a slab that is dirty: writing it resets the flag.
  void checkpoint_durable() {
    for (const std::uint32_t index : written_) slabs_[index].durable = true;
    written_.clear();
  }

  // Drops the bodies of durable clean slabs, longest unused first, until `goal` bytes are freed.
  void evict(std::size_t goal) {
    if (cold_ == nullptr) return;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> candidates;
    for (std::uint32_t i = 0; i < slabs_.size(); ++i) {
      const UnitSlab& slab = slabs_[i];
      if (slab.live && slab.resident && !slab.dirty && slab.durable) candidates.emplace_back(slab.touched, i);
    }
    std::sort(candidates.begin(), candidates.end());
    std::size_t freed = 0;
    for (const auto& [touched, index] : candidates) {
      if (freed >= goal) break;
      freed += slabs_[index].bytes();
      unload(slabs_[index]);
      ++stats_->units_paged_out;
    }
    pool_.release();
  }

  // Reads every unit of the table; beyond `most_bytes` only where entries are.
  Result<> load(std::size_t most_bytes) {
    if (cold_ == nullptr) return Ok{};
    bool damaged = false;
    cold_->scan(std::string{'c', letter_}, [&](std::string_view key, std::string_view value) {
      ByteReader reader(key.substr(2));
      UnitSlab slab;
      slab.tenant = reader.key_u64();
      slab.hour = reader.key_i32();
      slab.number = reader.key_u32();
      damaged = !reader.ok() || !reader.at_end() || !decode(value, slab);
      if (damaged) return slab.clear(pool_), false;
      slab.stored = slab.durable = true;
      admit(slab, most_bytes);
      return true;
    });
    if (damaged) return Error{ErrorCode::kRefuse, std::string("state: a unit of table c") + letter_ + " is damaged"};
    return Ok{};
  }

 private:
  using UnitSlab = Slab<Body>;
  using Place = FingerprintIndex::Place;  // slab * kEntries + slot

  // An empty entry at the end of the hour's last slab.
  Body& append(Fingerprint tenant, std::int32_t hour, Fingerprint key) {
    std::vector<std::uint32_t>& bucket = hours_.at(tenant, hour);
    if (bucket.empty() || slabs_[bucket.back()].used >= UnitSlab::kEntries) {
      UnitSlab slab;
      slab.tenant = tenant;
      slab.hour = hour;
      slab.number = bucket.empty() ? 0 : slabs_[bucket.back()].number + 1;
      bucket.push_back(place_slab(slab));
    }
    const std::uint32_t index = bucket.back();
    UnitSlab& slab = slabs_[index];
    if (!slab.resident && !page_in(slab)) return append(tenant, hour, key);  // lost: it takes no more entries
    slab.touched = ++touches_;
    resident_bytes_ -= slab.bytes();
    index_.insert(key, static_cast<Place>(index * UnitSlab::kEntries + slab.size));
    Body& body = slab.add(pool_);
    body.slab = index;
    slab.used = slab.size;
    resident_bytes_ += slab.bytes();
    mark_dirty(slab);
    return body;
  }

  std::uint32_t place_slab(const UnitSlab& slab) {
    if (free_.empty()) {
      slabs_.push_back(slab);
      return static_cast<std::uint32_t>(slabs_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    slabs_[index] = slab;
    return index;
  }

  void mark_dirty(UnitSlab& slab) {
    if (slab.dirty) return;
    slab.dirty = true;
    ++dirty_slabs_;
    dirty_list_.push_back(static_cast<std::uint32_t>(&slab - slabs_.data()));
    if (dirty_list_.size() < 2 * slabs_.size() + UnitSlab::kEntries) return;
    std::sort(dirty_list_.begin(), dirty_list_.end());  // slabs that came and went: nobody takes checkpoints
    dirty_list_.erase(std::unique(dirty_list_.begin(), dirty_list_.end()), dirty_list_.end());
  }

  // Entries used since move on, the rest is gone. The slab's place is free afterwards.
  void dissolve(std::uint32_t index, std::int32_t floor) {
    if (!slabs_[index].resident) (void)page_in(slabs_[index]);
    if (slabs_[index].stored) erased_.push_back(unit_key(slabs_[index]));
    if (slabs_[index].dirty) --dirty_slabs_;
    resident_bytes_ -= slabs_[index].bytes();
    UnitSlab old = std::exchange(slabs_[index], UnitSlab{});
    slabs_[index].live = false;
    for (std::size_t i = 0; i < old.size; ++i) index_.prefetch(old[i].key);
    for (std::size_t i = 0; i < old.size; ++i) {
      Body& body = old[i];
      if (!index_.erase(body.key, static_cast<Place>(index * UnitSlab::kEntries + i))) continue;
      if (body.last_hour < floor) continue;
      Body& moved = append(old.tenant, body.last_hour, body.key);
      const std::uint32_t slab = moved.slab;
      grew(moved, body.heap_bytes());
      moved = std::move(body);
      moved.slab = slab;
    }
    old.clear(pool_);
    free_.push_back(index);
  }

  void unload(UnitSlab& slab) {
    resident_bytes_ -= slab.bytes();
    slab.clear(pool_);
    slab.resident = false;
  }

  // False where the store lost it: its entries are unknown again, and it takes no more.
  bool page_in(UnitSlab& slab) {
    slab.resident = true;
    ++stats_->units_paged_in;
    const auto index = static_cast<std::uint32_t>(&slab - slabs_.data());
    const std::size_t expected = slab.used;
    const bool read = cold_ != nullptr && cold_->get(unit_key(slab), buffer_) && decode(buffer_, slab);
    if (!read || slab.size != expected) {
      slab.clear(pool_);
      slab.used = UnitSlab::kEntries;
      stats_->forgotten_entries += index_.erase_if([&](Place place) { return place / UnitSlab::kEntries == index; });
      return false;
    }
    for (std::size_t i = 0; i < slab.size; ++i) slab[i].slab = index;
    resident_bytes_ += slab.bytes();
    return true;
  }

  void admit(const UnitSlab& decoded, std::size_t most_bytes) {
    const std::uint32_t index = place_slab(decoded);
    UnitSlab& slab = slabs_[index];
    hours_.at(slab.tenant, slab.hour).push_back(index);
    for (std::size_t i = 0; i < slab.size; ++i) {
      slab[i].slab = index;
      index_.insert(slab[i].key, static_cast<Place>(index * UnitSlab::kEntries + i));
    }
    resident_bytes_ += slab.bytes();
    if (resident_bytes_ > most_bytes) unload(slab);
  }

  [[nodiscard]] std::string unit_key(const UnitSlab& slab) const {
    std::string key{'c', letter_};
    ByteWriter writer(key);
    writer.key_u64(slab.tenant);
    writer.key_i32(slab.hour);
    writer.key_u32(slab.number);
    return key;
  }

  static void encode(const UnitSlab& slab, std::string& out) {
    out.clear();
    ByteWriter writer(out);
    writer.u8(Body::kVersion);
    writer.varint(slab.size);
    for (std::size_t i = 0; i < slab.size; ++i) {
      const Body& body = slab[i];
      writer.u64(body.key);
      writer.zigzag(body.last_hour);
      body.encode(writer);
    }
  }

  // REQUIRES: the slab holds no entries. Where it fails, some may be left.
  bool decode(std::string_view bytes, UnitSlab& slab) {
    ByteReader reader(bytes);
    const std::uint8_t version = reader.u8();
    if (version == 0 || version > Body::kVersion) return false;
    const std::size_t count = reader.count(9);
    if (!reader.ok() || count > UnitSlab::kEntries) return false;
    for (std::size_t i = 0; i < count; ++i) {
      Body& body = slab.add(pool_);
      body.key = reader.u64();
      body.last_hour = reader.zigzag32();
      if (!body.decode(reader, version) || !reader.ok()) return false;
      slab.heap_bytes += body.heap_bytes();
    }
    slab.used = slab.size;
    return reader.at_end();
  }

  char letter_;
  const StateReader* cold_;
  CountingStats* stats_;
  FingerprintIndex index_;
  TenantHours<std::vector<std::uint32_t>> hours_;  // the slabs of each hour, by number
  ChunkPool<Body> pool_;
  std::vector<UnitSlab> slabs_;
  std::vector<std::uint32_t> free_, dirty_list_, written_, doomed_;
  std::vector<std::string> erased_;
  std::string buffer_;
  std::uint64_t touches_ = 0;
  std::size_t dirty_slabs_ = 0;
  std::size_t resident_bytes_ = 0;
};

}  // namespace outflow::features
