#include "connectors/files/input.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>

#include "connectors/files/folder_merge.h"

namespace outflow::connectors::input_test {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "outflow-input-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  std::string write(const std::string& name, const std::string& bytes) const {
    const fs::path file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string row(int second) {
  return R"({"EVENT_TYPE":"URI","TIMESTAMP":")" + std::to_string(1'679'000'000 + second) + "\"}";
}

std::string gzip(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(plain.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 1));
  return out;
}

// Each record as "line:seconds" or "line!reason"; an error as "error".
std::vector<std::string> read(const std::vector<std::string>& paths, InputOptions options = {}) {
  auto input = Input::open(paths, options);
  if (!input) return {"refused"};
  std::vector<std::string> records;
  InputRecord record;
  while (true) {
    const auto found = input->next(record);
    if (!found) {
      records.emplace_back("error");
      continue;
    }
    if (!*found) return records;
    const auto& decoded = *record.decoded;
    records.push_back(std::to_string(record.line) +
                      (decoded.ok() ? ":" + std::to_string(decoded.event.event_time.ms / 1000 - 1'679'000'000)
                                    : "!" + std::string(name_of(decoded.reject))));
  }
}

using Records = std::vector<std::string>;

constexpr const char* kHeader = "\"EVENT_TYPE\",\"TIMESTAMP\"\n";
std::string csv_row(int second) {
  return "\"URI\",\"" + std::to_string(1'679'000'000 + second) + "\"\n";
}

TEST(Input, TellsFormatsByContent) {
  const Folder folder;
  EXPECT_EQ(read({folder.write("a", row(1) + "\n\n" + row(2) + "\r\n")}), (Records{"1:1", "3:2"}));
  EXPECT_EQ(read({folder.write("b", "\xEF\xBB\xBF" + std::string(kHeader) + csv_row(1) + csv_row(2))}),
            (Records{"2:1", "3:2"}));
  const std::string pretty = "{\n  \"EVENT_TYPE\": \"URI\",\n  \"TIMESTAMP\": \"1679000007\"\n}\n";
  EXPECT_EQ(read({folder.write("c", pretty)}), (Records{"1:7"}));
  EXPECT_EQ(read({folder.write("d", pretty + pretty)}), (Records{"1:7", "5:7"}));
  EXPECT_EQ(read({folder.write("e", "[" + row(1) + "," + row(2) + "]")}), (Records{"1:1", "1:2"}));
  EXPECT_EQ(read({folder.write("f", "[\n" + pretty + ",\n" + row(2) + "\n]\n")}), (Records{"2:7", "7:2"}));
  EXPECT_EQ(read({folder.write("g", "")}), Records{});
  EXPECT_EQ(read({folder.write("h", row(1))}), (Records{"1:1"}));
}

TEST(Input, DecompressesAlsoSeveralMembers) {
  const Folder folder;
  const std::string one = row(1) + "\n";
  const std::string two = row(2) + "\n";
  EXPECT_EQ(read({folder.write("a.gz", gzip(one) + gzip(two))}), (Records{"1:1", "2:2"}));
  EXPECT_EQ(read({folder.write("b", zstd(one) + zstd(two))}), (Records{"1:1", "2:2"}));
}

TEST(Input, WhatCameBeforeADamageStandsAndTheNextFileGoesOn) {
  const Folder folder;
  std::string plain;
  for (int i = 0; i < 30000; ++i) plain += row(static_cast<int>(i * 2654435761U % 90'000'000)) + "\n";
  for (const std::string& whole : {gzip(plain), zstd(plain)}) {
    const auto records = read({folder.write("cut", whole.substr(0, whole.size() / 2)), folder.write("next", row(5))});
    ASSERT_GT(records.size(), 100U);
    EXPECT_EQ(records[0], "1:0");
    EXPECT_EQ(records[records.size() - 2], "error");
    EXPECT_EQ(records.back(), "1:5");
  }
}

TEST(Input, ABrokenRecordCostsItself) {
  const Folder folder;
  EXPECT_EQ(read({folder.write("a", row(1) + "\n{\"cut\": \"\n" + row(2) + "\n")}),
            (Records{"1:1", "2!truncated", "3:2"}));
  EXPECT_EQ(read({folder.write("b", "{\"cut\": \"\n" + row(2) + "\n")}), (Records{"1!truncated", "2:2"}));
  EXPECT_EQ(read({folder.write("c", "garbage\n" + row(2) + "\n")}), (Records{"1!malformed_json", "2:2"}));
  EXPECT_EQ(read({folder.write("d", "[\n {\"a\": \"x\n },\n " + row(2) + "\n]")}),
            (Records{"2!malformed_json", "4:2"}));
  EXPECT_EQ(read({folder.write("e", std::string(kHeader) + "\"URI\"\n" + csv_row(2) + "\"URI,\"x\n" + csv_row(3))}),
            (Records{"2!column_count", "3:2", "4!malformed_csv", "5:3"}));
  EXPECT_EQ(read({folder.write("f", std::string(kHeader) + row(9) + "\n" + csv_row(2))}), (Records{"2:9", "3:2"}));
}

TEST(Input, WhateverAnArrayHoldsIsARecordOfItsOwn) {
  const Folder folder;
  const auto quoted = [](const std::string& json) {
    std::string text = "\"";
    for (const char c : json) text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return text + "\"";
  };
  const std::string strings = "[" + quoted(row(1)) + ", " + quoted(row(2)) + "]";
  EXPECT_EQ(read({folder.write("a", strings)}), (Records{"1:1", "1:2"}));
  EXPECT_EQ(read({folder.write("b", strings + "\n[" + quoted(row(3)) + "]\r\n[\n" + quoted(row(4)) + "\n]")}),
            (Records{"1:1", "1:2", "2:3", "4:4"}));
  EXPECT_EQ(read({folder.write("c", "[" + row(1) + ",7,null,\"text\",[],-1.5e3," + quoted(row(2)) + "]")}),
            (Records{"1:1", "1!unknown_shape", "1!unknown_shape", "1!unknown_shape", "1!unknown_shape", "1:2"}));
  // A broken array costs itself, not the lines behind it.
  EXPECT_EQ(read({folder.write("d", "[" + quoted(row(1)) + ", what]\n" + strings + "\n[\"cut\n" + strings)}),
            (Records{"1:1", "1!malformed_json", "2:1", "2:2", "3!malformed_json", "4:1", "4:2"}));
  EXPECT_EQ(read({folder.write("e", "[" + quoted(row(1)) + ",\"cut")}), (Records{"1:1", "1!truncated"}));
  EXPECT_EQ(read({folder.write("f", "[" + quoted(row(1)) + ",7")}), (Records{"1:1", "1!unknown_shape"}));
}

TEST(Input, GivesTheWholeRecordWithEachOfItsEvents) {
  const Folder folder;
  const std::string line = R"({"records":["{\"cut",)" + row(1) + "," + row(2) + R"(,{"x":1}]})";
  InputOptions options;
  options.want_json = true;
  auto input = Input::open({folder.write("a", line + "\n")}, options);
  ASSERT_TRUE(input.ok());
  InputRecord record;
  std::vector<std::string> found;
  while (*input->next(record)) {
    found.emplace_back(name_of(record.decoded->reject));
    EXPECT_EQ(record.json, found.size() == 1 ? "" : line) << "what is broken is not passed on";
  }
  EXPECT_EQ(found, (std::vector<std::string>{"truncated", "none", "none", "unknown_shape"}));
}

TEST(Input, HeadersThatComeAgainAreNoData) {
  const Folder folder;
  const std::string other = "\"TIMESTAMP\",\"USER_ID\",\"EVENT_TYPE\"\n\"1679000003\",\"005\",\"API\"\n";
  const std::string file = folder.write("a", kHeader + csv_row(1) + kHeader + csv_row(2) + other);
  EXPECT_EQ(read({file}), (Records{"2:1", "4:2", "6:3"}));
  auto input = Input::open({file}, {});
  InputRecord record;
  while (*input->next(record)) {
  }
  EXPECT_EQ(input->progress().repeated_headers, 2U);
  EXPECT_EQ(input->progress().records, 3U);
  EXPECT_EQ(input->progress().bytes_read, input->progress().bytes_total);
}

TEST(Input, ALineBeyondTheLimitIsRejectedAndReadingGoesOn) {
  const Folder folder;
  InputOptions options;
  options.decode.max_record_bytes = 1000;
  const std::string huge = R"({"EVENT_TYPE":")" + std::string(200'000, 'x') + "\"}\n";
  EXPECT_EQ(read({folder.write("a", row(1) + "\n" + huge + row(2))}, options), (Records{"1:1", "2!too_large", "3:2"}));
}

TEST(Input, AFolderIsMergedByEventTimeWithFewOpenFiles) {
  const Folder folder;
  std::vector<std::string> files;
  for (int file = 0; file < 5; ++file) {
    std::string text = kHeader;
    for (int i = 0; i < 20; ++i) text += csv_row(i * 5 + file);
    if (file == 2) text = gzip(text);
    files.push_back(folder.write("hour/" + std::to_string(file) + ".csv", text));
  }
  (void)folder.write(".hidden", "not a log");
  for (const std::size_t max_open : {std::size_t{1}, std::size_t{2}, FolderMerge::kMaxOpenFiles}) {
    FolderMerge merge(files, {}, max_open);
    for (int second = 0; second < 100; ++second) {
      ASSERT_TRUE(*merge.next());
      EXPECT_EQ(merge.reader().decoded().event.event_time.ms, (1'679'000'000LL + second) * 1000);
      EXPECT_EQ(merge.reader().line(), static_cast<std::uint64_t>(second / 5 + 2));
    }
    EXPECT_FALSE(*merge.next());
  }
  EXPECT_EQ(read({folder.path()}).size(), 100U);
}

TEST(Input, RefusesWhatIsNotThere) {
  const auto input = Input::open({"/nonexistent/log.csv"}, {});
  ASSERT_FALSE(input.ok());
  EXPECT_NE(input.error().message.find("/nonexistent/log.csv"), std::string::npos);
}

TEST(Input, ACsvRowIsShownAsJsonThatReadsTheSame) {
  const Folder folder;
  InputOptions options;
  options.want_json = true;
  auto input =
      Input::open({folder.write("a", "EVENT_TYPE,TIMESTAMP,NOTE\nURI,1679000001,\"a \"\"b\"\"\n\tc\"\n")}, options);
  InputRecord record;
  ASSERT_TRUE(*input->next(record));
  EXPECT_EQ(record.json, R"({"EVENT_TYPE":"URI","TIMESTAMP":"1679000001","NOTE":"a \"b\"\n\u0009c"})");
  Decoder decoder;
  EXPECT_EQ(decoder.decode_json(record.json).event.event_uid, record.decoded->event.event_uid);
}

TEST(Input, EveryEventOfALineComesWithItsIndex) {
  const Folder folder;
  const std::string three = "[" + row(1) + "," + row(2) + "," + row(3) + "]\n" + row(4) + "\n";
  auto input = Input::open({folder.write("a.jsonl", row(0) + "\n" + three)}, {});
  ASSERT_TRUE(input);
  std::vector<std::string> places;
  InputRecord record;
  while (*input->next(record)) {
    EXPECT_TRUE(record.decoded->ok());
    places.push_back(std::to_string(record.line) + "/" + std::to_string(record.event_index));
  }
  EXPECT_EQ(places, (std::vector<std::string>{"1/0", "2/0", "2/1", "2/2", "3/0"}));
}

TEST(Input, ParkedInTheMiddleOfALineAReaderGoesOnThere) {
  const Folder folder;
  std::vector<std::string> files;
  for (int file = 0; file < 4; ++file) {
    std::string line = "[";
    for (int i = 0; i < 10; ++i) line += (i > 0 ? "," : "") + row(4 * i + file);
    files.push_back(folder.write(std::to_string(file) + ".jsonl", row(file) + "\n" + line + "]\n"));
  }
  const DecodeOptions options;
  FolderMerge merge(files, options, /*max_open=*/1);
  int events = 0;
  std::int64_t latest = 0;
  while (*merge.next()) {
    const Decoded& decoded = merge.reader().decoded();
    ASSERT_TRUE(decoded.ok());
    EXPECT_GE(decoded.event.event_time.ms, latest) << "merged by time, across lines that are read in part";
    latest = decoded.event.event_time.ms;
    ++events;
  }
  EXPECT_EQ(events, 44);
}

}  // namespace
}  // namespace outflow::connectors::input_test
