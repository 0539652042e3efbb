# The kernel half: each bpf/NAME.bpf.c becomes NAME.skel.h in the build tree.

find_program(BPF_CLANG NAMES clang clang-14 REQUIRED)
find_program(BPFTOOL bpftool PATHS /usr/sbin /sbin REQUIRED)

set(AXE_BPF_OUTPUT ${CMAKE_BINARY_DIR}/bpf)
file(MAKE_DIRECTORY ${AXE_BPF_OUTPUT})
file(GLOB bpf_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bpf/*.bpf.c)
file(GLOB bpf_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bpf/*.h)

foreach(source ${bpf_sources})
	get_filename_component(name ${source} NAME)
	string(REPLACE ".bpf.c" "" name ${name})
	set(object ${AXE_BPF_OUTPUT}/${name}.bpf.o)
	set(skeleton ${AXE_BPF_OUTPUT}/${name}.skel.h)
	# -mcpu=v3: the result of an atomic is used (sequence numbers), which older sets cannot.
	add_custom_command(
		OUTPUT ${skeleton}
		COMMAND ${BPF_CLANG} -g -O2 -Wall -Wextra -Werror -target bpf -mcpu=v3
			-idirafter /usr/include/${CMAKE_C_LIBRARY_ARCHITECTURE}
			-I${CMAKE_SOURCE_DIR} -c ${source} -o ${object}
		COMMAND ${BPFTOOL} gen skeleton ${object} name ${name} > ${skeleton}
		DEPENDS ${source} ${bpf_headers}
		COMMENT "BPF ${name}" VERBATIM)
	list(APPEND bpf_skeletons ${skeleton})
endforeach()

add_custom_target(axe_bpf_skeletons DEPENDS ${bpf_skeletons})
add_library(axe_bpf INTERFACE)
add_dependencies(axe_bpf axe_bpf_skeletons)
target_include_directories(axe_bpf SYSTEM INTERFACE ${AXE_BPF_OUTPUT})
