#include "connectors/decode/value_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace outflow::connectors {
namespace {

const std::string kText = "q7\x80\xFFzA0 9-_~kLmNpRsTuVwXyZ1234567890abcd";

TEST(ValueHash, ReadsAShortTextAlikeWithPaddingAndWithout) {
  for (std::size_t size = 0; size <= 16; ++size) {
    const std::string alone = kText.substr(0, size);
    const ShortText padded = padded_text(std::string_view(kText).substr(0, size));
    const ShortText exact = short_text(alone);
    EXPECT_EQ(padded.first, exact.first) << size;
    EXPECT_EQ(padded.last, exact.last) << size;
  }
}

TEST(ValueHash, TellsEveryLengthByteAndSeedApart) {
  std::set<features::Fingerprint> seen;
  std::size_t made = 0;
  for (std::size_t size = 1; size <= kText.size(); ++size) {
    std::string text = kText.substr(0, size);
    for (const std::uint64_t seed : {1ULL, 2ULL}) seen.insert(hash_of(text, seed)), ++made;
    for (char& c : text) {
      c = static_cast<char>(c ^ 1);
      seen.insert(hash_of(text, 1));
      ++made;
      c = static_cast<char>(c ^ 1);
    }
  }
  EXPECT_EQ(seen.size(), made);
}

}  // namespace
}  // namespace outflow::connectors
