#include "connectors/rocksdb/state_reader.h"

#include <fmt/format.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

namespace outflow::connectors {
namespace {

constexpr int kAttempts = 3;  // a running process may drop files while they are opened here

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

struct RocksStateReader::Impl {
  std::string directory;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<std::pair<std::string, rocksdb::ColumnFamilyHandle*>> families;  // by name, the default one first

  ~Impl() {
    for (const auto& [name, handle] : families) (void)db->DestroyColumnFamilyHandle(handle);
  }
};

namespace {

class PartitionReader final : public features::StateReader {
 public:
  PartitionReader(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) : db_(db), family_(family) {}

  [[nodiscard]] bool get(std::string_view key, std::string& value) const override {
    const rocksdb::Status status = db_.Get(rocksdb::ReadOptions(), family_, slice(key), &value);
    note(status);
    return status.ok();
  }
  void scan(std::string_view prefix,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(rocksdb::ReadOptions(), family_));
    for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
      if (!visit({it->key().data(), it->key().size()}, {it->value().data(), it->value().size()})) return;
    }
    note(it->status());
  }
  [[nodiscard]] const rocksdb::Status& status() const { return status_; }

 private:
  void note(const rocksdb::Status& status) const {
    if (status_.ok() && !status.ok() && !status.IsNotFound()) status_ = status;
  }
  rocksdb::DB& db_;
  rocksdb::ColumnFamilyHandle* family_;
  mutable rocksdb::Status status_;
};

}  // namespace

RocksStateReader::RocksStateReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksStateReader::~RocksStateReader() = default;

Result<std::unique_ptr<RocksStateReader>> RocksStateReader::open(const std::string& directory) {
  const std::string where = "state directory " + directory + ": ";
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::path(directory) / "CURRENT", error)) {
    return Error{ErrorCode::kRefuse, where + "there is no state here"};
  }
  rocksdb::Status status;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::vector<std::string> names;
    status = rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), directory, &names);
    if (!status.ok()) continue;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    descriptors.reserve(names.size());
    for (const std::string& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    status = rocksdb::DB::OpenForReadOnly(rocksdb::DBOptions(), directory, descriptors, &handles, &db);
    if (!status.ok()) continue;
    auto impl = std::make_unique<Impl>();
    impl->directory = directory;
    impl->db.reset(db);
    for (std::size_t i = 0; i < names.size(); ++i) impl->families.emplace_back(names[i], handles[i]);
    std::string format;
    const rocksdb::Status found = db->Get(rocksdb::ReadOptions(), "format", &format);
    if (!found.ok() || format != "1") {
      if (!found.ok()) return Error{ErrorCode::kRefuse, where + "this is no state of Outflow"};
      return Error{ErrorCode::kRefuse, where + fmt::format("written in format {} by a newer Outflow", format)};
    }
    std::sort(impl->families.begin(), impl->families.end());
    return std::unique_ptr<RocksStateReader>(new RocksStateReader(std::move(impl)));
  }
  return Error{ErrorCode::kRefuse, where + status.ToString()};
}

Result<> RocksStateReader::partitions(const Visit& visit) const {
  for (const auto& [name, family] : impl_->families) {
    if (name == rocksdb::kDefaultColumnFamilyName) continue;
    const PartitionReader reader(*impl_->db, family);
    if (Result<> visited = visit(name, reader); !visited) return visited;
    if (!reader.status().ok()) {
      return Error{ErrorCode::kRefuse, "state directory " + impl_->directory + ": " + reader.status().ToString()};
    }
  }
  return Ok{};
}

}  // namespace outflow::connectors
