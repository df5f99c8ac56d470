// Streaming decompression as ByteSources over ByteSources. Fixed buffers; corrupt or cut data is an error, after
// everything that came before it was given out.
#pragma once

#include <memory>
#include <string>

#include "connectors/files/byte_source.h"

namespace outflow::connectors {

std::unique_ptr<ByteSource> gzip_bytes(std::unique_ptr<ByteSource> compressed, std::string name);
std::unique_ptr<ByteSource> zstd_bytes(std::unique_ptr<ByteSource> compressed, std::string name);

}  // namespace outflow::connectors
