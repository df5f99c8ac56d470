#include "connectors/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace outflow::connectors {
namespace {

// Fields of /proc/self/stat after the command's name, which may itself hold spaces (proc(5)).
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream rest(text.substr(end + 1));
  std::vector<std::string> fields{"pid", "comm"};
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double boot_time_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

double as_number(const std::string& text) {
  double number = 0;
  std::istringstream(text) >> number;
  return number;
}

std::size_t open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::size_t entries = 0;
  while (::readdir(folder) != nullptr) ++entries;  // NOLINT(concurrency-mt-unsafe): a stream of our own
  ::closedir(folder);
  return entries > 3 ? entries - 3 : 0;  // ".", ".." and the folder itself
}

}  // namespace

void add_process_metrics(Families& families) {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    families.add("outflow_process_cpu_seconds_total", seconds(usage.ru_utime) + seconds(usage.ru_stime));
  }
  const std::vector<std::string> fields = stat_fields();
  if (fields.size() > 23) {  // counted from 1 in proc(5): 20 num_threads, 22 starttime, 23 vsize, 24 rss
    const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    families.add("outflow_process_threads", as_number(fields[19]));
    families.add("outflow_process_start_time_seconds", boot_time_seconds() + as_number(fields[21]) / ticks);
    families.add("outflow_process_virtual_memory_bytes", as_number(fields[22]));
    families.add("outflow_process_resident_memory_bytes",
                 as_number(fields[23]) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  }
  families.add("outflow_process_open_fds", static_cast<double>(open_descriptors()));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.add("outflow_process_max_fds", static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace outflow::connectors
