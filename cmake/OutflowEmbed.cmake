# outflow_embed_mappings(TARGET FOLDER): every FOLDER/*.yaml becomes part of TARGET, as bytes, in the order of their
# names. Run as a script (cmake -P) it writes the source file that holds them, so that a changed mapping is a rebuild.

if(CMAKE_SCRIPT_MODE_FILE AND DEFINED OUTPUT)
  file(GLOB files "${FOLDER}/*.yaml")
  list(SORT files)
  set(arrays "")
  set(entries "")
  foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
    string(APPEND arrays "constexpr char k_${name}[] = {${bytes}'\\0'};\n")
    string(APPEND entries "      {\"${name}\", {k_${name}, sizeof(k_${name}) - 1}},\n")
  endforeach()
  file(WRITE "${OUTPUT}" "// Made from ${FOLDER}/*.yaml by cmake/OutflowEmbed.cmake.
#include \"connectors/decode/source_catalogue_impl.h\"

namespace outflow::connectors {
namespace {
${arrays}
}  // namespace

const std::vector<EmbeddedMapping>& embedded_mappings() {
  static const std::vector<EmbeddedMapping> kMappings = {
${entries}  };
  return kMappings;
}

}  // namespace outflow::connectors
")
  return()
endif()

set(OUTFLOW_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")
function(outflow_embed_mappings target folder)
  file(GLOB files CONFIGURE_DEPENDS "${folder}/*.yaml")
  string(MD5 names "${files}")  # in the command, so that a file less is a rebuild too
  set(output "${CMAKE_BINARY_DIR}/generated/${target}_mappings.cc")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -DFOLDER=${folder} -DOUTPUT=${output} -DNAMES=${names} -P "${OUTFLOW_EMBED_SCRIPT}"
    DEPENDS ${files} "${OUTFLOW_EMBED_SCRIPT}"
    COMMENT "Embedding the built-in mappings"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()

# outflow_embed(TARGET FILE SYMBOL): FILE's text as `std::string_view SYMBOL` in namespace outflow::connectors::embedded.
function(outflow_embed target file symbol)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${file}")
  file(READ "${CMAKE_SOURCE_DIR}/${file}" OUTFLOW_TEXT)
  set(OUTFLOW_FILE "${file}")
  set(OUTFLOW_SYMBOL "${symbol}")
  configure_file("${CMAKE_SOURCE_DIR}/cmake/embedded.cc.in" "${CMAKE_BINARY_DIR}/embedded/${symbol}.cc" @ONLY)
  target_sources(${target} PRIVATE "${CMAKE_BINARY_DIR}/embedded/${symbol}.cc")
endfunction()
