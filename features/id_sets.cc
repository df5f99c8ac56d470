#include "features/id_sets.h"

#include <algorithm>

#include "features/bytes.h"

namespace outflow::features {
namespace {

constexpr std::size_t kMostReserved = 1 << 16;

bool read_block(std::string_view bytes, FingerprintSet& ids) {
  ByteReader reader(bytes);
  if (reader.u8() != IdSets::kVersion || reader.remaining() % sizeof(Fingerprint) != 0) return false;
  ids.reserve(ids.size() + reader.remaining() / sizeof(Fingerprint));
  while (!reader.at_end()) (void)ids.insert(reader.u64());
  return reader.ok();
}

}  // namespace

bool IdSets::insert(Fingerprint tenant, std::int32_t hour, Fingerprint id) {
  const Set* before = nullptr;
  Set& set = sets_.at(tenant, hour, &before);
  if (before != nullptr) {  // the first of its hour: as many will come as in the hour before
    set.ids.reserve(std::min(before->size, kMostReserved));
    resident_bytes_ += set.ids.bytes();
  }
  if (!set.resident) page_in({tenant, hour}, set);
  set.touched = ++touches_;
  const std::size_t bytes = set.ids.bytes();
  if (!set.ids.insert(id)) return false;
  resident_bytes_ += set.ids.bytes() - bytes;
  if (set.fresh.empty()) dirty_.emplace_back(tenant, hour);
  set.fresh.push_back(id);
  ++set.size;
  ++size_;
  ++fresh_;
  return true;
}

std::size_t IdSets::expire(Fingerprint tenant, std::int32_t floor) {
  const std::size_t before = size_;
  sets_.take_before(tenant, floor, [&](std::int32_t hour, const Set& set) {
    for (std::uint32_t block = 0; block < set.blocks; ++block) erased_.push_back(unit_key({tenant, hour}, block));
    size_ -= set.size;
    fresh_ -= set.fresh.size();
    resident_bytes_ -= set.ids.bytes();
  });
  return before - size_;
}

bool IdSets::oldest(Fingerprint& tenant, std::int32_t& hour) const {
  return sets_.oldest(tenant, hour);
}

void IdSets::encode_dirty(StateWriter& out) {
  for (const std::string& key : erased_) out.erase(key);
  erased_.clear();
  std::string value;
  for (const Key& key : dirty_) {
    Set* const found = sets_.find(key.first, key.second);
    if (found == nullptr || found->fresh.empty()) continue;
    Set& set = *found;
    value.clear();
    ByteWriter writer(value);
    writer.u8(kVersion);
    for (const Fingerprint id : set.fresh) writer.u64(id);
    out.put(unit_key(key, set.blocks++), value);
    set.fresh.clear();
    set.durable = false;
    written_.push_back(key);
  }
  dirty_.clear();
  fresh_ = 0;
}

void IdSets::checkpoint_durable() {
  for (const Key& key : written_) {
    if (Set* set = sets_.find(key.first, key.second)) set->durable = true;
  }
  written_.clear();
}

void IdSets::evict(std::size_t goal) {
  if (cold_ == nullptr) return;
  std::vector<std::pair<std::uint64_t, Set*>> candidates;
  sets_.for_each([&](Fingerprint, std::int32_t, Set& set) {
    if (set.resident && set.durable && set.fresh.empty() && set.blocks > 0) candidates.emplace_back(set.touched, &set);
  });
  std::sort(candidates.begin(), candidates.end());
  std::size_t freed = 0;
  for (const auto& [touched, set] : candidates) {
    if (freed >= goal) break;
    freed += set->ids.bytes();
    resident_bytes_ -= set->ids.bytes();
    set->ids = {};
    set->fresh = {};
    set->resident = false;
    ++stats_->units_paged_out;
  }
}

void IdSets::page_in(const Key& key, Set& set) {
  set.resident = true;
  set.ids.reserve(set.size);
  std::string value;
  for (std::uint32_t block = 0; block < set.blocks; ++block) {
    ++stats_->units_paged_in;
    if (!cold_->get(unit_key(key, block), value) || !read_block(value, set.ids)) ++stats_->forgotten_entries;
  }
  resident_bytes_ += set.ids.bytes();
}

Result<> IdSets::load() {
  if (cold_ == nullptr) return Ok{};
  bool damaged = false;
  cold_->scan("ci", [&](std::string_view unit, std::string_view value) {
    ByteReader reader(unit.substr(2));
    const Fingerprint tenant = reader.key_u64();
    const std::int32_t hour = reader.key_i32();
    const std::uint32_t block = reader.key_u32();
    damaged = !reader.ok() || !reader.at_end() || value.size() % sizeof(Fingerprint) != 1 ||
              static_cast<std::uint8_t>(value.front()) != kVersion;
    if (damaged) return false;
    Set& set = sets_.at(tenant, hour);
    if (block != set.blocks) return damaged = true, false;
    set.resident = false;  // ids are read when a record of the hour arrives
    set.size += value.size() / sizeof(Fingerprint);
    size_ += value.size() / sizeof(Fingerprint);
    ++set.blocks;
    return true;
  });
  if (damaged) return Error{ErrorCode::kRefuse, "state: a unit of table ci is damaged"};
  return Ok{};
}

std::string IdSets::unit_key(const Key& key, std::uint32_t block) {
  std::string out{"ci"};
  ByteWriter writer(out);
  writer.key_u64(key.first);
  writer.key_i32(key.second);
  writer.key_u32(block);
  return out;
}

}  // namespace outflow::features
