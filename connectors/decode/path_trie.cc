#include "connectors/decode/path_trie.h"

#include <algorithm>

#include "features/fingerprint.h"

namespace outflow::connectors {
namespace {

// A quoted name with dots is the same place as its parts: some senders nest what others write flat.
std::vector<std::string> split_at_dots(const std::string& name) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t dot = std::min(name.find('.', begin), name.size());
    if (dot == begin) return {name};
    parts.push_back(name.substr(begin, dot - begin));
    if (dot == name.size()) return parts;
    begin = dot + 1;
    if (begin == name.size()) return {name};
  }
}

}  // namespace

std::size_t PathTrie::Hash::operator()(const NameView& name) const {
  return static_cast<std::size_t>(features::fingerprint(name.text, name.parent));
}

PathTrie::PathTrie() {
  make_node();  // the record
}

NodeId PathTrie::make_node() {
  if (nodes_.size() >= kMaxNodes) return kNoNode;
  nodes_.emplace_back();
  return static_cast<NodeId>(nodes_.size() - 1);
}

SlotId PathTrie::make_slot() {
  return slots_ >= kMaxNodes ? kNoSlot : static_cast<SlotId>(slots_++);
}

NodeId PathTrie::add_root() {
  return make_node();
}

NodeId PathTrie::find(NodeId parent, std::string_view name) const {
  const auto found = names_.find(NameView{parent, name});
  return found == names_.end() ? kNoNode : found->second;
}

NodeId PathTrie::member(NodeId parent, const std::string& name) {
  if (const NodeId known = find(parent, name); known != kNoNode) return known;
  const NodeId made = make_node();
  if (made == kNoNode) return kNoNode;
  nodes_[parent].has_members = true;
  names_.emplace(Name{parent, name}, made);
  return made;
}

NodeId PathTrie::members(NodeId from, const std::vector<std::string>& names) {
  std::vector<NodeId> chain{from};
  for (const std::string& name : names) {
    const NodeId next = member(chain.back(), name);
    if (next == kNoNode) return kNoNode;
    chain.push_back(next);
  }
  for (std::size_t first = 0; first < names.size(); ++first) {
    std::string dotted = names[first];
    for (std::size_t last = first + 1; last < names.size(); ++last) {
      dotted += "." + names[last];
      names_.emplace(Name{chain[first], dotted}, chain[last + 1]);
    }
  }
  return chain.back();
}

SlotId PathTrie::slot_of(NodeId id) {
  if (nodes_[id].slot == kNoSlot) nodes_[id].slot = make_slot();
  return nodes_[id].slot;
}

SlotId PathTrie::add(NodeId root, const MappingPath& path) {
  const std::size_t before = slots_;
  const SlotId slot = add_steps(root, path.steps, 0);
  if (root != kRecordNode) {
    for (std::size_t made = before; made < slots_; ++made) nodes_[root].inside.push_back(static_cast<SlotId>(made));
  }
  return slot;
}

SlotId PathTrie::add_steps(NodeId from, const std::vector<PathStep>& steps, std::size_t at) {
  std::vector<std::string> names;
  for (; at < steps.size() && steps[at].kind == PathStep::Kind::kMember; ++at) {
    for (std::string& part : split_at_dots(steps[at].name)) names.push_back(std::move(part));
  }
  const NodeId node = members(from, names);
  if (node == kNoNode) return kNoSlot;
  return at == steps.size() ? slot_of(node) : add_selector(node, steps, at);
}

SlotId PathTrie::add_selector(NodeId array, const std::vector<PathStep>& steps, std::size_t at) {
  const PathStep& step = steps[at];
  if (nodes_[array].element == kNoNode) {
    const NodeId made = make_node();
    if (made == kNoNode) return kNoSlot;
    nodes_[array].element = made;
  }
  const NodeId element = nodes_[array].element;
  const std::size_t before = slots_;
  const SlotId key =
      step.kind == PathStep::Kind::kWhere ? slot_of(members(element, split_at_dots(step.name))) : kNoSlot;
  const SlotId inside = add_steps(element, steps, at + 1);
  for (std::size_t made = before; made < slots_; ++made) nodes_[array].inside.push_back(static_cast<SlotId>(made));
  if (inside == kNoSlot) return kNoSlot;

  std::vector<PathSelector>& selectors = nodes_[array].selectors;
  auto found = std::find_if(selectors.begin(), selectors.end(), [&](const PathSelector& known) {
    return known.kind == step.kind && known.index == step.index && known.key == key && known.value == step.value;
  });
  if (found == selectors.end()) {
    selectors.push_back({step.kind, step.index, key, step.value, {}});
    found = selectors.end() - 1;
  }
  for (const auto& [from, kept] : found->kept) {
    if (from == inside) return kept;
  }
  const SlotId kept = make_slot();
  if (kept != kNoSlot) found->kept.emplace_back(inside, kept);
  return kept;
}

}  // namespace outflow::connectors
