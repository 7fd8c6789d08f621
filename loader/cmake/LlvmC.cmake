# Is LLVM's C disassembler here, from version 20? The simulator decodes with it. Sets SMALLM_LLVM_C_FOUND and the cache
# variable LLVM_CONFIG.
set(names)
foreach(version RANGE 40 20 -1)
    list(APPEND names llvm-config-${version})
endforeach()
find_program(LLVM_CONFIG NAMES ${names} llvm-config HINTS ${ROCM_ROOT}/llvm/bin $ENV{ROCM_ROOT}/llvm/bin
    /opt/rocm/llvm/bin NAMES_PER_DIR DOC "llvm-config of LLVM 20 or later")
set(SMALLM_LLVM_C_FOUND OFF)
if(LLVM_CONFIG)
    execute_process(COMMAND ${LLVM_CONFIG} --version --includedir OUTPUT_VARIABLE answer ERROR_QUIET)
    string(REGEX MATCH "^([0-9.]+)[^\n]*\n([^\n]+)" answer "${answer}")
    if(CMAKE_MATCH_1 VERSION_GREATER_EQUAL 20 AND EXISTS "${CMAKE_MATCH_2}/llvm-c/Disassembler.h")
        set(SMALLM_LLVM_C_FOUND ON)
    endif()
endif()
