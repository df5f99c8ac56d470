#include "tests/scenarios/output.h"

#include <fstream>

#include "tests/scenarios/calendar.h"

namespace outflow::scenarios {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

void append_date(std::string& out, std::int64_t ms) {
  std::string iso;
  append_iso(iso, ms, "");
  out += iso.substr(0, 10);
}

}  // namespace

void JsonLinesSink::take(const Record& record) {
  buffer_ += record.text;
  buffer_ += '\n';
  if (buffer_.size() >= kBufferBytes) static_cast<void>(finish());
}

bool JsonLinesSink::finish() {
  if (!failed_ && std::fwrite(buffer_.data(), 1, buffer_.size(), stream_) != buffer_.size()) failed_ = true;
  buffer_.clear();
  if (!failed_ && std::fflush(stream_) != 0) failed_ = true;
  return !failed_;
}

void FolderSink::take(const Record& record) {
  if (record.arrival_ms >= next_flush_ms_) {
    flush_older_than(record.arrival_ms - 4 * kDay);
    next_flush_ms_ = record.arrival_ms + kDay;
  }
  name_.clear();
  if (is_elf(record.type)) {
    name_ += "elf/";
    name_ += record.org->id;
    name_ += '/';
    append_date(name_, record.event_ms);
    if (record.daily) {
      name_ += "_daily_";
    } else {
      name_ += 'T';
      append_digits(name_, civil_of(record.event_ms).hour, 2);
      name_ += '_';
    }
    name_ += name_of(record.type);
    name_ += ".csv";
  } else {
    name_ += "rtem/";
    append_date(name_, record.arrival_ms);
    name_ += ".jsonl";
  }
  File& file = open_[name_];
  if (file.content.empty() && is_elf(record.type)) file.content = elf_header(record.type) + '\n';
  file.content += record.text;
  file.content += '\n';
  file.last_arrival_ms = record.arrival_ms;
}

void FolderSink::flush_older_than(std::int64_t arrival_ms) {
  for (auto it = open_.begin(); it != open_.end();) {
    if (it->second.last_arrival_ms < arrival_ms) {
      write(it->first, it->second.content);
      it = open_.erase(it);
    } else {
      ++it;
    }
  }
}

void FolderSink::write(const std::string& name, const std::string& content) {
  std::error_code error;
  std::filesystem::create_directories((folder_ / name).parent_path(), error);
  std::ofstream file(folder_ / name, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (error || !file) failed_ = true;
}

bool FolderSink::finish() {
  for (const auto& [name, file] : open_) write(name, file.content);
  open_.clear();
  return !failed_;
}

}  // namespace outflow::scenarios
