#!/usr/bin/env bash
# Proves that check.sh can fail: plants one breach of each rule in a copy of the tree and expects it to be named.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

fresh() {
  rm -rf "$copy/tree" && mkdir "$copy/tree"
  (cd "$root" && cp -r features detector connectors app "$copy/tree/")
  mkdir -p "$copy/tree/tests/layers" && cp "$here/long_files.txt" "$copy/tree/tests/layers/"
}

expect() { # what the breach must be called, after it was planted
  local output
  if output=$("$here/check.sh" "$copy/tree"); then
    echo "FAILED: not refused: $1"
    exit 1
  fi
  case "$output" in
    *"$1"*) echo "refused as it should be: $1" ;;
    *) printf 'FAILED: refused, but not for "%s":\n%s\n' "$1" "$output"; exit 1 ;;
  esac
}

plant() { # file text expected
  fresh
  printf '%b' "$2" >>"$copy/tree/$1"
  expect "$3"
}

fresh
"$here/check.sh" "$copy/tree"
plant features/result.h '#include "detector/alert.h"\n' "against the arrow"
plant connectors/files/input.h '#include <app/version.h>\n' "against the arrow"
plant app/main.cc '  #  include <rocksdb/db.h>\n' "belongs under connectors/ only"
plant detector/alert.h '#include <nlohmann/json.hpp>\n' "belongs under connectors/ only"
plant features/result.h '#include <fmt/format.h>\n' "standard library, Eigen"
plant features/result.h '#include "result.h"\n' "not included from the root"
plant features/unguarded.h 'int x;\n' "no #pragma once"
plant detector/long.cc "$(printf '// long\\n%.0s' {1..401})" "more than 400"
printf 'detector/long.cc: a table that cannot be split\n' >>"$copy/tree/tests/layers/long_files.txt"
"$here/check.sh" "$copy/tree" # with a reason it is allowed
