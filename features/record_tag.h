// RecordTag: a text of one's own that the counter carries from a record to every posting about its rows.
//
// The counter keeps a record's objects with its rows through joins, moves and corrections. A tag travels the same way:
// as one more object, the last, that begins with a byte no object's name has. So a count may be split by anything a
// record says (its address, its agent, which indicator it matched), after all joins, and the parts always add up to the
// whole. A group of records that tell of the same rows is tagged as its earliest member is. What counting learns from
// objects (sizes, pools, estimates) never sees a tag: untagged(). Pure; the views of a tagged event die with
// the RecordTagger's next call.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "features/audit_event.h"

namespace outflow::features {

inline constexpr char kTagMark = '\x01';

class RecordTagger {
 public:
  // The event with a tag among its objects, read by tag_of(). An empty tag leaves it as it is.
  AuditEvent tagged(const AuditEvent& event, std::string_view tag) {
    AuditEvent result = event;
    if (tag.empty()) return result;
    text_.assign(1, kTagMark).append(tag);
    objects_.assign(event.objects.begin(), event.objects.end());
    if (objects_.empty()) objects_.emplace_back();  // the first object means something: the tag never stands there
    objects_.push_back(text_);
    result.objects = objects_;
    return result;
  }

 private:
  std::string text_;
  std::vector<std::string_view> objects_;
};

// The tag among a posting's objects; empty where there is none.
[[nodiscard]] inline std::string_view tag_of(std::span<const std::string_view> objects) noexcept {
  for (const std::string_view object : objects) {
    if (!object.empty() && object.front() == kTagMark) return object.substr(1);
  }
  return {};
}
// What a record's objects are without a tag.
[[nodiscard]] inline std::span<const std::string_view> untagged(std::span<const std::string_view> objects) noexcept {
  if (objects.empty() || objects.back().empty() || objects.back().front() != kTagMark) return objects;
  return objects.first(objects.front().empty() ? 0 : objects.size() - 1);
}
[[nodiscard]] inline bool is_object(std::string_view name) noexcept {
  return !name.empty() && name.front() != kTagMark;
}

}  // namespace outflow::features
