#include "connectors/files/decompression.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace outflow::connectors {
namespace {

constexpr std::size_t kBufferBytes = 64U << 10;
constexpr int kAnyGzipWindow = 15 + 16;    // zlib: largest window, gzip format only
constexpr int kLargestZstdWindowLog = 27;  // 128 MiB, zstd's own default limit

Error corrupt(const std::string& name, std::string_view why) {
  return Error{ErrorCode::kStop, name + " is damaged: " + std::string(why)};
}

class GzipBytes final : public ByteSource {
 public:
  GzipBytes(std::unique_ptr<ByteSource> compressed, std::string name)
      : compressed_(std::move(compressed)), name_(std::move(name)), buffer_(kBufferBytes) {
    ready_ = inflateInit2(&stream_, kAnyGzipWindow) == Z_OK;
    if (!ready_) failure_ = Error{ErrorCode::kStop, "no memory to decompress " + name_};
  }
  GzipBytes(const GzipBytes&) = delete;
  GzipBytes& operator=(const GzipBytes&) = delete;
  ~GzipBytes() override {
    if (ready_) inflateEnd(&stream_);
  }

  Result<std::size_t> read(char* out, std::size_t size) override {
    const auto wanted = static_cast<uInt>(std::min(size, kBufferBytes));
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = wanted;
    while (!failure_ && !done_ && stream_.avail_out == wanted && wanted > 0) step();
    const auto got = static_cast<std::size_t>(wanted - stream_.avail_out);
    if (got == 0 && failure_) {  // what came before the damage was given out
      Error failure = *std::move(failure_);
      failure_.reset();
      done_ = true;
      return failure;
    }
    return got;
  }

  [[nodiscard]] std::uint64_t bytes_read() const override { return compressed_->bytes_read(); }

 private:
  void step() {
    if (stream_.avail_in == 0 && !refill()) return;
    if (between_members_) {
      // Behind a member stands another, or padding to be ignored as gzip(1) does.
      done_ = *stream_.next_in != 0x1F;
      if (done_) return;
      between_members_ = false;
      inflateReset(&stream_);
    }
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      between_members_ = true;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      failure_ = corrupt(name_, "its gzip data cannot be decompressed");
    }
  }

  bool refill() {
    const auto got = compressed_->read(buffer_.data(), buffer_.size());
    if (!got) {
      failure_ = got.error();
      return false;
    }
    if (*got == 0) {
      done_ = between_members_;
      if (!done_) failure_ = corrupt(name_, "its gzip data ends too early");
      return false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in = static_cast<uInt>(*got);
    return true;
  }

  std::unique_ptr<ByteSource> compressed_;
  std::string name_;
  std::vector<char> buffer_;
  z_stream stream_{};
  bool ready_ = false;
  bool done_ = false;
  bool between_members_ = false;
  std::optional<Error> failure_;
};

class ZstdBytes final : public ByteSource {
 public:
  ZstdBytes(std::unique_ptr<ByteSource> compressed, std::string name)
      : compressed_(std::move(compressed)),
        name_(std::move(name)),
        buffer_(kBufferBytes),
        stream_(ZSTD_createDStream()) {
    if (stream_ != nullptr) {
      ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kLargestZstdWindowLog);
    } else {
      failure_ = Error{ErrorCode::kStop, "no memory to decompress " + name_};
    }
  }

  Result<std::size_t> read(char* out, std::size_t size) override {
    ZSTD_outBuffer output{out, size, 0};
    while (!failure_ && !done_ && output.pos == 0 && size > 0) step(output);
    if (output.pos == 0 && failure_) {  // what came before the damage was given out
      Error failure = *std::move(failure_);
      failure_.reset();
      done_ = true;
      return failure;
    }
    return output.pos;
  }

  [[nodiscard]] std::uint64_t bytes_read() const override { return compressed_->bytes_read(); }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  void step(ZSTD_outBuffer& output) {
    if (input_.pos == input_.size && !flushing_ && !refill()) return;
    const std::size_t status = ZSTD_decompressStream(stream_.get(), &output, &input_);
    if (ZSTD_isError(status) != 0U) {
      failure_ = corrupt(name_, ZSTD_getErrorName(status));
      return;
    }
    inside_frame_ = status != 0;
    flushing_ = output.pos == output.size && inside_frame_;
  }

  bool refill() {
    const auto got = compressed_->read(buffer_.data(), buffer_.size());
    if (!got) {
      failure_ = got.error();
      return false;
    }
    if (*got == 0) {
      done_ = !inside_frame_;
      if (inside_frame_) failure_ = corrupt(name_, "its zstd data ends too early");
      return false;
    }
    input_ = {buffer_.data(), *got, 0};
    return true;
  }

  std::unique_ptr<ByteSource> compressed_;
  std::string name_;
  std::vector<char> buffer_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  bool inside_frame_ = false;
  bool flushing_ = false;  // the decoder may hold more than fitted into the last output
  bool done_ = false;
  std::optional<Error> failure_;
};

}  // namespace

std::unique_ptr<ByteSource> gzip_bytes(std::unique_ptr<ByteSource> compressed, std::string name) {
  return std::make_unique<GzipBytes>(std::move(compressed), std::move(name));
}

std::unique_ptr<ByteSource> zstd_bytes(std::unique_ptr<ByteSource> compressed, std::string name) {
  return std::make_unique<ZstdBytes>(std::move(compressed), std::move(name));
}

}  // namespace outflow::connectors
