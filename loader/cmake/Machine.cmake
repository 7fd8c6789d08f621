# The machine's facts, which stand in configs/mi355x.ini alone, as a header for the loader's cost model and the simulator:
# SMALLM_MACHINE_DIR/machine_ini.h, made by the target smallm-machine.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
set(SMALLM_MACHINE_DIR ${PROJECT_BINARY_DIR}/machine)
set(_ini ${PROJECT_SOURCE_DIR}/configs/mi355x.ini)
set(_header ${PROJECT_SOURCE_DIR}/configs/machine_header.py)
add_custom_command(
    OUTPUT ${SMALLM_MACHINE_DIR}/machine_ini.h
    COMMAND ${Python3_EXECUTABLE} -B ${_header} ${_ini} ${SMALLM_MACHINE_DIR}/machine_ini.h
    DEPENDS ${_header} ${_ini}
    COMMENT "Facts of the machine"
    VERBATIM)
add_custom_target(smallm-machine DEPENDS ${SMALLM_MACHINE_DIR}/machine_ini.h)
