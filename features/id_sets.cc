#include "features/id_sets.h"

#include <algorithm>
#include <tuple>

#include "features/bytes.h"

namespace outflow::features {
namespace {

bool read_block(std::string_view bytes, absl::flat_hash_set<Fingerprint>& ids) {
  ByteReader reader(bytes);
  if (reader.u8() != IdSets::kVersion || reader.remaining() % sizeof(Fingerprint) != 0) return false;
  ids.reserve(ids.size() + reader.remaining() / sizeof(Fingerprint));
  while (!reader.at_end()) ids.insert(reader.u64());
  return reader.ok();
}

}  // namespace

bool IdSets::insert(Fingerprint tenant, std::int32_t hour, Fingerprint id) {
  const Key key{tenant, hour};
  if (recent_ == sets_.end() || recent_->first != key) recent_ = sets_.try_emplace(key).first;
  Set& set = recent_->second;
  if (!set.resident) page_in(key, set);
  set.touched = ++touches_;
  const std::size_t before = bytes_of(set);
  if (!set.ids.insert(id).second) return false;
  resident_bytes_ += bytes_of(set) - before;
  if (set.fresh.empty()) dirty_.push_back(key);
  set.fresh.push_back(id);
  ++set.size;
  ++size_;
  ++fresh_;
  return true;
}

std::size_t IdSets::expire(Fingerprint tenant, std::int32_t floor) {
  std::size_t dropped = 0;
  auto it = sets_.lower_bound({tenant, INT32_MIN});
  while (it != sets_.end() && it->first.first == tenant && it->first.second < floor) {
    Set& set = it->second;
    for (std::uint32_t block = 0; block < set.blocks; ++block) erased_.push_back(unit_key(it->first, block));
    dropped += set.size;
    fresh_ -= set.fresh.size();
    if (set.resident) resident_bytes_ -= bytes_of(set);
    it = sets_.erase(it);
  }
  size_ -= dropped;
  recent_ = sets_.end();
  return dropped;
}

bool IdSets::oldest(Fingerprint& tenant, std::int32_t& hour) const {
  bool any = false;
  for (auto it = sets_.begin(); it != sets_.end(); it = sets_.upper_bound({it->first.first, INT32_MAX})) {
    if (!any || it->first.second < hour) std::tie(tenant, hour) = it->first;
    any = true;
  }
  return any;
}

void IdSets::encode_dirty(StateWriter& out) {
  for (const std::string& key : erased_) out.erase(key);
  erased_.clear();
  std::string value;
  for (const Key& key : dirty_) {
    const auto found = sets_.find(key);
    if (found == sets_.end() || found->second.fresh.empty()) continue;
    Set& set = found->second;
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
    const auto found = sets_.find(key);
    if (found != sets_.end()) found->second.durable = true;
  }
  written_.clear();
}

void IdSets::evict(std::size_t goal) {
  if (cold_ == nullptr) return;
  std::vector<std::pair<std::uint64_t, Set*>> candidates;
  for (auto& [key, set] : sets_) {
    if (set.resident && set.durable && set.fresh.empty() && set.blocks > 0) candidates.emplace_back(set.touched, &set);
  }
  std::sort(candidates.begin(), candidates.end());
  std::size_t freed = 0;
  for (const auto& [touched, set] : candidates) {
    if (freed >= goal) break;
    freed += bytes_of(*set);
    resident_bytes_ -= bytes_of(*set);
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
  resident_bytes_ += bytes_of(set);
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
    Set& set = sets_[{tenant, hour}];
    if (block != set.blocks) return damaged = true, false;
    set.resident = false;  // ids are read when a record of the hour arrives
    set.size += value.size() / sizeof(Fingerprint);
    size_ += value.size() / sizeof(Fingerprint);
    ++set.blocks;
    return true;
  });
  recent_ = sets_.end();
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
