// Where a scenario's records go: JSON lines on a stream, or a folder as a customer would have it.
#pragma once

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include "tests/scenarios/generator.h"

namespace outflow::scenarios {

// One record a line, in order of arrival. Does not own the stream. After a failed write it stays silent; see failed().
class JsonLinesSink final : public RecordSink {
 public:
  explicit JsonLinesSink(std::FILE* stream) : stream_(stream) {}
  void take(const Record& record) override;
  // Flushes; false if any write failed.
  [[nodiscard]] bool finish();

 private:
  std::FILE* stream_;
  std::string buffer_;
  bool failed_ = false;
};

// rtem/2025-08-17.jsonl of all orgs by day of arrival; elf/ORG/2025-08-17T11_RestApi.csv, and …_daily_RestApi.csv.
// Holds what may still grow (four days of files) in memory.
class FolderSink final : public RecordSink {
 public:
  explicit FolderSink(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void take(const Record& record) override;
  [[nodiscard]] bool finish();  // writes what is left; false if any file could not be written

 private:
  struct File {
    std::string content;
    std::int64_t last_arrival_ms = 0;
  };
  void flush_older_than(std::int64_t arrival_ms);
  void write(const std::string& name, const std::string& content);

  std::filesystem::path folder_;
  std::map<std::string, File> open_;
  std::int64_t next_flush_ms_ = 0;
  std::string name_;
  bool failed_ = false;
};

}  // namespace outflow::scenarios
