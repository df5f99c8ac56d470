// MessageRecords: one message as the log records in it, one after another.
//
// Takes envelopes off: objects, lists, JSON in JSON strings, whatever the unpacker undoes. Each document is checked as
// a whole before its first record is given out; a list's element that is no record is a reject of its own. Depth, bytes
// and numbers are bounded, so that a bomb costs no more than the largest honest message. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "connectors/decode/record_walker.h"
#include "connectors/decode/text_arena.h"
#include "connectors/decode/unpack.h"

namespace outflow::connectors {

struct MessageLimits {
  std::size_t record_bytes = 0;    // of the message as it came
  std::size_t unpacked_bytes = 0;  // of all that is wrapped in it, together
};

// A record, or why there is none in its place.
struct FoundRecord {
  RejectReason reject = RejectReason::kNone;
  Frame* frame = nullptr;
  Recognised source;
  JsonTokens* tokens = nullptr;
  std::string_view channel;  // what the envelopes say
  std::string_view tenant;
  std::uint32_t element = 0;  // of `each`: its number
};

class MessageRecords {
 public:
  MessageRecords(const SourceCatalogue::Impl& catalogue, RecordRecogniser& recogniser, MessageLimits limits,
                 std::shared_ptr<SchemaStore> schemas);
  ~MessageRecords();

  // `bytes` must stay valid until the next open().
  void open(std::string_view bytes);
  // False behind the last. There is one at least. Valid until the next call of anything.
  bool next(FoundRecord& found);

 private:
  static constexpr std::size_t kDocuments = 9;  // the message, and JSON in JSON strings 8 deep
  static constexpr std::size_t kMaxCursors = 64;

  struct Said {
    std::string_view channel;
    std::string_view tenant;
  };
  struct Document {
    JsonTokens tokens;
    TextArena texts;  // of what its envelopes say, and of the text it was made from
  };
  // A list whose elements, from `token` on, are still to be read; or single values, which stand in no list.
  struct Cursor {
    enum class Kind : std::uint8_t { kValue, kList, kElements };
    Kind kind = Kind::kValue;
    std::uint8_t document = 0;
    std::uint32_t token = 0;
    std::uint32_t depth = 0;
    std::uint32_t element = 0;
    bool in_list = false;  // of kElements: `each` found an array, not one object
    Said said;
    const MappingProgram* mapping = nullptr;  // of kElements
    Frame* frame = nullptr;
  };

  bool reject(FoundRecord& found, RejectReason reason);
  // Each reads what its name says; true where that gave a record or a reject, false where it opened something.
  bool open_document(std::string_view bytes, bool escaped, std::size_t document, const Said& said, FoundRecord& found);
  bool read_root(std::size_t document, const Said& said, FoundRecord& found);
  bool read_value(const Cursor& at, std::uint32_t& behind, FoundRecord& found);
  bool read_object(const Cursor& at, FoundRecord& found);
  bool read_text(const Value& text, std::size_t document, const Said& said, FoundRecord& found);
  bool read_next(FoundRecord& found);
  bool read_element(Cursor& at, FoundRecord& found);
  bool give(const Cursor& at, const Said& said, FoundRecord& found);
  bool push(const Cursor& cursor);

  MessageLimits limits_;
  RecordWalker walker_;
  Unpacker unpacker_;
  std::array<std::unique_ptr<Document>, kDocuments> documents_;
  std::vector<Cursor> cursors_;
  std::string_view bytes_;
  std::size_t unpacked_ = 0;
  bool unread_ = false;
  bool any_ = true;  // something was given out of the message
};

}  // namespace outflow::connectors
