# A GET without curl, and what the scripts read from /metrics. Sourced.

http_get() { # port path -> body; fails unless 200
  local status line body=no
  exec 7<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&7
  read -r _ status _ <&7 || true
  while IFS= read -r line <&7; do
    line=${line%$'\r'}
    if [ $body = yes ]; then printf '%s\n' "$line"; elif [ -z "$line" ]; then body=yes; fi
  done
  exec 7>&-
  [ "$status" = 200 ]
} 2>/dev/null

metric_sum() { # port name -> the sum over all its labels; empty where there is none
  http_get "$1" /metrics | awk -v name="$2" '
    $1 == name || index($1, name "{") == 1 {sum += $2; seen = 1}
    END {if (seen) printf "%.0f\n", sum}'
}

lag_of() { metric_sum "$1" outflow_kafka_consumer_lag_records; }
