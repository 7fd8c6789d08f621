# Finds llvm-mc and ld.lld of one LLVM installation, version 20 or later, and proves that they make gfx950 code objects.
# Sets SMALLM_LLVM_MC, SMALLM_LD_LLD and SMALLM_LLVM_VERSION. Looks at ROCM_ROOT (variable or environment),
# /opt/rocm/llvm/bin and PATH, in this order; within one of them the newest wins.

set(SMALLM_LLVM_OLDEST 20)
set(SMALLM_LLVM_NEWEST 40)

function(smallm_tool_names result tool)
    set(names)
    foreach(version RANGE ${SMALLM_LLVM_NEWEST} ${SMALLM_LLVM_OLDEST} -1)
        list(APPEND names ${tool}-${version})
    endforeach()
    set(${result} ${names} ${tool} PARENT_SCOPE)
endfunction()

function(smallm_try_gfx950 result llvm_mc ld_lld)
    set(dir ${CMAKE_BINARY_DIR}/CMakeFiles/gfx950-probe)
    file(WRITE ${dir}/probe.s [[
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text
.globl probe
.p2align 8
.type probe,@function
probe:
    v_mfma_scale_f32_16x16x128_f8f6f4 v[0:3], v[4:11], v[12:19], v[0:3], v20, v21 op_sel_hi:[0,0,0]
    s_endpgm
.section .rodata,"a"
.p2align 6
.amdhsa_kernel probe
    .amdhsa_next_free_vgpr 24
    .amdhsa_next_free_sgpr 16
    .amdhsa_accum_offset 24
.end_amdhsa_kernel
]])
    execute_process(COMMAND ${llvm_mc} -triple=amdgcn-amd-amdhsa -mcpu=gfx950 -filetype=obj ${dir}/probe.s -o ${dir}/probe.o
                    RESULT_VARIABLE assembled ERROR_VARIABLE errors OUTPUT_QUIET)
    if(assembled EQUAL 0)
        execute_process(COMMAND ${ld_lld} -shared ${dir}/probe.o -o ${dir}/probe.co
                        RESULT_VARIABLE assembled ERROR_VARIABLE errors OUTPUT_QUIET)
    endif()
    if(assembled EQUAL 0)
        set(${result} "" PARENT_SCOPE)
    else()
        set(${result} "cannot make a gfx950 code object: ${errors}" PARENT_SCOPE)
    endif()
endfunction()

# One place to look: a folder, or "" for PATH.
function(smallm_look_for_gfx950_tools place)
    smallm_tool_names(mc_names llvm-mc)
    smallm_tool_names(lld_names ld.lld)
    if(place STREQUAL "")
        find_program(mc NAMES ${mc_names} NO_CACHE)
        find_program(lld NAMES ${lld_names} NO_CACHE)
        set(place PATH)
    else()
        find_program(mc NAMES ${mc_names} PATHS ${place} NO_DEFAULT_PATH NO_CACHE)
        find_program(lld NAMES ${lld_names} PATHS ${place} NO_DEFAULT_PATH NO_CACHE)
    endif()
    if(NOT mc OR NOT lld)
        set(complaint "${place}: no llvm-mc and ld.lld")
    else()
        execute_process(COMMAND ${mc} --version OUTPUT_VARIABLE text ERROR_QUIET)
        string(REGEX MATCH "LLVM version ([0-9]+[0-9.]*)" text "${text}")
        set(version "${CMAKE_MATCH_1}")
        if(version VERSION_LESS ${SMALLM_LLVM_OLDEST})
            set(complaint "${place}: ${mc} has version '${version}', ${SMALLM_LLVM_OLDEST} or later is needed")
        else()
            smallm_try_gfx950(complaint ${mc} ${lld})
            if(complaint)
                set(complaint "${place}: ${mc} and ${lld}: ${complaint}")
            endif()
        endif()
    endif()
    if(complaint)
        set(SMALLM_LLVM_COMPLAINTS "${SMALLM_LLVM_COMPLAINTS}\n  ${complaint}" PARENT_SCOPE)
    else()
        set(SMALLM_LLVM_MC ${mc} CACHE FILEPATH "llvm-mc that knows gfx950")
        set(SMALLM_LD_LLD ${lld} CACHE FILEPATH "ld.lld that knows gfx950")
        set(SMALLM_LLVM_VERSION ${version} CACHE INTERNAL "")
    endif()
endfunction()

if(NOT SMALLM_LLVM_MC OR NOT SMALLM_LD_LLD)
    set(SMALLM_LLVM_COMPLAINTS "")
    foreach(place "${ROCM_ROOT}" "$ENV{ROCM_ROOT}")
        if(NOT place STREQUAL "" AND NOT SMALLM_LLVM_MC)
            smallm_look_for_gfx950_tools(${place}/llvm/bin)
        endif()
    endforeach()
    if(NOT SMALLM_LLVM_MC)
        smallm_look_for_gfx950_tools(/opt/rocm/llvm/bin)
    endif()
    if(NOT SMALLM_LLVM_MC)
        smallm_look_for_gfx950_tools("")
    endif()
    if(NOT SMALLM_LLVM_MC)
        message(FATAL_ERROR "No llvm-mc and ld.lld that know gfx950. Install LLVM ${SMALLM_LLVM_OLDEST} or later "
            "(Debian and Ubuntu: apt-get install llvm-22 lld-22, from apt.llvm.org where the distribution has none), or "
            "ROCm 7 and set ROCM_ROOT. Looked at:${SMALLM_LLVM_COMPLAINTS}")
    endif()
    message(STATUS "gfx950 assembler: ${SMALLM_LLVM_MC}, linker: ${SMALLM_LD_LLD} (LLVM ${SMALLM_LLVM_VERSION})")
endif()
