// Slots: the values that one walk over a record found, each in the place its paths were given when they were compiled.
//
// A value that is absent or null is not there. One thread. Reuses its memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "connectors/decode/fields.h"
#include "connectors/decode/path_trie.h"

namespace outflow::connectors {

class Slots {
 public:
  static constexpr std::uint32_t kEndOfList = 0xFFFFFFFF;
  static constexpr std::size_t kMaxListItems = 65'536;  // over all lists of one record; what comes behind is dropped

  struct Item {
    Value value;
    std::uint32_t next = kEndOfList;
    std::uint32_t last = 0;  // of the first item: the list's last
  };

  void resize(std::size_t slots) {
    values_.resize(slots);
    present_.assign((slots + 63) / 64, 0);
  }
  void clear() noexcept {
    std::fill(present_.begin(), present_.end(), 0);
    items_.clear();
  }
  void clear(std::span<const SlotId> slots) noexcept {
    for (const SlotId slot : slots) present_[slot / 64] &= ~bit(slot);
  }

  [[nodiscard]] bool has(SlotId slot) const noexcept { return (present_[slot / 64] & bit(slot)) != 0; }
  [[nodiscard]] std::span<const std::uint64_t> present() const noexcept { return present_; }
  void set(SlotId slot, const Value& value) noexcept {
    if (value.kind == ValueKind::kNull) return;
    values_[slot] = value;
    present_[slot / 64] |= bit(slot);
  }
  // REQUIRES: has(slot).
  [[nodiscard]] Value& value(SlotId slot) noexcept { return values_[slot]; }

  // The first of a list, or the value itself; nullptr where there is none.
  [[nodiscard]] Value* first(SlotId slot) noexcept {
    if (!has(slot)) return nullptr;
    Value& value = values_[slot];
    return value.kind == ValueKind::kList ? &items_[value.place].value : &value;
  }
  template <typename Each>
  void for_each(SlotId slot, const Each& each) {
    if (!has(slot)) return;
    Value& value = values_[slot];
    if (value.kind != ValueKind::kList) return each(value);
    for (std::uint32_t at = value.place; at != kEndOfList; at = items_[at].next) each(items_[at].value);
  }

  // Moves what is in one slot into the list of another.
  void append(SlotId from, SlotId list) {
    const Value value = values_[from];
    if (value.kind == ValueKind::kList) {
      link(list, value.place, items_[value.place].last);
    } else if (items_.size() < kMaxListItems) {
      const auto item = static_cast<std::uint32_t>(items_.size());
      items_.push_back({value, kEndOfList, item});
      link(list, item, item);
    }
  }

 private:
  static constexpr std::uint64_t bit(SlotId slot) noexcept { return std::uint64_t{1} << (slot % 64); }

  void link(SlotId list, std::uint32_t first, std::uint32_t last) {
    if (!has(list)) {
      items_[first].last = last;
      set(list, {{}, ValueKind::kList, false, first});
      return;
    }
    Item& head = items_[values_[list].place];
    items_[head.last].next = first;
    head.last = last;
  }

  std::vector<Value> values_;
  std::vector<std::uint64_t> present_;
  std::vector<Item> items_;
};

}  // namespace outflow::connectors
