// PathTrie: the paths of all mappings as one tree, so that one walk over a record finds what any of them asks for.
//
// A node is a place in a record: what stands under one chain of member names. A place somebody reads has a slot, in
// which the walk leaves the value. Places inside an array's elements have slots for the walk's own use, cleared at each
// element; the array's selectors say which elements' values are kept, and in which slots.
//
// Built once, then immutable; const calls may come from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "connectors/decode/mapping_path.h"

namespace outflow::connectors {

using NodeId = std::uint16_t;
using SlotId = std::uint16_t;
inline constexpr NodeId kNoNode = 0xFFFF;
inline constexpr SlotId kNoSlot = 0xFFFF;
inline constexpr NodeId kRecordNode = 0;

struct PathSelector {
  PathStep::Kind kind = PathStep::Kind::kEvery;
  std::uint32_t index = 0;
  SlotId key = kNoSlot;  // of kWhere: the member that is compared with `value`
  std::string value;
  std::vector<std::pair<SlotId, SlotId>> kept;  // from the element's slot, to the slot it is kept in
};

struct PathNode {
  SlotId slot = kNoSlot;     // where the value here is left
  bool has_members = false;  // something is asked for inside an object here
  NodeId element = kNoNode;  // the place of an array's elements, where something is asked for in them
  std::vector<PathSelector> selectors;
  std::vector<SlotId> inside;  // all slots inside the elements, or below a root that add_root() made
};

class PathTrie {
 public:
  static constexpr std::size_t kMaxNodes = 20'000;

  PathTrie();

  // A root of its own, for paths that start in the elements of `each`.
  NodeId add_root();
  // The slot of a path's value; the same for the same path. kNoSlot where there are too many.
  SlotId add(NodeId root, const MappingPath& path);

  [[nodiscard]] const PathNode& node(NodeId id) const { return nodes_[id]; }
  // The place of a member; kNoNode where nobody asks for it.
  [[nodiscard]] NodeId find(NodeId parent, std::string_view name) const;
  [[nodiscard]] std::size_t slots() const { return slots_; }

 private:
  struct Name {
    NodeId parent = 0;
    std::string text;
  };
  struct NameView {
    NodeId parent = 0;
    std::string_view text;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Name& name) const { return (*this)(NameView{name.parent, name.text}); }
    std::size_t operator()(const NameView& name) const;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Name& a, const Name& b) const { return a.parent == b.parent && a.text == b.text; }
    bool operator()(const Name& a, const NameView& b) const { return a.parent == b.parent && a.text == b.text; }
    bool operator()(const NameView& a, const Name& b) const { return a.parent == b.parent && a.text == b.text; }
  };

  NodeId make_node();
  SlotId make_slot();
  NodeId member(NodeId parent, const std::string& name);
  // The node behind a run of members, each also found under its dotted name in its ancestors.
  NodeId members(NodeId from, const std::vector<std::string>& names);
  SlotId add_steps(NodeId from, const std::vector<PathStep>& steps, std::size_t at);
  SlotId add_selector(NodeId array, const std::vector<PathStep>& steps, std::size_t at);
  SlotId slot_of(NodeId id);

  std::vector<PathNode> nodes_;
  absl::flat_hash_map<Name, NodeId, Hash, Equal> names_;
  std::size_t slots_ = 0;
};

}  // namespace outflow::connectors
