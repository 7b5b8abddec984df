# Flags that make an overflow, a jump or a patched table a crash at once instead of a way in. Each is used where the
# compiler has it; tests/hardening_test.sh reads the built programs and names what is missing.

include(CheckCXXCompilerFlag)

option(PGKEEP_HARDENING "Build with the flags that harden a program" ON)
if(NOT PGKEEP_HARDENING)
  return()
endif()

foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  string(MAKE_C_IDENTIFIER "have${flag}" known)
  check_cxx_compiler_flag(${flag} ${known})
  if(${known})
    add_compile_options(${flag})
  endif()
endforeach()

# Not CMAKE_POSITION_INDEPENDENT_CODE, which would build libraries with -fPIC and programs with -fPIE: they could not
# share a precompiled header.
add_compile_options(-fPIE)
add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie> -Wl,-z,relro,-z,now -Wl,-z,noexecstack)

# Level 3 checks buffers whose size is known only at run time; needs optimisation, GCC 12 or clang 9, and glibc 2.35.
# Sanitizers check more, and do not see through the checked functions.
if(NOT PGKEEP_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL Debug)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
