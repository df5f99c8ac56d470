#include "connectors/files/folder_merge.h"

#include <algorithm>
#include <limits>

namespace outflow::connectors {

FolderMerge::FolderMerge(std::vector<std::string> files, const DecodeOptions& options, std::size_t max_open)
    : options_(options), max_open_(std::max<std::size_t>(max_open, 1)) {
  for (std::string& path : files) {
    File& file = files_.emplace_back();
    file.path = std::move(path);
    peek(file);
    turns_.push({file.head_ms, files_.size() - 1});
  }
}

// A file that cannot be read, or holds no event, comes first: then it is told.
void FolderMerge::peek(File& file) {
  file.head_ms = std::numeric_limits<std::int64_t>::min();
  auto source = open_bytes(file.path);
  if (!source) return;
  RecordReader reader(std::move(*source), options_);
  for (int i = 0; i < kPeekedRecords; ++i) {
    const auto found = reader.next();
    if (!found || !*found) return;
    if (reader.decoded().ok()) {
      file.head_ms = reader.decoded().event.event_time.ms;
      return;
    }
  }
}

Result<bool> FolderMerge::next() {
  if (current_ != kNone) {
    File& file = files_[current_];
    const std::size_t index = current_;
    current_ = kNone;
    const auto more = advance(file);
    if (!more) return more.error();
    if (*more) turns_.push({file.head_ms, index});
  }
  while (!turns_.empty()) {
    const std::size_t index = turns_.top().file;
    turns_.pop();
    File& file = files_[index];
    if (file.reader == nullptr) {
      park_one_but(index);
      const auto opened = open_head(file);
      if (!opened) return opened.error();
      if (!*opened) continue;
      open_.push_back(index);
    }
    current_ = index;
    return true;
  }
  return false;
}

Result<bool> FolderMerge::open_head(File& file) {
  auto source = open_bytes(file.path);
  if (!source) return source.error();
  if (file.position.offset > 0) {
    const auto skipped = (*source)->skip(file.position.offset);
    if (!skipped) return skipped.error();
  }
  file.reader = std::make_unique<RecordReader>(std::move(*source), options_, file.position);
  auto found = file.reader->next();
  if (!found || !*found) close(file);
  return found;
}

Result<bool> FolderMerge::advance(File& file) {
  auto found = file.reader->next();
  if (!found || !*found) {
    std::erase(open_, static_cast<std::size_t>(&file - files_.data()));
    close(file);
    return found;
  }
  if (file.reader->decoded().ok()) file.head_ms = file.reader->decoded().event.event_time.ms;
  return true;
}

// The file whose turn comes last has the longest time to wait.
void FolderMerge::park_one_but(std::size_t keep) {
  if (open_.size() < max_open_) return;
  const auto last = std::max_element(open_.begin(), open_.end(), [this, keep](std::size_t a, std::size_t b) {
    if (a == keep || b == keep) return a == keep && b != keep;
    return files_[a].head_ms < files_[b].head_ms;
  });
  File& file = files_[*last];
  open_.erase(last);
  file.position = file.reader->position();
  close(file);
}

void FolderMerge::close(File& file) {
  file.bytes_read = std::max(file.bytes_read, file.reader->bytes_read());
  repeated_headers_ += file.reader->repeated_headers();
  file.reader.reset();
}

std::uint64_t FolderMerge::bytes_read() const {
  std::uint64_t sum = 0;
  for (const File& file : files_) sum += file.bytes_read;
  for (const std::size_t index : open_) {
    const File& file = files_[index];
    if (file.reader->bytes_read() > file.bytes_read) sum += file.reader->bytes_read() - file.bytes_read;
  }
  return sum;
}

}  // namespace outflow::connectors
