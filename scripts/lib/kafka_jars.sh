# Apache Kafka's own jars, from Maven, as tests/support/kafka/pom.xml names them: 54 MB, once. Sourced by scripts/setup.

install_kafka_jars() {
  local pom=tests/support/kafka/pom.xml wanted work attempt
  wanted=$(sha256sum <"$pom")
  if [ "$(cat "$OUTFLOW_DEPS/kafka/pom.sha256" 2>/dev/null)" = "$wanted" ]; then return; fi
  say "setup: fetching Apache Kafka's jars with Maven (54 MB): a real broker for tests and the demo"
  work=$(mktemp -d "$OUTFLOW_DEPS/.kafka.XXXXXX")
  cp "$pom" "$work/pom.xml"
  for attempt in 1 2 3; do
    if mvn -q -B -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
      -DoutputDirectory="$work/kafka/libs" -DincludeScope=runtime >&2; then
      break
    fi
    if [ $attempt = 3 ]; then
      rm -rf "$work"
      die "Maven could not fetch the Kafka jars (three attempts)"
    fi
    warn "Maven failed; trying again"
  done
  compgen -G "$work/kafka/libs/kafka_2.13-*.jar" >/dev/null || die "Maven ran, but brought no broker jar"
  printf '%s\n' "$wanted" >"$work/kafka/pom.sha256"
  rm -rf "$OUTFLOW_DEPS/kafka"
  mv -T "$work/kafka" "$OUTFLOW_DEPS/kafka"
  rm -rf "$work"
}
