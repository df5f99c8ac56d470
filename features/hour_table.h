// HourTable: entries under 64-bit keys, kept in slabs by (tenant, hour of event time).
//
// A slab of up to kSlabEntries entries is the unit of paging, checkpoint and expiry. A directory of 16 bytes an entry
// stays in memory and says in which slab a key lives; bodies of cold, clean slabs are dropped and read back through
// the StateReader when an entry of theirs is asked for. An entry lives until its last_hour falls below the tenant's
// floor: when its slab expires and it was used since, it moves to the slab of its last hour.
//
// One thread. Pointers to entries hold until the next expire() or evict().
// Unit key: 'c', the table's letter, tenant (8 B), hour (4 B), slab number (4 B), all big-endian.
// Unit value: version byte, count, then per entry key, last hour and body. docs/state-format.md has the details.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "features/bytes.h"
#include "features/counter.h"
#include "features/event_time.h"
#include "features/fingerprint.h"
#include "features/state_io.h"

namespace outflow::features {

// What every body starts with. A body adds encode(ByteWriter&), decode(ByteReader&) and heap_bytes().
struct HourEntry {
  Fingerprint key = 0;
  std::uint32_t slab = 0;  // where it lives; the table's own
  std::int32_t last_hour = 0;
};

// A vector that grows by chunks, so that its elements never move.
template <typename Body>
class Chunks {
 public:
  static constexpr std::size_t kChunk = 16;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const { return chunks_.size() * kChunk * sizeof(Body); }
  Body& operator[](std::size_t i) { return chunks_[i / kChunk][i % kChunk]; }
  const Body& operator[](std::size_t i) const { return chunks_[i / kChunk][i % kChunk]; }
  Body& add() {
    if (size_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<Body[]>(kChunk));
    return (*this)[size_++];
  }

 private:
  std::vector<std::unique_ptr<Body[]>> chunks_;
  std::size_t size_ = 0;
};

template <typename Body>
class HourTable {
 public:
  static constexpr std::size_t kSlabEntries = 64;
  static constexpr std::uint8_t kVersion = 1;

  HourTable(char letter, const StateReader* cold, CountingStats& stats)
      : letter_(letter), cold_(cold), stats_(&stats) {}

  [[nodiscard]] std::size_t size() const { return directory_.size(); }
  [[nodiscard]] std::size_t resident_bytes() const { return resident_bytes_ + directory_.capacity() * 17; }
  [[nodiscard]] std::size_t dirty_bytes() const { return dirty_slabs_ * kSlabEntries * sizeof(Body); }

  // Null where there is no such entry. Reads a cold slab back.
  Body* find(Fingerprint key) {
    const auto found = directory_.find(key);
    if (found == directory_.end()) return nullptr;
    return at(found->second);
  }

  // Finds or makes; `made` says which. A made entry is dirty and lives at `hour`.
  Body& put(Fingerprint tenant, std::int32_t hour, Fingerprint key, bool& made) {
    const auto [found, inserted] = directory_.try_emplace(key, Place{});
    if (!inserted) {
      if (Body* body = at(found->second)) {
        made = false;
        return *body;
      }
    }
    made = true;
    Body& body = append(tenant, hour, found->second);
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

  // Drops the tenant's entries last used before `floor`; returns how many.
  std::size_t expire(Fingerprint tenant, std::int32_t floor) {
    std::size_t dropped = 0;
    const auto begin = buckets_.lower_bound({tenant, INT32_MIN});
    auto end = begin;
    std::vector<std::uint32_t> doomed;
    for (; end != buckets_.end() && end->first.first == tenant && end->first.second < floor; ++end) {
      doomed.insert(doomed.end(), end->second.begin(), end->second.end());
    }
    buckets_.erase(begin, end);
    recent_ = buckets_.end();
    for (const std::uint32_t index : doomed) dropped += dissolve(index, floor);
    return dropped;
  }

  // The oldest hour kept and its tenant; false where the table is empty.
  bool oldest(Fingerprint& tenant, std::int32_t& hour) const {
    bool any = false;
    for (auto it = buckets_.begin(); it != buckets_.end();) {
      if (!any || it->first.second < hour) std::tie(tenant, hour) = it->first;
      any = true;
      it = buckets_.upper_bound({it->first.first, INT32_MAX});
    }
    return any;
  }

  void encode_dirty(StateWriter& out) {
    for (const std::string& key : erased_) out.erase(key);
    erased_.clear();
    for (const std::uint32_t index : dirty_list_) {
      Slab& slab = slabs_[index];
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

  void checkpoint_durable() {
    for (const std::uint32_t index : written_) slabs_[index].durable = true;
    written_.clear();
  }

  // Drops the bodies of durable clean slabs, longest unused first, until `goal` bytes are freed.
  void evict(std::size_t goal) {
    if (cold_ == nullptr) return;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> candidates;
    for (std::uint32_t i = 0; i < slabs_.size(); ++i) {
      const Slab& slab = slabs_[i];
      if (slab.live && slab.resident && !slab.dirty && slab.durable) candidates.emplace_back(slab.touched, i);
    }
    std::sort(candidates.begin(), candidates.end());
    std::size_t freed = 0;
    for (const auto& [touched, index] : candidates) {
      if (freed >= goal) break;
      freed += unload(slabs_[index]);
      ++stats_->units_paged_out;
    }
  }

  // Reads every unit of the table. `visit(body)` lets the owner rebuild what it derives. Bodies stay clean.
  template <typename Visit>
  Result<> load(Visit visit) {
    if (cold_ == nullptr) return Ok{};
    const std::string prefix{'c', letter_};
    std::string problem;
    cold_->scan(prefix, [&](std::string_view key, std::string_view value) {
      ByteReader reader(key.substr(2));
      Slab slab;
      slab.tenant = reader.key_u64();
      slab.hour = reader.key_i32();
      slab.number = reader.key_u32();
      if (!reader.ok() || !reader.at_end() || !decode(value, slab)) problem = "a unit of table c";
      if (!problem.empty()) return false;
      slab.stored = slab.durable = true;
      admit(std::move(slab), visit);
      return true;
    });
    if (!problem.empty()) return Error{ErrorCode::kRefuse, "state: " + problem + letter_ + " is damaged"};
    return Ok{};
  }

 private:
  struct Place {
    std::uint32_t slab = 0;
    std::uint32_t slot = 0;
  };
  struct Slab {
    Fingerprint tenant = 0;
    std::int32_t hour = 0;
    std::uint32_t number = 0;
    std::uint32_t used = 0;  // entries ever put here
    bool live = true, resident = true, dirty = false, stored = false, durable = false;
    std::uint64_t touched = 0;
    std::size_t heap_bytes = 0;
    Chunks<Body> bodies;
  };

  Body* at(Place place) {
    Slab& slab = slabs_[place.slab];
    if (!slab.resident) page_in(place.slab);
    slab.touched = ++touches_;
    if (place.slot >= slab.bodies.size()) return nullptr;
    return &slab.bodies[place.slot];
  }

  // An empty entry at the end of the hour's last slab.
  Body& append(Fingerprint tenant, std::int32_t hour, Place& place) {
    if (recent_ == buckets_.end() || recent_->first.first != tenant || recent_->first.second != hour) {
      recent_ = buckets_.try_emplace({tenant, hour}).first;
    }
    auto& bucket = recent_->second;
    if (bucket.empty() || slabs_[bucket.back()].used >= kSlabEntries) bucket.push_back(open_slab(tenant, hour, bucket));
    const std::uint32_t index = bucket.back();
    Slab& slab = slabs_[index];
    if (!slab.resident) page_in(index);
    slab.touched = ++touches_;
    const std::size_t before = slab.bodies.bytes();
    Body& body = slab.bodies.add();
    body.slab = index;
    resident_bytes_ += slab.bodies.bytes() - before;
    slab.used = static_cast<std::uint32_t>(slab.bodies.size());
    mark_dirty(slab);
    place = {index, slab.used - 1};
    return body;
  }

  std::uint32_t open_slab(Fingerprint tenant, std::int32_t hour, const std::vector<std::uint32_t>& bucket) {
    Slab slab;
    slab.tenant = tenant;
    slab.hour = hour;
    slab.number = bucket.empty() ? 0 : slabs_[bucket.back()].number + 1;
    return place_slab(std::move(slab));
  }

  std::uint32_t place_slab(Slab&& slab) {
    if (free_.empty()) {
      slabs_.push_back(std::move(slab));
      return static_cast<std::uint32_t>(slabs_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    slabs_[index] = std::move(slab);
    return index;
  }

  void mark_dirty(Slab& slab) {
    if (slab.dirty) return;
    slab.dirty = true;
    ++dirty_slabs_;
    dirty_list_.push_back(static_cast<std::uint32_t>(&slab - slabs_.data()));
  }

  // Entries used since move on, the rest is gone. The slab's place is free afterwards.
  std::size_t dissolve(std::uint32_t index, std::int32_t floor) {
    if (!slabs_[index].resident) page_in(index);
    const Fingerprint tenant = slabs_[index].tenant;
    Chunks<Body> bodies = release(index);
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      Body& body = bodies[i];
      const auto found = directory_.find(body.key);
      if (found == directory_.end() || found->second.slab != index) continue;
      if (body.last_hour >= floor) {
        Body& moved = append(tenant, body.last_hour, found->second);
        const std::uint32_t slab = moved.slab;
        grew(moved, body.heap_bytes());
        moved = std::move(body);
        moved.slab = slab;
      } else {
        directory_.erase(found);
        ++dropped;
      }
    }
    free_.push_back(index);
    return dropped;
  }

  Chunks<Body> release(std::uint32_t index) {
    Slab& slab = slabs_[index];
    if (slab.stored) erased_.push_back(unit_key(slab));
    if (slab.dirty) --dirty_slabs_;
    if (slab.resident) resident_bytes_ -= slab.bodies.bytes() + slab.heap_bytes;
    if (slab.dirty) std::erase(dirty_list_, index);
    if (slab.stored && !slab.durable) std::erase(written_, index);
    Chunks<Body> bodies = std::move(slab.bodies);
    slab = Slab{};
    slab.live = false;
    return bodies;
  }

  std::size_t unload(Slab& slab) {
    const std::size_t bytes = slab.bodies.bytes() + slab.heap_bytes;
    slab.bodies = {};
    slab.resident = false;
    slab.heap_bytes = 0;
    resident_bytes_ -= bytes;
    return bytes;
  }

  void page_in(std::uint32_t index) {
    Slab& slab = slabs_[index];
    slab.resident = true;
    ++stats_->units_paged_in;
    if (cold_ == nullptr || !cold_->get(unit_key(slab), buffer_) || !decode(buffer_, slab)) {
      stats_->forgotten_entries += slab.used;  // the store lost it: its entries are unknown again
      slab.bodies = {};
      slab.used = kSlabEntries;
    }
    for (std::size_t i = 0; i < slab.bodies.size(); ++i) slab.bodies[i].slab = index;
    resident_bytes_ += slab.bodies.bytes() + slab.heap_bytes;
  }

  template <typename Visit>
  void admit(Slab&& slab, Visit& visit) {
    resident_bytes_ += slab.bodies.bytes() + slab.heap_bytes;
    const std::pair<Fingerprint, std::int32_t> bucket{slab.tenant, slab.hour};
    const std::uint32_t index = place_slab(std::move(slab));
    buckets_[bucket].push_back(index);
    for (std::uint32_t slot = 0; slot < slabs_[index].bodies.size(); ++slot) {
      Body& body = slabs_[index].bodies[slot];
      body.slab = index;
      directory_[body.key] = Place{index, slot};
      visit(body);
    }
  }

  [[nodiscard]] std::string unit_key(const Slab& slab) const {
    std::string key{'c', letter_};
    ByteWriter writer(key);
    writer.key_u64(slab.tenant);
    writer.key_i32(slab.hour);
    writer.key_u32(slab.number);
    return key;
  }

  static void encode(const Slab& slab, std::string& out) {
    out.clear();
    ByteWriter writer(out);
    writer.u8(kVersion);
    writer.varint(slab.bodies.size());
    for (std::size_t i = 0; i < slab.bodies.size(); ++i) {
      const Body& body = slab.bodies[i];
      writer.u64(body.key);
      writer.zigzag(body.last_hour);
      body.encode(writer);
    }
  }

  static bool decode(std::string_view bytes, Slab& slab) {
    ByteReader reader(bytes);
    if (reader.u8() != kVersion) return false;
    const std::size_t count = reader.count(9);
    if (!reader.ok() || count > kSlabEntries) return false;
    slab.bodies = {};
    slab.heap_bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      Body& body = slab.bodies.add();
      body.key = reader.u64();
      body.last_hour = reader.zigzag32();
      if (!body.decode(reader) || !reader.ok()) return false;
      slab.heap_bytes += body.heap_bytes();
    }
    slab.used = static_cast<std::uint32_t>(count);
    return reader.at_end();
  }

  char letter_;
  const StateReader* cold_;
  CountingStats* stats_;
  absl::flat_hash_map<Fingerprint, Place> directory_;
  using Buckets = std::map<std::pair<Fingerprint, std::int32_t>, std::vector<std::uint32_t>>;
  Buckets buckets_;  // the slabs of each hour, by number
  typename Buckets::iterator recent_ = buckets_.end();
  std::vector<Slab> slabs_;
  std::vector<std::uint32_t> free_, dirty_list_, written_;
  std::vector<std::string> erased_;
  std::string buffer_;
  std::uint64_t touches_ = 0;
  std::size_t dirty_slabs_ = 0;
  std::size_t resident_bytes_ = 0;
};

}  // namespace outflow::features
