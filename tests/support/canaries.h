// Canaries: records of every source that hold marked names, addresses, keys and numbers wherever a log may hold
// contents, and a look for the marks in what came out.
//
// Marks are put into the sample records of tests/connectors/decode/sources, over every member that holds contents
// there, and as members and nested lists that no source knows; the Salesforce records are made here: they are enough
// weeks, and a theft, to raise alerts. What Outflow shows on purpose (docs/privacy.md) holds none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace outflow::tests {

struct CanaryRecords {
  std::vector<std::string> good;    // of all sources; those that are rejected as samples are so here
  std::vector<std::string> broken;  // rejected, each for a reason of its own
  std::size_t canaries = 0;         // planted in all
};
// `source_directory`: of the repository.
[[nodiscard]] CanaryRecords canary_records(const std::string& source_directory);

// What stands around the first canary in `text`; empty where there is none. In plain, URL-escaped, base64 or UTF-16.
[[nodiscard]] std::string canary_in(std::string_view text);

}  // namespace outflow::tests
