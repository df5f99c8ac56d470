// Inflater: gzip (also several members in a row), zlib and Zstandard, from memory to memory, up to a limit.
//
// A bomb costs the limit and no more. One thread; its working memory is reused, and given back where it grew large.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "connectors/decode/byte_buffer.h"
#include "connectors/decode/decoder.h"

namespace outflow::connectors {

enum class Compression : std::uint8_t { kNone, kGzip, kZlib, kZstd };
// Told by the first bytes. Of zlib's headers only those that zlib itself writes count: others are also plain text.
[[nodiscard]] Compression compression_of(std::string_view bytes) noexcept;

class Inflater {
 public:
  Inflater();
  ~Inflater();

  // Appends what `bytes` holds to `out`. kCorruptCompression; kTooMuchUnpacked beyond `most` bytes.
  RejectReason inflate(Compression compression, std::string_view bytes, std::size_t most, ByteBuffer& out);

 private:
  struct Streams;  // zlib's and zstd's types stay out of this header
  RejectReason inflate_zlib(Compression compression, std::string_view bytes, std::size_t most, ByteBuffer& out);
  RejectReason inflate_zstd(std::string_view bytes, std::size_t most, ByteBuffer& out);
  std::unique_ptr<Streams> streams_;
};

}  // namespace outflow::connectors
