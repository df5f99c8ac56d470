# The Debian packages, and why each is there. Sourced by scripts/setup.

# "why: packages" — one line a reason; install_packages prints the reasons of what it is about to install.
packages_demo='
the compiler and the build: g++ cmake ninja-build pkg-config ccache
fetching sources: ca-certificates git
RocksDB, the local state: librocksdb-dev libsnappy-dev libgflags-dev
decoding and configuration: libsimdjson-dev nlohmann-json3-dev libyaml-cpp-dev libcli11-dev
counting and models: libeigen3-dev libxxhash-dev libabsl-dev
logs, metrics, HTTP: libspdlog-dev libfmt-dev prometheus-cpp-dev libcpp-httplib-dev libcurl4-openssl-dev libsystemd-dev
compression and TLS: libzstd-dev zlib1g-dev liblz4-dev libssl-dev libsasl2-dev
test libraries the build refers to: libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev
building librdkafka from its Debian source package: dpkg-dev
a real Kafka broker to run against: openjdk-17-jre-headless maven
'
packages_full="$packages_demo"'
sanitizers, fuzzing and linting: clang-16 clang-tidy-16 clang-format-16 libclang-rt-16-dev
tests of HTTP, and checkers written in Python: curl python3-venv
'

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 126
  fi
}

installed() { # prints the installed ones of its arguments; dpkg-query fails where it has never heard of one
  dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | awk '$1 == "ii" {print $2}' || true
}

install_packages() { # demo|full
  local list=$packages_full why names missing all="" have
  [ "$1" = demo ] && list=$packages_demo
  command -v dpkg-query >/dev/null || die "this is no Debian: install by hand what scripts/lib/packages.sh lists"
  have=" $(installed $(printf '%s' "$list" | sed 's/^[^:]*: *//') | tr '\n' ' ') "
  while IFS=: read -r why names; do
    missing=""
    for name in $names; do
      case "$have" in *" $name "*) ;; *) missing="$missing $name" ;; esac
    done
    if [ -n "$missing" ]; then
      [ -n "$all" ] || say "setup: installing with apt:"
      say "  $why:$missing"
      all="$all$missing"
    fi
  done <<<"$list"
  [ -z "$all" ] || apt_install $all
}

apt_install() {
  local options=(-q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "needs root or sudo; or have an administrator run: apt-get install --no-install-recommends $*"
  fi
  as_root apt-get "${options[@]}" update >&2 || warn "apt-get update reported errors; trying to install all the same"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get "${options[@]}" install -y --no-install-recommends "$@" >&2 || die "apt-get install failed (see above)"
}
