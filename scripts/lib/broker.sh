# A real Apache Kafka broker (KRaft, one process) on the loopback, from the jars scripts/setup fetched. Sourced.
#
#   broker_start DIR   formats DIR, starts a broker, waits until it serves; sets BROKER and BROKER_PID
#   broker_stop        ends it
#
# Why a real broker and not librdkafka's embedded mock cluster: the mock drops old messages (a tenth of 200,000 was left
# to read), shows records of aborted transactions and lets fenced producers commit. It would start in no time and lie.
# The real one is up in five seconds.

BROKER="" BROKER_PID=""

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port attempt
  for attempt in {1..50}; do
    port=$((20000 + RANDOM % 12000))
    if port_is_free $port; then echo $port; return; fi
  done
  return 1
}

broker_start() { # folder [heap]
  local folder=$1 heap=${2:-384m} port controller waited attempt
  for attempt in 1 2 3; do
    port=$(free_port) && controller=$(free_port) && [ "$port" != "$controller" ] || continue
    rm -rf "$folder" && mkdir -p "$folder"
    broker_settings "$folder" "$port" "$controller" >"$folder/server.properties"
    broker_java 128m kafka.tools.StorageTool format -t "$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')" \
      -c "$folder/server.properties" >"$folder/format.log" 2>&1 || { cat "$folder/format.log" >&2; return 1; }
    # Its own session: an interrupt at the terminal reaches us, and we end it in order.
    CLASSPATH="$KAFKA_LIBS/*" setsid java "-Xmx$heap" "-Xms$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
      -Djava.net.preferIPv4Stack=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
      kafka.Kafka "$folder/server.properties" >"$folder/broker.log" 2>&1 </dev/null &
    BROKER_PID=$!
    for ((waited = 0; waited < 600; waited++)); do
      if ! port_is_free $port; then
        BROKER=127.0.0.1:$port
        return 0
      fi
      kill -0 "$BROKER_PID" 2>/dev/null || break
      sleep 0.1
    done
    broker_stop
  done
  tail -n 20 "$folder/broker.log" >&2
  return 1
}

broker_java() { # heap arguments...
  local heap=$1
  shift
  CLASSPATH="$KAFKA_LIBS/*" java "-Xmx$heap" -XX:TieredStopAtLevel=1 -Xshare:auto \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=error "$@"
}

broker_settings() { # folder port controller_port
  cat <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$3
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
advertised.listeners=PLAINTEXT://127.0.0.1:$2
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$1/data
num.partitions=4
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=16777216
# Scenarios are dated in the past; the default would delete them by their own timestamps.
log.retention.ms=-1
log.message.timestamp.before.max.ms=9223372036854775807
P
}

broker_stop() {
  [ -n "$BROKER_PID" ] || return 0
  kill "$BROKER_PID" 2>/dev/null || true
  local waited
  for ((waited = 0; waited < 100; waited++)); do
    kill -0 "$BROKER_PID" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$BROKER_PID" 2>/dev/null || true
  wait "$BROKER_PID" 2>/dev/null || true
  BROKER_PID=""
}
