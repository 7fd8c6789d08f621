# SMALLM_SANITIZE: a list for -fsanitize=, such as "address,undefined" or "thread". Empty for none.
set(SMALLM_SANITIZE "" CACHE STRING "Sanitizers to build with, as in -fsanitize=")
if(SMALLM_SANITIZE)
    add_compile_options($<$<COMPILE_LANGUAGE:C>:-fsanitize=${SMALLM_SANITIZE}>
        $<$<COMPILE_LANGUAGE:C>:-fno-sanitize-recover=all> $<$<COMPILE_LANGUAGE:C>:-fno-omit-frame-pointer>)
    add_link_options(-fsanitize=${SMALLM_SANITIZE})
endif()
