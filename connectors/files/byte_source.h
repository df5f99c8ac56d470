// ByteSource: the plain bytes of a file or of standard input, decompressed on the way.
//
// gzip (also several members in a row) and Zstandard (also several frames) are told by their first bytes, not by
// the name. Streaming with fixed buffers: a compressed bomb costs time, never memory. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "features/result.h"

namespace outflow::connectors {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Up to `size` more bytes into `out`; 0 at the end. After an error the source is at its end.
  virtual Result<std::size_t> read(char* out, std::size_t size) = 0;
  // Skips plain bytes; false where there are fewer.
  virtual Result<bool> skip(std::uint64_t size);
  // Bytes read from the file, compressed where it is compressed.
  [[nodiscard]] virtual std::uint64_t bytes_read() const = 0;
};

// `path` "-" is standard input. Errors name the path.
Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path);

// Wraps a source in the decompression its first bytes call for. `name` stands in errors.
Result<std::unique_ptr<ByteSource>> decompressed(std::unique_ptr<ByteSource> raw, const std::string& name);

// Bytes in memory: for tests and fuzzing. The bytes must outlive the source.
std::unique_ptr<ByteSource> bytes_in_memory(std::string_view bytes);

}  // namespace outflow::connectors
