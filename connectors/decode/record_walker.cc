#include "connectors/decode/record_walker.h"

#include "connectors/decode/envelope_names.h"
#include "connectors/decode/json_scalar.h"

namespace outflow::connectors {
namespace {

// What a number or null is, with no space behind it; kNested where it is another value.
ValueKind plain_scalar(std::string_view token) noexcept {
  if (token[0] == 'n') return token == "null" ? ValueKind::kNull : ValueKind::kNested;
  if (token[0] != '-' && (token[0] < '0' || token[0] > '9')) return ValueKind::kNested;
  return is_json_number(token) ? ValueKind::kNumber : ValueKind::kNested;
}

// The same, or a string without escapes: the value in `token`, which begins at a token and ends at the next.
[[gnu::always_inline]] inline ValueKind plain_value(const char*& token, std::uint32_t& size) noexcept {
  if (*token == '"') {
    if (size < 2 || token[size - 1] != '"') return ValueKind::kNested;
    ++token;
    size -= 2;
    return ValueKind::kString;
  }
  const ValueKind kind = plain_scalar({token, size});
  if (kind == ValueKind::kNull) size = 0;
  return kind;
}

}  // namespace

RecordWalker::RecordWalker(const SourceCatalogue::Impl& catalogue, RecordRecogniser& recogniser)
    : catalogue_(catalogue), recogniser_(recogniser), names_(catalogue.trie) {
  for (Frame& frame : frames_) frame.slots.resize(catalogue.trie.slots());
}

RejectReason RecordWalker::walk(JsonTokens& tokens, std::uint32_t token, std::uint32_t depth,
                                std::string_view channel) {
  cursor_.begin(tokens, token);
  chosen_ = 0;
  settled_ = false;
  recognised_ = {};
  outer_channel_ = channel;
  channel_ = tenant_ = wrapped_ = Value{};
  wrapped_rank_ = 0;
  places_.clear();
  if (const RejectReason reason = walk_frame(depth, 0); reason != RejectReason::kNone) return reason;
  if (!settled_) settle(0);
  // A nested object had a record's names, but is none: then the outermost may be.
  if (!recognised_ && chosen_ != 0) settle(0);
  return RejectReason::kNone;
}

RejectReason RecordWalker::walk_element(JsonTokens& tokens, std::uint32_t token, std::uint32_t depth, NodeId root,
                                        Frame& frame) {
  cursor_.begin(tokens, token);
  frame.slots.clear(catalogue_.trie.node(root).inside);
  if (cursor_.kind() == '{') return walk_node(depth, root, frame.slots);
  Value ignored;
  return cursor_.read_value(depth, ignored);
}

RejectReason RecordWalker::skip(JsonTokens& tokens, std::uint32_t token, std::uint32_t depth) {
  cursor_.begin(tokens, token);
  Value ignored;
  return cursor_.read_value(depth, ignored);
}

void RecordWalker::settle(std::size_t level) {
  // The channel names what is somewhere in the envelope: of one object in it, it says nothing.
  std::string_view channel;
  if (level == 0) channel = channel_.text.empty() || channel_.escaped ? outer_channel_ : channel_.text;
  recognised_ = recogniser_.find(frames_[level], channel);
  chosen_ = level;
}

RejectReason RecordWalker::walk_frame(std::uint32_t depth, std::size_t level) {
  if (depth > JsonCursor::kMaxDepth) return RejectReason::kTooDeep;
  Frame& frame = frames_[level];
  frame.fields.clear();
  frame.slots.clear();
  frame.token = cursor_.token();
  frame.depth = depth;
  cursor_.advance();
  if (cursor_.kind() == '}') {
    cursor_.advance();
    return RejectReason::kNone;
  }
  bool at_end = false;
  while (true) {
    const RejectReason plain = read_plain_members(frame, at_end);
    if (plain != RejectReason::kNone || at_end) return plain;
    if (const RejectReason reason = read_member(depth, level); reason != RejectReason::kNone) return reason;
    const RejectReason reason = cursor_.read_separator('}', at_end);
    if (reason != RejectReason::kNone || at_end) return reason;
  }
}

// Members written as nearly all are: a name, a colon and a value without escapes, with no space between. Stops before
// the first member that is another, or behind the end of the object.
RejectReason RecordWalker::read_plain_members(Frame& frame, bool& at_end) {
  JsonTokens& tokens = cursor_.tokens();
  const char* const text = tokens.text();
  const std::uint32_t* at = tokens.offsets() + cursor_.token();
  FieldNames::Run run = names_.run();
  // Behind the last token stand tokens of no kind, so that a document may end anywhere.
  while (text[at[0]] == '"' && text[at[1]] == ':' && (text[at[3]] == ',' || text[at[3]] == '}')) {
    const std::uint32_t name_end = at[1] - 1;
    if (text[name_end] != '"' || name_end <= at[0] || tokens.has_backslash(at[0], at[3])) break;
    const char* value = text + at[2];
    std::uint32_t size = at[3] - at[2];
    const ValueKind kind = plain_value(value, size);
    if (kind == ValueKind::kNested) break;
    const std::string_view name(text + at[0] + 1, name_end - at[0] - 1);
    const NameFacts& facts = names_.find(name, kRecordNode, run);
    Member* const member = frame.fields.make(facts, kind);
    if (member == nullptr) return RejectReason::kTooLarge;
    member->name = name;
    member->value.text = {value, size};
    member->value.kind = kind;
    member->value.escaped = false;
    if (facts.of_envelope) note(facts, member->value);
    if (facts.slot != kNoSlot) frame.slots.set(facts.slot, {{value, size}, kind, false, 0});
    at_end = text[at[3]] == '}';
    at += 4;
    if (at_end) break;
  }
  names_.keep(run);
  cursor_.move_to(static_cast<std::uint32_t>(at - tokens.offsets()));
  return RejectReason::kNone;
}

RejectReason RecordWalker::read_member(std::uint32_t depth, std::size_t level) {
  Value name;
  if (const RejectReason reason = cursor_.read_name(name); reason != RejectReason::kNone) return reason;
  // No name that is read holds an escape; an escaped one stays part of the row's identity as it is written.
  const NameFacts facts = name.escaped ? NameFacts{} : names_.find(name.text, kRecordNode);
  Value value;
  Frame& frame = frames_[level];
  if (cursor_.kind() == '{' || cursor_.kind() == '[') {
    if (facts.column == Column::kAttributes && cursor_.kind() == '{') return read_attributes(depth + 1, frame.fields);
    if (const RejectReason reason = read_nested_member(depth, level, facts, value); reason != RejectReason::kNone) {
      return reason;
    }
  } else if (const RejectReason reason = cursor_.read_scalar(value); reason != RejectReason::kNone) {
    return reason;
  }
  if (facts.of_envelope) note(facts, value);
  if (facts.slot != kNoSlot) frame.slots.set(facts.slot, value);
  return frame.fields.add(name.text, facts, value) ? RejectReason::kNone : RejectReason::kTooLarge;
}

RejectReason RecordWalker::read_nested_member(std::uint32_t depth, std::size_t level, const NameFacts& facts,
                                              Value& value) {
  const std::uint32_t token = cursor_.token();
  const bool is_object = cursor_.kind() == '{';
  value = {{}, ValueKind::kNested, false, token};
  const bool may_hold_records = (is_object ? facts.wraps_object : facts.wraps_list) && !settled_;
  const bool is_frame = may_hold_records && is_object && !facts.goes_on && level + 1 < kFrames;
  if (!is_frame) {
    if (may_hold_records && places_.size() < kMaxPlaces) places_.push_back({token, depth + 1});
    return facts.goes_on ? walk_value(depth + 1, facts.node, frames_[level].slots, value)
                         : cursor_.skip_nested(depth + 1);
  }
  const RejectReason reason = walk_frame(depth + 1, level + 1);
  if (reason != RejectReason::kNone || settled_) return reason;
  settle(level + 1);
  settled_ = static_cast<bool>(recognised_) || frames_[level + 1].fields.has_evidence();
  return RejectReason::kNone;
}

// Salesforce's REST API: "attributes": {"type": "ApiEvent", "url": "..."}; of these only the type is of use.
RejectReason RecordWalker::read_attributes(std::uint32_t depth, Fields& into) {
  if (depth > JsonCursor::kMaxDepth) return RejectReason::kTooDeep;
  cursor_.advance();
  bool at_end = cursor_.kind() == '}';
  if (at_end) cursor_.advance();
  while (!at_end) {
    Value name;
    if (const RejectReason reason = cursor_.read_name(name); reason != RejectReason::kNone) return reason;
    Value value;
    if (const RejectReason reason = cursor_.read_value(depth + 1, value); reason != RejectReason::kNone) return reason;
    if (name.text == "type" && value.kind == ValueKind::kString) {
      NameFacts facts;
      facts.column = Column::kAttributesType;
      if (!into.add(name.text, facts, value)) return RejectReason::kTooLarge;
    }
    const RejectReason reason = cursor_.read_separator('}', at_end);
    if (reason != RejectReason::kNone) return reason;
  }
  return RejectReason::kNone;
}

// An object inside a record, of which some mapping reads something.
RejectReason RecordWalker::walk_node(std::uint32_t depth, NodeId node, Slots& slots) {
  if (depth > JsonCursor::kMaxDepth) return RejectReason::kTooDeep;
  cursor_.advance();
  bool at_end = cursor_.kind() == '}';
  if (at_end) cursor_.advance();
  while (!at_end) {
    Value name;
    if (const RejectReason reason = cursor_.read_name(name); reason != RejectReason::kNone) return reason;
    const NameFacts facts = name.escaped ? NameFacts{} : names_.find(name.text, node);
    Value value;
    const RejectReason read =
        facts.goes_on ? walk_value(depth + 1, facts.node, slots, value) : cursor_.read_value(depth + 1, value);
    if (read != RejectReason::kNone) return read;
    if (facts.of_envelope) note(facts, value);
    if (facts.slot != kNoSlot) slots.set(facts.slot, value);
    if (const RejectReason reason = cursor_.read_separator('}', at_end); reason != RejectReason::kNone) return reason;
  }
  return RejectReason::kNone;
}

RejectReason RecordWalker::walk_value(std::uint32_t depth, NodeId id, Slots& slots, Value& value) {
  const PathNode& node = catalogue_.trie.node(id);
  const std::uint32_t token = cursor_.token();
  if (cursor_.kind() == '{' && node.has_members) {
    value = {{}, ValueKind::kNested, false, token};
    return walk_node(depth, id, slots);
  }
  if (cursor_.kind() == '[' && node.element != kNoNode) {
    value = {{}, ValueKind::kNested, false, token};
    return walk_array(depth, node, slots);
  }
  return cursor_.read_value(depth, value);
}

RejectReason RecordWalker::walk_array(std::uint32_t depth, const PathNode& array, Slots& slots) {
  if (depth > JsonCursor::kMaxDepth) return RejectReason::kTooDeep;
  const PathNode& element = catalogue_.trie.node(array.element);
  cursor_.advance();
  bool at_end = cursor_.kind() == ']';
  if (at_end) cursor_.advance();
  std::uint64_t taken = 0;  // which selectors have had their element
  for (std::uint32_t index = 0; !at_end; ++index) {
    const bool nested = cursor_.kind() == '{' || cursor_.kind() == '[';
    if (nested || element.slot != kNoSlot) slots.clear(array.inside);
    Value value;
    if (const RejectReason reason = walk_value(depth + 1, array.element, slots, value); reason != RejectReason::kNone) {
      return reason;
    }
    if (element.slot != kNoSlot) slots.set(element.slot, value);
    if (nested || element.slot != kNoSlot) keep_selected(array, index, taken, slots);
    if (const RejectReason reason = cursor_.read_separator(']', at_end); reason != RejectReason::kNone) return reason;
  }
  return RejectReason::kNone;
}

void RecordWalker::keep_selected(const PathNode& array, std::uint32_t index, std::uint64_t& taken, Slots& slots) {
  for (std::size_t i = 0; i < array.selectors.size(); ++i) {
    const PathSelector& selector = array.selectors[i];
    if (selector.kind == PathStep::Kind::kEvery) {
      for (const auto& [from, kept] : selector.kept) {
        if (slots.has(from)) slots.append(from, kept);
      }
      continue;
    }
    const std::uint64_t mark = i < 64 ? std::uint64_t{1} << i : 0;
    if ((taken & mark) != 0) continue;
    if (selector.kind == PathStep::Kind::kIndex) {
      if (selector.index != index) continue;
    } else if (!slots.has(selector.key) || slots.value(selector.key).text != selector.value) {
      continue;
    }
    taken |= mark;
    for (const auto& [from, kept] : selector.kept) {
      if (slots.has(from) && !slots.has(kept)) slots.set(kept, slots.value(from));
    }
  }
}

void RecordWalker::note(const NameFacts& facts, const Value& value) noexcept {
  if (value.kind != ValueKind::kString || value.text.empty()) return;
  if (facts.column == Column::kChannel) channel_ = value;
  if (facts.column == Column::kOrganizationId) tenant_ = value;
  if (facts.text_rank > wrapped_rank_ && may_be_wrapped(value.text)) {
    wrapped_ = value;
    wrapped_rank_ = facts.text_rank;
  }
}

}  // namespace outflow::connectors
