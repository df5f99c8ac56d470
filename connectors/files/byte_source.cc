#include "connectors/files/byte_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "connectors/files/decompression.h"

namespace outflow::connectors {
namespace {

class FileBytes final : public ByteSource {
 public:
  FileBytes(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() override {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  }

  Result<std::size_t> read(char* out, std::size_t size) override {
    while (true) {
      const ssize_t got = ::read(descriptor_, out, size);
      if (got >= 0) {
        bytes_read_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (errno != EINTR) return Error{ErrorCode::kStop, "cannot read " + name_ + ": " + std::strerror(errno)};
    }
  }

  [[nodiscard]] std::uint64_t bytes_read() const override { return bytes_read_; }

 private:
  int descriptor_;
  std::string name_;
  std::uint64_t bytes_read_ = 0;
};

class MemoryBytes final : public ByteSource {
 public:
  explicit MemoryBytes(std::string_view bytes) : bytes_(bytes) {}
  Result<std::size_t> read(char* out, std::size_t size) override {
    const std::size_t got = std::min(size, bytes_.size() - at_);
    if (got > 0) std::memcpy(out, bytes_.data() + at_, got);
    at_ += got;
    return got;
  }
  [[nodiscard]] std::uint64_t bytes_read() const override { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// Gives back the bytes that were looked at to tell the compression.
class PrefixedBytes final : public ByteSource {
 public:
  PrefixedBytes(std::string prefix, std::unique_ptr<ByteSource> rest)
      : prefix_(std::move(prefix)), rest_(std::move(rest)) {}

  Result<std::size_t> read(char* out, std::size_t size) override {
    if (at_ >= prefix_.size()) return rest_->read(out, size);
    const std::size_t got = std::min(size, prefix_.size() - at_);
    std::memcpy(out, prefix_.data() + at_, got);
    at_ += got;
    return got;
  }
  [[nodiscard]] std::uint64_t bytes_read() const override { return rest_->bytes_read(); }

 private:
  std::string prefix_;
  std::unique_ptr<ByteSource> rest_;
  std::size_t at_ = 0;
};

}  // namespace

Result<bool> ByteSource::skip(std::uint64_t size) {
  std::vector<char> sink(std::min<std::uint64_t>(size, 64U << 10));
  while (size > 0) {
    const auto got = read(sink.data(), std::min<std::uint64_t>(size, sink.size()));
    if (!got) return got.error();
    if (*got == 0) return false;
    size -= *got;
  }
  return true;
}

std::unique_ptr<ByteSource> bytes_in_memory(std::string_view bytes) {
  return std::make_unique<MemoryBytes>(bytes);
}

Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path) {
  if (path == "-") return decompressed(std::make_unique<FileBytes>(STDIN_FILENO, "standard input"), "standard input");
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Error{ErrorCode::kStop, "cannot open " + path + ": " + std::strerror(errno)};
  return decompressed(std::make_unique<FileBytes>(descriptor, path), path);
}

Result<std::unique_ptr<ByteSource>> decompressed(std::unique_ptr<ByteSource> raw, const std::string& name) {
  constexpr std::string_view kGzip("\x1F\x8B", 2);
  constexpr std::string_view kZstd("\x28\xB5\x2F\xFD", 4);
  std::array<char, 4> first{};
  std::size_t size = 0;
  while (size < first.size()) {  // a pipe may give one byte at a time
    const auto got = raw->read(first.data() + size, first.size() - size);
    if (!got) return got.error();
    if (*got == 0) break;
    size += *got;
  }
  const std::string_view seen(first.data(), size);
  auto whole = std::make_unique<PrefixedBytes>(std::string(seen), std::move(raw));
  if (seen.starts_with(kGzip)) return gzip_bytes(std::move(whole), name);
  if (seen == kZstd) return zstd_bytes(std::move(whole), name);
  return std::unique_ptr<ByteSource>(std::move(whole));
}

}  // namespace outflow::connectors
