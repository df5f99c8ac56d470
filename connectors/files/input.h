// Input: files, folders and standard input as one stream of decoded records.
//
// JSON lines, ELF CSV, either also .gz or .zst (told by content, not by name). Files given by name are read one
// after another, in the order given; the files of a folder (recursively, by name; not those whose name begins with
// a dot) are merged by event time.
// One thread. Memory is bounded: a line over DecodeOptions::max_record_bytes is rejected, never held.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/decoder.h"
#include "features/result.h"

namespace outflow::connectors {

struct InputRecord {
  std::string_view file;   // as given; of a folder's file, the folder as given and the path below it; "-" for stdin
  std::uint64_t line = 0;  // counted from 1; of a CSV row that spans lines, its first
  std::int32_t event_index = 0;  // of several events in one record, which then come one after another, from 0
  // The record as it can be sent on: JSON as it stands (a CSV row as an object under its column names); empty if
  // unreadable. The same for all its events.
  std::string_view json;
  const Decoded* decoded = nullptr;  // never null
};

struct InputProgress {
  std::uint64_t bytes_read = 0;   // compressed, where compressed
  std::uint64_t bytes_total = 0;  // 0 = unknown (standard input)
  std::uint64_t records = 0;
  std::uint64_t rejects = 0;
  std::uint64_t repeated_headers = 0;  // CSV headers that came again as data: skipped
};

struct InputOptions {
  DecodeOptions decode;
  bool want_json = false;  // fill InputRecord::json (ingest needs it; it costs, for CSV rows most)
};

class Input {
 public:
  // Refuses missing or unreadable paths, naming them. "-" is standard input.
  static Result<Input> open(const std::vector<std::string>& paths, InputOptions options);
  ~Input();
  Input(Input&&) noexcept;
  Input& operator=(Input&&) noexcept;

  // The next record, accepted or rejected; false at the end. The record's views die at the next call.
  // An error means that one file's stream broke (I/O, corrupt compression): what was read before stands, the next
  // call goes on with the other files.
  Result<bool> next(InputRecord& record);

  [[nodiscard]] InputProgress progress() const;

 private:
  class Impl;
  explicit Input(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::connectors
