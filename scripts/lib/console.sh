# How the scripts talk: one line each, on stderr, so that stdout stays data. Sourced, never run.

say() { printf '%s\n' "$*" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() { # message [exit code]
  printf 'error: %s\n' "$1" >&2
  exit "${2:-1}"
}
