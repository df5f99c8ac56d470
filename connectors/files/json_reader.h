// JsonReader: cuts a stream of JSON into records: one a line, or objects that span lines, alone or in an array.
//
// It only finds where records end; the decoder says whether they are JSON. Whatever an array holds is a record of its
// own: an object, a string (JSON once more, mostly), anything else, which is then a reject. A bad record costs itself:
// in lines its line, in documents what stands before the next object or array that begins a line. One thread; memory
// bounded by `max_record_bytes`.
#pragma once

#include <string_view>

#include "connectors/decode/decoder.h"
#include "connectors/files/text_window.h"

namespace outflow::connectors {

enum class JsonLayout : std::uint8_t { kLines, kDocument };

// Tells by the first record. REQUIRES: view() begins with `{` or `[`, white space and a byte order mark apart.
[[nodiscard]] JsonLayout layout_of(TextWindow& window, std::size_t max_record_bytes);

class JsonReader {
 public:
  JsonReader(JsonLayout layout, std::size_t max_record_bytes) : layout_(layout), max_record_bytes_(max_record_bytes) {}

  // False at the end. Afterwards the record (its view dies at the next call), or why there is none.
  bool next(TextWindow& window);

  [[nodiscard]] std::string_view raw() const noexcept { return raw_; }
  [[nodiscard]] RejectReason reject() const noexcept { return reject_; }
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

  // Steps over the latest record (next() does so by itself).
  void step_over(TextWindow& window) noexcept;

 private:
  bool next_line(TextWindow& window);
  bool next_element(TextWindow& window);
  bool skip_to_record(TextWindow& window);
  void take_bad_object(TextWindow& window, RejectReason reason);

  JsonLayout layout_;
  std::size_t max_record_bytes_;
  std::string_view raw_;
  RejectReason reject_ = RejectReason::kNone;
  std::uint64_t line_ = 0;
  std::size_t record_size_ = 0;
  bool skip_rest_ = false;  // of a bad record
};

}  // namespace outflow::connectors
