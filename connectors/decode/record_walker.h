// RecordWalker: one pass over an object that finds the log record in it, and on the way checks the grammar and leaves
// every value that some source reads in its place.
//
// The record is the object itself, or one in a member that envelopes use (envelope_names.h). Where neither is
// recognised, what else may hold records is noted: texts, lists, and objects that were read as part of a record.
// One thread. Views point into the tokens walked; frames are valid until the next walk().
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "connectors/decode/json_cursor.h"
#include "connectors/decode/record_recogniser.h"

namespace outflow::connectors {

class RecordWalker {
 public:
  RecordWalker(const SourceCatalogue::Impl& catalogue, RecordRecogniser& recogniser);

  // Walks the object at a token, which lies `depth` deep.
  RejectReason walk(JsonTokens& tokens, std::uint32_t token, std::uint32_t depth, std::string_view channel);
  // Walks one element of `each` into the frame of its record: an object's values go to the slots below `root`.
  RejectReason walk_element(JsonTokens& tokens, std::uint32_t token, std::uint32_t depth, NodeId root, Frame& frame);
  // Checks a value of which nothing is wanted.
  RejectReason skip(JsonTokens& tokens, std::uint32_t token, std::uint32_t depth);
  // The token behind what was walked or skipped.
  [[nodiscard]] std::uint32_t end() const noexcept { return cursor_.token(); }

  // The record that was found, and its source; no source where none was.
  [[nodiscard]] Frame& frame() noexcept { return frames_[chosen_]; }
  [[nodiscard]] const Recognised& recognised() const noexcept { return recognised_; }

  // What an envelope around the record says; nothing where it says nothing.
  [[nodiscard]] const Value& channel() const noexcept { return channel_; }
  [[nodiscard]] const Value& tenant() const noexcept { return tenant_; }
  // Text that may hold the record, and how surely.
  [[nodiscard]] const Value& wrapped() const noexcept { return wrapped_; }
  [[nodiscard]] std::uint8_t wrapped_rank() const noexcept { return wrapped_rank_; }
  // The first tokens of lists, and of objects not tried yet, that may hold records; in the document's order.
  struct Place {
    std::uint32_t token = 0;
    std::uint32_t depth = 0;
  };
  [[nodiscard]] const std::vector<Place>& places() const noexcept { return places_; }

 private:
  static constexpr std::size_t kFrames = 6;  // an object in so many envelopes
  static constexpr std::size_t kMaxPlaces = 64;

  RejectReason walk_frame(std::uint32_t depth, std::size_t level);
  RejectReason read_plain_members(Frame& frame, bool& at_end);
  RejectReason read_member(std::uint32_t depth, std::size_t level);
  RejectReason read_nested_member(std::uint32_t depth, std::size_t level, const NameFacts& facts, Value& value);
  RejectReason read_attributes(std::uint32_t depth, Fields& into);
  RejectReason walk_node(std::uint32_t depth, NodeId node, Slots& slots);
  RejectReason walk_value(std::uint32_t depth, NodeId node, Slots& slots, Value& value);
  RejectReason walk_array(std::uint32_t depth, const PathNode& node, Slots& slots);
  void keep_selected(const PathNode& node, std::uint32_t index, std::uint64_t& taken, Slots& slots);
  void note(const NameFacts& facts, const Value& value) noexcept;
  void settle(std::size_t level);

  const SourceCatalogue::Impl& catalogue_;
  RecordRecogniser& recogniser_;
  FieldNames names_;
  JsonCursor cursor_;
  std::array<Frame, kFrames> frames_;
  std::size_t chosen_ = 0;
  bool settled_ = false;  // a record was found in a nested object: look no further
  Recognised recognised_;
  std::string_view outer_channel_;
  Value channel_;
  Value tenant_;
  Value wrapped_;
  std::uint8_t wrapped_rank_ = 0;
  std::vector<Place> places_;
};

}  // namespace outflow::connectors
