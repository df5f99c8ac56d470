#include "connectors/decode/message_records.h"

#include <algorithm>
#include <utility>

#include "connectors/decode/count_text.h"
#include "connectors/decode/envelope_names.h"
#include "connectors/decode/source_record.h"

namespace outflow::connectors {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool begins_like_json(std::string_view bytes) noexcept {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || bytes[first] == '{' || bytes[first] == '[' || bytes[first] == '"';
}

}  // namespace

MessageRecords::MessageRecords(const SourceCatalogue::Impl& catalogue, RecordRecogniser& recogniser,
                               MessageLimits limits, std::shared_ptr<SchemaStore> schemas)
    : limits_(limits), walker_(catalogue, recogniser), unpacker_(std::move(schemas)) {
  documents_[0] = std::make_unique<Document>();
}
MessageRecords::~MessageRecords() = default;

void MessageRecords::open(std::string_view bytes) {
  bytes_ = bytes;
  cursors_.clear();
  unpacked_ = 0;
  unread_ = true;
  any_ = false;
}

bool MessageRecords::next(FoundRecord& found) {
  found = {};
  bool has = false;
  if (unread_) {
    unread_ = false;
    unpacker_.begin_message(limits_.unpacked_bytes);
    has = bytes_.size() > limits_.record_bytes ? reject(found, RejectReason::kTooLarge)
                                               : open_document(bytes_, false, 0, {}, found);
  }
  while (!has && !cursors_.empty()) has = read_next(found);
  if (!has && !any_) has = reject(found, RejectReason::kEmpty);  // lists without elements
  any_ = true;
  return has;
}

bool MessageRecords::reject(FoundRecord& found, RejectReason reason) {
  found.reject = reason;
  return true;
}

bool MessageRecords::push(const Cursor& cursor) {
  if (cursors_.size() >= kMaxCursors) return false;
  cursors_.push_back(cursor);
  return true;
}

bool MessageRecords::open_document(std::string_view bytes, bool escaped, std::size_t document, const Said& said,
                                   FoundRecord& found) {
  if (document == kDocuments) return reject(found, RejectReason::kTooDeep);
  if (documents_[document] == nullptr) documents_[document] = std::make_unique<Document>();
  Document& made = *documents_[document];
  made.texts.reset();
  if (escaped && bytes[0] != '{' && bytes[0] != '[') {  // what is packed has to be read as a whole
    bytes = unescaped_text({bytes, ValueKind::kString, true, 0}, made.texts);
    escaped = false;
  }
  if (!escaped && !begins_like_json(bytes)) {
    if (const RejectReason reason = unpacker_.unpack(bytes, bytes); reason != RejectReason::kNone) {
      return reject(found, reason);
    }
  }
  if (document > 0) {
    unpacked_ += bytes.size();
    if (unpacked_ > limits_.unpacked_bytes) {
      cursors_.clear();  // the message has had its share: what is behind would go the same way
      return reject(found, RejectReason::kTooMuchUnpacked);
    }
  }
  const RejectReason reason = escaped ? made.tokens.load_escaped(bytes) : made.tokens.load(bytes);
  return reason == RejectReason::kNone ? read_root(document, said, found) : reject(found, reason);
}

// The document's one value: checked to its end before anything of it is given out.
bool MessageRecords::read_root(std::size_t document, const Said& said, FoundRecord& found) {
  JsonTokens& tokens = documents_[document]->tokens;
  Cursor root;
  root.document = static_cast<std::uint8_t>(document);
  root.depth = 1;
  root.said = said;
  const char kind = tokens.kind(0);
  const RejectReason reason = kind == '{' ? walker_.walk(tokens, 0, 1, said.channel) : walker_.skip(tokens, 0, 1);
  if (reason != RejectReason::kNone) return reject(found, reason);
  if (walker_.end() != tokens.count()) return reject(found, RejectReason::kMalformedJson);  // more stands behind
  if (kind == '{') return read_object(root, found);
  std::uint32_t behind = 0;
  return read_value(root, behind, found);
}

// A value that was checked before; `behind` is the token behind it.
bool MessageRecords::read_value(const Cursor& at, std::uint32_t& behind, FoundRecord& found) {
  JsonTokens& tokens = documents_[at.document]->tokens;
  const char kind = tokens.kind(at.token);
  if (kind == '{') {
    const RejectReason reason = walker_.walk(tokens, at.token, at.depth, at.said.channel);
    behind = walker_.end();
    return reason == RejectReason::kNone && read_object(at, found);
  }
  JsonCursor cursor;
  cursor.begin(tokens, at.token);
  Value value;
  const RejectReason reason = cursor.read_value(at.depth, value);
  behind = cursor.token();
  if (reason != RejectReason::kNone) return reject(found, reason);
  if (kind == '[') {
    Cursor list = at;
    list.kind = Cursor::Kind::kList;
    ++list.token;
    ++list.depth;
    return !push(list) && reject(found, RejectReason::kTooDeep);
  }
  const bool text = kind == '"' && may_be_wrapped(value.text);
  return text ? read_text(value, at.document, at.said, found) : reject(found, RejectReason::kUnknownShape);
}

bool MessageRecords::read_text(const Value& text, std::size_t document, const Said& said, FoundRecord& found) {
  return open_document(text.text, text.escaped, document + 1, said, found);
}

// What the walk over an object has found.
bool MessageRecords::read_object(const Cursor& at, FoundRecord& found) {
  TextArena& texts = documents_[at.document]->texts;
  Said said = at.said;
  if (!walker_.channel().text.empty()) said.channel = plain_text(walker_.channel(), texts);
  if (!walker_.tenant().text.empty()) said.tenant = canonical_id(plain_text(walker_.tenant(), texts));
  const Recognised source = walker_.recognised();
  const bool has_text = !walker_.wrapped().text.empty();
  const bool has_original = has_text && walker_.wrapped_rank() == kOriginalRank;
  // What others made of a record does not stand for the record itself, where that is there.
  const bool surely =
      source.mapping != nullptr ? !has_original : source.in_code != nullptr && walker_.frame().fields.has_evidence();
  if (surely) return give(at, said, found);
  if (has_text) return read_text(walker_.wrapped(), at.document, said, found);
  // The last is pushed first: it is read last.
  bool opened = false;
  const auto& places = walker_.places();
  for (auto place = places.rbegin(); !source && place != places.rend(); ++place) {
    Cursor cursor;
    cursor.document = at.document;
    cursor.token = place->token;
    cursor.depth = place->depth;
    cursor.said = said;
    opened = push(cursor) || opened;
  }
  return !opened && give(at, said, found);
}

bool MessageRecords::give(const Cursor& at, const Said& said, FoundRecord& found) {
  found.frame = &walker_.frame();
  found.source = walker_.recognised();
  found.tokens = &documents_[at.document]->tokens;
  found.channel = said.channel;
  found.tenant = said.tenant;
  if (found.source.mapping == nullptr || found.source.mapping->each.empty()) return true;
  // One event for each element.
  Slots& slots = found.frame->slots;
  const std::vector<SlotId>& lists = found.source.mapping->each;
  const auto list = std::find_if(lists.begin(), lists.end(), [&](SlotId slot) {
    return slots.has(slot) && slots.value(slot).kind == ValueKind::kNested;
  });
  if (list == lists.end()) return reject(found, RejectReason::kMissingEventType);
  Cursor elements;
  elements.document = at.document;
  elements.token = slots.value(*list).place;
  elements.depth = found.frame->depth + 2;
  elements.said = said;
  elements.mapping = found.source.mapping;
  elements.frame = found.frame;
  elements.kind = Cursor::Kind::kElements;
  elements.in_list = found.tokens->kind(elements.token) == '[';
  if (elements.in_list) {
    if (found.tokens->kind(++elements.token) == ']') return reject(found, RejectReason::kMissingEventType);
  }
  return !push(elements) && reject(found, RejectReason::kTooDeep);
}

bool MessageRecords::read_next(FoundRecord& found) {
  Cursor& top = cursors_.back();
  if (top.kind == Cursor::Kind::kElements) return read_element(top, found);
  if (top.kind == Cursor::Kind::kValue) {
    const Cursor value = top;
    cursors_.pop_back();
    std::uint32_t behind = 0;
    return read_value(value, behind, found);
  }
  const JsonTokens& tokens = documents_[top.document]->tokens;
  if (tokens.kind(top.token) == ']') {
    cursors_.pop_back();
    return false;
  }
  const std::size_t place = cursors_.size() - 1;
  const Cursor element = top;  // reading it may open more, and move what `top` refers to
  std::uint32_t behind = 0;
  const bool has = read_value(element, behind, found);
  if (place < cursors_.size()) {  // unless all were dropped
    cursors_[place].token = behind + (tokens.kind(behind) == ',' ? 1 : 0);
  }
  return has;
}

// The record's frame and tokens are as its walk left them: nothing else was walked since.
bool MessageRecords::read_element(Cursor& at, FoundRecord& found) {
  JsonTokens& tokens = documents_[at.document]->tokens;
  found.frame = at.frame;
  found.source.mapping = at.mapping;
  found.tokens = &tokens;
  found.channel = at.said.channel;
  found.tenant = at.said.tenant;
  found.element = at.element++;
  const RejectReason reason = walker_.walk_element(tokens, at.token, at.depth, at.mapping->element_root, *at.frame);
  const std::uint32_t behind = walker_.end();
  const bool more = at.in_list && tokens.kind(behind) == ',';
  at.token = behind + 1;
  if (reason != RejectReason::kNone) {
    cursors_.pop_back();
    return reject(found, reason);
  }
  if (!more) cursors_.pop_back();
  return true;
}

}  // namespace outflow::connectors
