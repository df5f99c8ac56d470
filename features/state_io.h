// How state leaves and enters memory: as units, each a short key and a byte string.
//
// A unit is the grain of paging, checkpoint and expiry. Keys begin with one letter that names the table
// (docs/state-format.md lists them); values begin with a format version byte. The store behind these interfaces
// is RocksDB (connectors/rocksdb), a map in tests, or nothing (replay keeps everything in memory).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace outflow::features {

// Receives the units that changed since the last checkpoint. Called on the partition's own thread.
class StateWriter {
 public:
  virtual ~StateWriter() = default;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;
};

// Reads units of the last durable checkpoint. Called on the partition's own thread.
class StateReader {
 public:
  virtual ~StateReader() = default;
  // False where there is no such unit.
  [[nodiscard]] virtual bool get(std::string_view key, std::string& value) const = 0;
  // Calls `visit(key, value)` in key order for every unit whose key starts with `prefix`, until it returns false.
  virtual void scan(std::string_view prefix,
                    const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;
};

// A store in memory: for tests, `replay` and `volumes`.
class MemoryState final : public StateWriter, public StateReader {
 public:
  void put(std::string_view key, std::string_view value) override { units_[std::string(key)] = value; }
  void erase(std::string_view key) override { units_.erase(std::string(key)); }
  [[nodiscard]] bool get(std::string_view key, std::string& value) const override {
    const auto found = units_.find(key);
    if (found == units_.end()) return false;
    value = found->second;
    return true;
  }
  void scan(std::string_view prefix,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    for (auto it = units_.lower_bound(prefix); it != units_.end() && it->first.starts_with(prefix); ++it) {
      if (!visit(it->first, it->second)) return;
    }
  }
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& units() const { return units_; }

 private:
  std::map<std::string, std::string, std::less<>> units_;
};

}  // namespace outflow::features
