// Runs a fuzz target over the files of a corpus, and over every file cut short and with single bytes changed.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

void run_variations(const std::string& bytes) {
  constexpr std::size_t kCuts = 64;
  const std::size_t step = bytes.size() / kCuts + 1;
  for (std::size_t cut = 0; cut < bytes.size(); cut += step) {
    run(bytes.substr(0, cut));
    std::string changed = bytes;
    changed[cut] = static_cast<char>(changed[cut] ^ 0x80);
    run(changed);
    changed[cut] = '"';
    run(changed);
    changed[cut] = '\\';
    run(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      run(bytes);
      run_variations(bytes);
      ++files;
    }
  }
  std::printf("%zu corpus files replayed\n", files);
  return files > 0 ? 0 : 1;
}
