#!/usr/bin/env bash
# clang-tidy over the product's sources, the last changed first: tidy.sh BUILD_DIR SECONDS
#
# Files found clean are remembered (build/tidy-clean) by the contents of everything they could include, so that only
# what changed is looked at again. Files not reached within SECONDS are named, not failed: they come first next time.
set -uo pipefail
build=$1
seconds=$2
root=$PWD
clean=$root/build/tidy-clean
mkdir -p "$clean"

headers=$(git ls-files -s '*.h' .clang-tidy | sha256sum)
headers_dirty=$(git diff -- '*.h' .clang-tidy | sha256sum)
export clean headers headers_dirty build

check_one() { # file deadline_epoch
  local key log
  if [ "$(date +%s)" -ge "$2" ]; then
    echo "not reached: $1" >&2
    return 0
  fi
  key=$(printf '%s%s' "$headers" "$headers_dirty" | cat - "$1" | sha256sum | cut -c1-32)
  if [ -e "$clean/$key" ]; then return 0; fi
  if log=$(clang-tidy-16 -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option "$1" 2>/dev/null); then
    touch "$clean/$key"
  else
    printf '%s\n' "$log"
    return 1
  fi
}
export -f check_one

deadline=$(($(date +%s) + seconds))
files=$(git log --format= --name-only -n 200 -- 'features/*.cc' 'detector/*.cc' 'connectors/*.cc' 'app/*.cc' | awk '!seen[$0]++')
files=$(printf '%s\n' "$files"; git ls-files 'features/*.cc' 'detector/*.cc' 'connectors/*.cc' 'app/*.cc')
printf '%s\n' "$files" | awk 'NF && !seen[$0]++' | while read -r file; do [ -f "$file" ] && echo "$file"; done |
  xargs -P "${OUTFLOW_JOBS:-$(nproc)}" -I{} bash -c 'check_one "$1" "$2"' _ {} "$deadline"
