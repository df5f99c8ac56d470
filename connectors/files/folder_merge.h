// FolderMerge: the files of a folder as one stream, merged by event time.
//
// Each file keeps its own order; of all files' next records the earliest comes first, ties in order of names. Only so
// many files are open at a time: the others are parked at their place in the stream and opened again when their turn
// comes. A rejected record has no time and comes where it stands in its file. A file that breaks is told once; the
// others go on. One thread.
#pragma once

#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "connectors/files/record_reader.h"

namespace outflow::connectors {

class FolderMerge {
 public:
  static constexpr std::size_t kMaxOpenFiles = 128;

  // Reads the first records of every file to know where it begins.
  FolderMerge(std::vector<std::string> files, const DecodeOptions& options, std::size_t max_open = kMaxOpenFiles);

  // As RecordReader::next().
  Result<bool> next();

  // Of the latest record.
  [[nodiscard]] RecordReader& reader() noexcept { return *files_[current_].reader; }
  [[nodiscard]] const std::string& file() const noexcept { return files_[current_].path; }

  [[nodiscard]] std::uint64_t bytes_read() const;
  [[nodiscard]] std::uint64_t repeated_headers() const noexcept { return repeated_headers_; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  // Records looked at to find a file's first time.
  static constexpr int kPeekedRecords = 100;

  struct File {
    std::string path;
    std::unique_ptr<RecordReader> reader;  // null while parked
    ReadPosition position;                 // where to go on when it is opened again
    std::int64_t head_ms = 0;              // time of the next record
    std::uint64_t bytes_read = 0;
    bool finished = false;
  };
  struct Turn {
    std::int64_t head_ms;
    std::size_t file;
    bool operator>(const Turn& other) const noexcept {
      return head_ms != other.head_ms ? head_ms > other.head_ms : file > other.file;
    }
  };

  void peek(File& file);
  // Opens the file and reads its next record. False at its end.
  Result<bool> open_head(File& file);
  Result<bool> advance(File& file);
  void park_one_but(std::size_t keep);
  void close(File& file);

  DecodeOptions options_;
  std::size_t max_open_;
  std::vector<File> files_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
  std::vector<std::size_t> open_;
  std::size_t current_ = kNone;
  std::uint64_t repeated_headers_ = 0;
};

}  // namespace outflow::connectors
