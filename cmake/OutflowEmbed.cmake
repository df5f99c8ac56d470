# outflow_embed(TARGET FILE SYMBOL): FILE's text as `std::string_view SYMBOL` in namespace outflow::connectors::embedded.
function(outflow_embed target file symbol)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${file}")
  file(READ "${CMAKE_SOURCE_DIR}/${file}" OUTFLOW_TEXT)
  set(OUTFLOW_FILE "${file}")
  set(OUTFLOW_SYMBOL "${symbol}")
  configure_file("${CMAKE_SOURCE_DIR}/cmake/embedded.cc.in" "${CMAKE_BINARY_DIR}/embedded/${symbol}.cc" @ONLY)
  target_sources(${target} PRIVATE "${CMAKE_BINARY_DIR}/embedded/${symbol}.cc")
endfunction()
