# Outflow with everything on, against the bare consumer, on one topic in one run. Sourced by scripts/bench.
#
# Outflow's clock runs from the first sample of /metrics that shows a record consumed to the first that shows all of
# them; the records of the first sample are not counted. Its CPU is what the kernel says of the process over that time.

bench_work="" bench_run=""

bench_clean_up() {
  trap - EXIT INT TERM
  set +e
  if [ -n "$bench_run" ]; then kill "$bench_run" 2>/dev/null && wait "$bench_run" 2>/dev/null; fi
  broker_stop
  [ -z "$bench_work" ] || rm -rf "$bench_work"
}

now_ms() { printf '%s' "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

cpu_ms_of() { # pid: user and system
  awk -v hz="$(getconf CLK_TCK)" '{sub(/^.*\) /, ""); print int(($12 + $13) * 1000 / hz)}' "/proc/$1/stat"
}

field() { sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p" <<<"$2"; }

fill_topic() { # records
  local orgs=$((($1 + 11999) / 12000)) # an org's week is about 12,000 records
  say "bench: generating and ingesting about $1 records of $orgs orgs"
  build/release/outflow-generate --seed 11 --weeks 1 --orgs $orgs --out "$bench_work/fleet" --format rtem >&2
  build/release/outflow ingest --config "$bench_work/outflow.yaml" "$bench_work/fleet/logs" >&2
  rm -rf "$bench_work/fleet"
}

measure_throughput() { # records result_file
  bench_work=$(mktemp -d "${TMPDIR:-/tmp}/outflow-bench.XXXXXX")
  trap bench_clean_up EXIT
  trap 'exit 130' INT TERM
  broker_start "$bench_work/broker" 1g || die "the broker did not start"
  local port before after total
  port=$(free_port)
  cat >"$bench_work/outflow.yaml" <<Y
kafka: {brokers: "$BROKER", group: outflow-bench}
input: {topics: [bench], keyed_by_tenant: true}
topics: {partitions: 4}
state: {directory: "$bench_work/state"}
http: {port: $port}
workers: 2
Y
  fill_topic "$1"
  bare >/dev/null # warms the page cache
  before=$(bare)
  total=$(field records "$before")
  measure_outflow "$port" "$total"
  after=$(bare)
  report "$before" "$after" "$2"
}

bare() { build/release/outflow-bare-consumer --brokers "$BROKER" --topic bench --threads 2; }

measure_outflow() { # port records; sets outflow_records, outflow_ms, outflow_cpu_ms, outflow_rss_kb
  local begun="" first=0 cpu=0 consumed=0 last_change=0 previous=-1
  build/release/outflow run --config "$bench_work/outflow.yaml" >"$bench_work/run.out" 2>"$bench_work/run.log" &
  bench_run=$!
  while :; do
    kill -0 $bench_run 2>/dev/null || { tail -n 20 "$bench_work/run.log" >&2; die "outflow run stopped"; }
    consumed=$(metric_sum "$1" outflow_events_consumed_total || true)
    if [ -z "$begun" ]; then
      if [ "${consumed:-0}" -gt 0 ]; then begun=$(now_ms) first=$consumed cpu=$(cpu_ms_of $bench_run); fi
    else
      outflow_ms=$(($(now_ms) - begun)) outflow_cpu_ms=$(($(cpu_ms_of $bench_run) - cpu))
      [ "$consumed" -lt "$2" ] || break
      if [ "$consumed" != "$previous" ]; then previous=$consumed last_change=$outflow_ms; fi
      [ $((outflow_ms - last_change)) -lt 60000 ] || die "outflow run stands still at $consumed of $2 records"
    fi
    sleep 0.1
  done
  outflow_records=$((consumed - first))
  outflow_rss_kb=$(awk '$1 == "VmHWM:" {print $2}' "/proc/$bench_run/status")
  kill $bench_run && wait $bench_run || true
  bench_run=""
}

report() { # bare_before bare_after result_file
  awk -v b1="$(field records "$1") $(field seconds "$1") $(field cpu_seconds "$1") $(field bytes "$1")" \
    -v b2="$(field records "$2") $(field seconds "$2") $(field cpu_seconds "$2")" \
    -v o="$outflow_records $outflow_ms $outflow_cpu_ms $outflow_rss_kb" -v file="$3" 'BEGIN {
      split(b1, p); split(b2, q); split(o, r)
      bare_rate = (p[1] / p[2] + q[1] / q[2]) / 2; bare_cpu = (p[3] / p[1] + q[3] / q[1]) / 2 * 1e9
      rate = r[1] / r[2] * 1000; cpu = r[3] / r[1] * 1e6
      printf "\n%-28s %14s %14s\n", "", "bare consumer", "outflow run"
      printf "%-28s %14d %14d\n", "records", p[1], r[1]
      printf "%-28s %14d %14d\n", "bytes a record", p[4] / p[1], p[4] / p[1]
      printf "%-28s %14d %14d   %.1f %%\n", "events/s", bare_rate, rate, 100 * rate / bare_rate
      printf "%-28s %14d %14d   %.1f x\n", "CPU ns an event", bare_cpu, cpu, cpu / bare_cpu
      printf "%-28s %14s %14d\n", "peak RSS, MB", "", r[4] / 1024
      printf "%-28s %14d %14s\n", "events/s before", p[1] / p[2], ""
      printf "%-28s %14d %14s\n", "events/s after", q[1] / q[2], ""
      printf "{\"records\": %d, \"bytes_per_record\": %.1f, \"bare_events_per_s\": %.0f, \"bare_cpu_ns_per_event\": %.0f, ",
             p[1], p[4] / p[1], bare_rate, bare_cpu > file
      printf "\"outflow_events_per_s\": %.0f, \"outflow_cpu_ns_per_event\": %.0f, \"throughput_share\": %.4f, ",
             rate, cpu, rate / bare_rate > file
      printf "\"cpu_ratio\": %.3f, \"outflow_peak_rss_mb\": %d}\n", cpu / bare_cpu, r[4] / 1024 > file
    }'
  say "bench: $3"
}
