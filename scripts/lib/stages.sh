# Stages of a test run: each is a function run_NAME, has a limit in seconds, is timed, and may fail without hiding the
# others. Sourced by scripts/test.

declare -A stage_limits=()
stage_patience=1 # every limit is multiplied by it
stage_table=()
stages_failed=()

stage_limit() { # name seconds ...
  while [ $# -gt 0 ]; do
    stage_limits[$1]=$2
    shift 2
  done
}

# Runs a stage. With a limit, in a process group of its own, so that the limit, or an interrupt, ends all it started;
# with limit 0 in the foreground (sudo may have to ask for a password).
run_stage() {
  local name=$1 limit=$((${stage_limits[$1]:-600} * stage_patience)) begun=$SECONDS status=0 verdict=ok
  say ""
  say "== $name"
  if [ "$limit" = 0 ]; then
    "run_$name" || status=$?
  else
    run_limited "$name" "$limit" || status=$?
  fi
  if [ $status -ne 0 ]; then
    verdict="FAILED (exit $status)"
    if [ -e "build/.$name.overran" ]; then verdict="FAILED: not done after $limit s"; fi
    stages_failed+=("$name")
  fi
  rm -f "build/.$name.overran"
  stage_table+=("$(printf '%-8s %5d s  %s' "$name" $((SECONDS - begun)) "$verdict")")
  say "== ${stage_table[-1]}"
}

run_limited() { # name seconds
  local child watchdog status=0
  set -m
  "run_$1" </dev/null &
  child=$!
  (sleep "$2" && touch "build/.$1.overran" && kill -TERM -- -$child) 2>/dev/null &
  watchdog=$!
  set +m
  trap 'kill -TERM -- -$child -$watchdog 2>/dev/null; exit 130' INT TERM
  wait $child || status=$?
  trap - INT TERM
  kill -TERM -- -$watchdog 2>/dev/null
  wait $watchdog 2>/dev/null
  return $status
}

# The durations; then ctest's own summary of the release build as the last thing said; then what failed, if anything.
report_stages() {
  printf '\nstages of %s:\n' "$0"
  printf '  %s\n' "${stage_table[@]}"
  if [ -f build/ctest.log ]; then
    echo
    sed -n '/tests passed,/,$p' build/ctest.log
  fi
  if [ ${#stages_failed[@]} -gt 0 ]; then
    printf 'FAILED stages: %s\n' "${stages_failed[*]}"
    exit 1
  fi
}
