# Where the scripts and CMake find what apt does not have (cmake/FindOutflowRdKafka.cmake has the same default).

OUTFLOW_DEPS=${OUTFLOW_DEPS:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/outflow/deps}
export OUTFLOW_DEPS
KAFKA_LIBS=$OUTFLOW_DEPS/kafka/libs
