# librdkafka 2.2 or newer. Before 2.2 a full fetch queue pauses fetching for a fixed second (librdkafka issue 2879),
# worth a factor of four in throughput. Debian 12 has 2.0.2; Debian 13's source package builds here, statically, in
# half a minute. It is fetched by apt itself, signatures and all, through a private list: the system's own apt
# configuration is not touched. Where that fails, the distribution's own library serves, with a larger queue.
# Sourced by scripts/setup.

readonly RDKAFKA_WANTED=2.2 RDKAFKA_SUITE=trixie

install_librdkafka() {
  local candidate
  if compgen -G "$OUTFLOW_DEPS/librdkafka-*/lib/librdkafka.a" >/dev/null; then return; fi
  if pkg-config --atleast-version=$RDKAFKA_WANTED rdkafka 2>/dev/null; then return; fi
  candidate=$(apt-cache policy librdkafka-dev 2>/dev/null | awk '$1 == "Candidate:" {print $2}')
  if [ -n "$candidate" ] && dpkg --compare-versions "$candidate" ge $RDKAFKA_WANTED; then
    apt_install librdkafka-dev
    return
  fi
  say "setup: building librdkafka from Debian's $RDKAFKA_SUITE source package (Debian 12's own is too old to be fast)"
  if ! build_librdkafka; then
    warn "could not build a newer librdkafka; falling back to the distribution's, which needs a 1 GiB fetch queue"
    apt_install librdkafka-dev
  fi
}

# The mirror this machine already uses for its own suite, so that no other host is ever asked.
debian_mirror() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 2>/dev/null |
    awk -v suite="$codename" '$2 == suite {print $1; exit}'
}

build_librdkafka() {
  local mirror work status=0
  mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then
    # No package lists on this machine yet (everything had been installed already): fetch them once.
    as_root apt-get -q -o Acquire::Retries=3 update >&2 || true
    mirror=$(debian_mirror)
  fi
  [ -n "$mirror" ] || { warn "no Debian mirror among apt's sources"; return 1; }
  work=$(mktemp -d "$OUTFLOW_DEPS/.librdkafka.XXXXXX") || return 1
  (set -e; build_librdkafka_in "$work" "$mirror") >"$work.log" 2>&1 || status=$?
  if [ $status -ne 0 ]; then tail -n 15 "$work.log" >&2; fi
  rm -rf "$work" "$work.log"
  compgen -G "$OUTFLOW_DEPS/librdkafka-*/lib/librdkafka.a" >/dev/null
}

build_librdkafka_in() { # folder mirror
  local work=$1 version source apt
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$2" $RDKAFKA_SUITE \
    >"$work/sources.list"
  apt=(apt-get -q -o Acquire::Retries=3 -o APT::Sandbox::User="$(id -un)" -o APT::Get::List-Cleanup=false
    -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$work/lists"
    -o Dir::Cache="$work/cache")
  "${apt[@]}" update
  (cd "$work" && "${apt[@]}" source --only-source librdkafka)
  source=$(compgen -G "$work/librdkafka-*/CMakeLists.txt")
  source=${source%/CMakeLists.txt}
  version=${source##*/librdkafka-}
  dpkg --compare-versions "$version" ge $RDKAFKA_WANTED
  cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DRDKAFKA_BUILD_STATIC=ON \
    -DRDKAFKA_BUILD_EXAMPLES=OFF -DRDKAFKA_BUILD_TESTS=OFF -DWITH_SSL=ON -DWITH_SASL=ON -DWITH_ZSTD=ON \
    -DENABLE_LZ4_EXT=ON -DWITH_CURL=OFF -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  cmake --build "$work/build"
  cmake --install "$work/build" --prefix "$work/prefix"
  test -s "$work/prefix/lib/librdkafka.a"
  mv -T "$work/prefix" "$OUTFLOW_DEPS/librdkafka-$version"
}
