#include "connectors/files/csv_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace outflow::connectors::csv_reader_test {
namespace {

class Trickle final : public ByteSource {
 public:
  Trickle(std::string_view bytes, std::size_t step) : bytes_(bytes), step_(step) {}
  Result<std::size_t> read(char* out, std::size_t size) override {
    const std::size_t got = std::min({size, step_, bytes_.size()});
    bytes_.copy(out, got);
    bytes_.remove_prefix(got);
    return got;
  }
  [[nodiscard]] std::uint64_t bytes_read() const override { return 0; }

 private:
  std::string_view bytes_;
  std::size_t step_;
};

// Each row as "line:field|field", a reject as "line!reason".
std::vector<std::string> read(std::string_view text, std::size_t step = 1U << 20, std::size_t max = 1000) {
  TextWindow window(std::make_unique<Trickle>(text, step));
  CsvReader reader(max);
  std::vector<std::string> rows;
  while (reader.next(window)) {
    std::string row = std::to_string(reader.line());
    if (reader.reject() != RejectReason::kNone) {
      row += "!" + std::string(name_of(reader.reject()));
    } else {
      row += ":";
      for (std::size_t i = 0; i < reader.fields().size(); ++i) {
        if (i > 0) row += "|";
        row += reader.fields()[i];
      }
    }
    rows.push_back(row);
  }
  return rows;
}

using Rows = std::vector<std::string>;

TEST(CsvReader, ReadsQuotesNewlinesAndEveryLineEnd) {
  EXPECT_EQ(read("a,b\n\"c\",\"d\"\n"), (Rows{"1:a|b", "2:c|d"}));
  EXPECT_EQ(read("a,b\r\n\r\n\n\"c\",d\r\n"), (Rows{"1:a|b", "4:c|d"}));
  EXPECT_EQ(read("\"x \"\"y\"\", z\nw\",,\"\"\nnext,,"), (Rows{"1:x \"y\", z\nw||", "3:next||"}));
  EXPECT_EQ(read("a\"b,c d\"\n"), (Rows{"1:a\"b|c d\""}));
  EXPECT_EQ(read(""), Rows{});
  EXPECT_EQ(read("\n\n"), Rows{});
}

TEST(CsvReader, ABadRowCostsItsFirstLineOnly) {
  EXPECT_EQ(read("\"a,\"b\",c\n\"d\",e\n"), (Rows{"1!malformed_csv", "2:d|e"}));
  EXPECT_EQ(read("\"open,b\n\"d\",e\n\"f\",g\n"), (Rows{"1!malformed_csv", "2:d|e", "3:f|g"}));
  EXPECT_EQ(read("a,b\n\"unterminated\nc,d\ne,f"), (Rows{"1:a|b", "2!malformed_csv", "3:c|d", "4:e|f"}));
  EXPECT_EQ(read(std::string_view("a\0,b\nc,d\n", 9)), (Rows{"1!malformed_csv", "2:c|d"}));
  EXPECT_EQ(read("a,\xE9\nc,d\n"), (Rows{"1!not_utf8", "2:c|d"}));
}

TEST(CsvReader, AHugeRowIsRejectedAndNotHeld) {
  const std::string huge(100'000, 'x');
  EXPECT_EQ(read(huge + ",b\nc,d\n", 512), (Rows{"1!too_large", "2:c|d"}));
  EXPECT_EQ(read("\"" + huge + "\",b\nc,d\n", 512), (Rows{"1!too_large", "2:c|d"}));
}

TEST(CsvReader, ReadsWhatWasWrittenHoweverItIsCut) {
  ASSERT_TRUE(rc::check("write, read: the same", [](const std::vector<std::vector<std::string>>& rows) {
    std::string text;
    Rows expected;
    std::uint64_t line = 1;
    for (const auto& row : rows) {
      if (row.empty()) continue;
      std::string fields;
      const std::uint64_t first = line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        text += i == 0 ? "\"" : ",\"";
        if (i > 0) fields += "|";
        for (const char raw : row[i]) {
          const char c = raw == '\0' || static_cast<unsigned char>(raw) >= 0x80 ? '\n' : raw;  // UTF-8 without NUL
          if (c == '\n') ++line;
          text += c == '"' ? "\"\"" : std::string(1, c);
          fields += c;
        }
        text += "\"";
      }
      text += "\n";
      ++line;
      expected.push_back(std::to_string(first) + ":" + fields);
    }
    const auto step = *rc::gen::inRange<std::size_t>(1, 40);
    RC_ASSERT(read(text, step, 1U << 20) == expected);
  }));
}

}  // namespace
}  // namespace outflow::connectors::csv_reader_test
