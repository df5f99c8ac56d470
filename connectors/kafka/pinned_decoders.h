// PinnedDecoders: a decoder for records told by their content, and one for each source that records are pinned to.
//
// One thread. At most kMost sources; what is pinned to others is told by its content.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/decode/decoder.h"

namespace outflow::connectors {

class PinnedDecoders {
 public:
  static constexpr std::size_t kMost = 64;

  explicit PinnedDecoders(DecodeOptions options) : options_(std::move(options)), by_content_(options_) {}

  [[nodiscard]] Decoder& of(std::string_view source) {
    if (source.empty()) return by_content_;
    const auto found = pinned_.find(source);
    if (found != pinned_.end()) return found->second;
    if (pinned_.size() == kMost) return by_content_;
    DecodeOptions options = options_;
    options.pinned_source = source;
    return pinned_.emplace(source, Decoder(std::move(options))).first->second;
  }

 private:
  DecodeOptions options_;
  Decoder by_content_;
  std::map<std::string, Decoder, std::less<>> pinned_;
};

}  // namespace outflow::connectors
