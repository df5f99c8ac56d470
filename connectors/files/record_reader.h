// RecordReader: one file or stream as decoded records, whatever is in it.
//
// What it is, is told by its first record: `{` or `[` begins JSON; a line that names known columns begins CSV; else
// every line is tried as JSON, until a CSV header comes. A header that comes again is skipped; another header takes
// over (files that were put together). A JSON line among CSV rows is read as what it is.
// A record may hold several events (an array, an envelope around one, JSON in other wrappings): each comes by itself,
// with its index. One thread. May be parked: the place in the stream is kept, everything else is let go.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/decoder.h"
#include "connectors/files/csv_reader.h"
#include "connectors/files/json_reader.h"
#include "connectors/files/text_window.h"

namespace outflow::connectors {

// Where to go on in a stream.
struct ReadPosition {
  enum class Format : std::uint8_t { kUnknown, kCsv, kJson } format = Format::kUnknown;
  JsonLayout layout = JsonLayout::kLines;
  std::uint64_t offset = 0;  // plain bytes
  std::uint64_t line = 1;
  std::int32_t event_index = 0;     // of the event within the record that stands there
  std::vector<std::string> header;  // of CSV
};

class RecordReader {
 public:
  RecordReader(std::unique_ptr<ByteSource> source, const DecodeOptions& options);
  // `source` stands at `position` already.
  RecordReader(std::unique_ptr<ByteSource> source, const DecodeOptions& options, ReadPosition position);

  // The next event, accepted or not; false at the end. An error comes once, after all that stood before it.
  Result<bool> next();

  [[nodiscard]] const Decoded& decoded() const noexcept { return *decoded_; }
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }
  [[nodiscard]] std::int32_t event_index() const noexcept { return event_index_; }
  // The record as one JSON object; empty where it cannot be read as one. Of a CSV row: written on demand.
  [[nodiscard]] std::string_view json();

  // Of the latest event, so that a reader made from it reads that event again.
  [[nodiscard]] ReadPosition position() const;
  [[nodiscard]] std::uint64_t bytes_read() const { return window_.bytes_read(); }
  [[nodiscard]] std::uint64_t repeated_headers() const noexcept { return repeated_headers_; }

 private:
  void find_format();
  bool starts_csv();
  bool next_of_record();
  bool take_record(std::string_view bytes, std::uint64_t line);
  bool next_json(bool& at_end);
  bool next_csv(bool& at_end);
  bool is_header(std::span<const std::string_view> fields) const;
  bool take_header(std::span<const std::string_view> fields);
  void take(const Decoded& decoded, std::uint64_t line);
  const Decoded& rejected(RejectReason reason);

  DecodeOptions options_;
  TextWindow window_;
  Decoder decoder_;
  ReadPosition::Format format_ = ReadPosition::Format::kUnknown;
  CsvReader csv_;
  JsonReader json_;
  JsonLayout layout_ = JsonLayout::kLines;
  std::vector<std::string> header_;
  const Decoded* decoded_ = nullptr;
  Decoded rejected_;
  std::uint64_t line_ = 0;
  std::int32_t event_index_ = 0;
  std::int32_t skip_events_ = 0;  // of the first record: they came before the reader was parked
  bool inside_record_ = false;    // the decoder may have more events of it
  bool from_csv_ = false;
  std::string_view record_bytes_;  // of the record at hand, where it is JSON
  std::string_view raw_json_;
  std::string written_json_;
  std::uint64_t repeated_headers_ = 0;
  bool first_header_ = true;
  bool failure_told_ = false;
};

}  // namespace outflow::connectors
