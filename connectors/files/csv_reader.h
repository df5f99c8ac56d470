// CsvReader: rows of CSV as it really is: RFC 4180, and what exporters make of it.
//
// Quoted fields may hold newlines, commas and doubled quotes; lines end in LF or CRLF; blank lines are skipped. A row
// that is no CSV costs its first line only: reading goes on at the next line, so a stray quote does not swallow what
// follows. One thread; no allocation per row in steady state; memory bounded by `max_row_bytes`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/decoder.h"
#include "connectors/decode/text_arena.h"
#include "connectors/files/text_window.h"

namespace outflow::connectors {

class CsvReader {
 public:
  explicit CsvReader(std::size_t max_row_bytes) : max_row_bytes_(max_row_bytes) {}

  // False at the end. Afterwards the row (views die at the next call), or why there is none.
  bool next(TextWindow& window);

  [[nodiscard]] std::span<const std::string_view> fields() const noexcept { return fields_; }
  // kMalformedCsv, kNotUtf8, kTooLarge or kTruncated: fields() is empty then.
  [[nodiscard]] RejectReason reject() const noexcept { return reject_; }
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }  // the row's first
  // The row as written, without its line end; of a bad row the first line, cut at max_row_bytes.
  [[nodiscard]] std::string_view raw() const noexcept { return raw_; }

  // Steps over the latest row (next() does so by itself).
  void step_over(TextWindow& window) noexcept;

 private:
  enum class Parse : std::uint8_t { kRow, kNeedMore, kMalformed };

  Parse parse(std::string_view text, bool whole);
  // Each reads a field at `at` and moves `at` behind it, to the separator.
  Parse parse_quoted(std::string_view text, std::size_t& at, bool whole);
  Parse parse_plain(std::string_view text, std::size_t& at, bool whole);
  void take_row(std::string_view text, bool cut);
  void take_bad_line(TextWindow& window, RejectReason reason);
  bool skip_blank_lines(TextWindow& window);

  std::size_t max_row_bytes_;
  std::vector<std::string_view> fields_;
  TextArena unquoted_;
  RejectReason reject_ = RejectReason::kNone;
  std::uint64_t line_ = 0;
  std::string_view raw_;
  std::size_t row_size_ = 0;  // with its line end; what step_over() consumes
  bool skip_rest_of_line_ = false;
};

}  // namespace outflow::connectors
