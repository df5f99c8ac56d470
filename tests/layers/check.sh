#!/usr/bin/env bash
# The shape of the tree, as a test: check.sh [ROOT] prints every breach and fails if there is one.
#
#   arrow    features -> detector -> connectors -> app: a layer includes itself and what stands before it
#   edges    RocksDB, librdkafka, JSON, HTTP and metrics libraries appear under connectors/ only (app/commands/version.cc names
#            their versions); features and detector see the standard library, Eigen, absl and xxhash
#   size     a file holds one idea and at most 400 lines; exceptions stand in long_files.txt, each with its reason
#   guards   every header has #pragma once
set -euo pipefail
root=${1:-$(dirname "$0")/../..}
cd "$root"

kMaxLines=400
layers=()
for layer in features detector connectors app; do [ -d $layer ] && layers+=("$layer"); done
sources() { find "$@" -type f \( -name '*.h' -o -name '*.cc' \) | LC_ALL=C sort; }

breaches=$(
  sources "${layers[@]}" | xargs awk '
    BEGIN {
      rank["features"] = 1; rank["detector"] = 2; rank["connectors"] = 3; rank["app"] = 4
      edge = "^(rocksdb|librdkafka|nlohmann|prometheus|curl)/|^(simdjson|httplib|zstd|zlib|curl)[.]h$"
      core = "^[a-z_0-9]+$|^Eigen/|^absl/|^xxhash[.]h$"
    }
    FNR == 1 { split(FILENAME, part, "/"); layer = part[1] }
    /^[ \t]*#[ \t]*include/ {
      line = $0; sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
      quoted = substr(line, 1, 1) == "\""
      name = line; sub(/^["<]/, "", name); sub(/[">].*$/, "", name)
      split(name, target, "/")
      where = FILENAME ":" FNR ": "
      if (target[1] in rank && name ~ "/") {
        if (rank[target[1]] > rank[layer]) print where layer "/ may not include " name " (against the arrow)"
      } else if (quoted) {
        print where "\"" name "\" is not included from the root of the tree"
      } else if (layer != "connectors" && FILENAME != "app/commands/version.cc" && name ~ edge) {
        print where "<" name "> belongs under connectors/ only"
      } else if (rank[layer] <= 2 && name !~ core) {
        print where "<" name ">: " layer "/ may use the standard library, Eigen, absl and xxhash only"
      }
    }'
  sources "${layers[@]}" $([ -d tests ] && echo tests) | while read -r file; do
    lines=$(wc -l <"$file")
    if [ "$lines" -gt $kMaxLines ] && ! grep -qE "^$file: .{10,}" tests/layers/long_files.txt 2>/dev/null; then
      echo "$file: $lines lines, more than $kMaxLines (split it, or list it in tests/layers/long_files.txt with a reason)"
    fi
  done
  sources "${layers[@]}" $([ -d tests ] && echo tests) | grep '\.h$' | xargs -r grep -L '^#pragma once' | sed 's/$/: no #pragma once/'
)
if [ -n "$breaches" ]; then
  printf '%s\n' "$breaches"
  exit 1
fi
echo "layers: $(sources "${layers[@]}" | wc -l) files keep the arrow"
