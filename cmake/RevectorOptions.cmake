# SPDX-License-Identifier: BSD-2-Clause
# Compiler settings that hold for every target of the project.
option(REVECTOR_BENCH "Build the benchmarks" ON)
set(REVECTOR_SANITIZE "" CACHE STRING "Sanitizers for the project's own code: address,undefined or thread")

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_options(-Wall -Wextra -Werror -Wshadow -Wvla
                    "$<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes>")

# Debian 12's valgrind gives up on clang 19's DWARF 5, and the runtime is in every
# program that is looked at with it.
add_compile_options("$<$<CONFIG:Debug,RelWithDebInfo>:-gdwarf-4>")

# Sanitizers apply to targets that ask for them with revector_sanitize(): the
# plugin runs inside an unsanitized clang and stays as it is.
function(revector_sanitize target)
  if(REVECTOR_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${REVECTOR_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${REVECTOR_SANITIZE})
  endif()
endfunction()
