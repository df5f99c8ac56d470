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
everything=("${layers[@]}")
[ ! -d tests ] || everything+=(tests)
listed=tests/layers/long_files.txt
[ -f $listed ] || listed=/dev/null
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
  sources "${everything[@]}" | xargs awk -v most=$kMaxLines -v listed="$listed" '
    function finish() {
      if (name != "" && lines > most && !(name in excused)) {
        print name ": " lines " lines, more than " most " (split it, or list it in tests/layers/long_files.txt with a reason)"
      }
      if (name ~ /[.]h$/ && !guarded) print name ": no #pragma once"
    }
    BEGIN {
      while ((getline line < listed) > 0) {
        colon = index(line, ": ")
        if (line !~ /^#/ && colon > 0 && length(line) > colon + 10) excused[substr(line, 1, colon - 1)] = 1
      }
    }
    FNR == 1 { finish(); name = FILENAME; guarded = 0 }
    { lines = FNR }
    /^#pragma once/ { guarded = 1 }
    END { finish() }'
)
if [ -n "$breaches" ]; then
  printf '%s\n' "$breaches"
  exit 1
fi
echo "layers: $(sources "${layers[@]}" | wc -l) files keep the arrow"
