# What man and a shell know of axe. What has options of axe in it is printed by the axe that was built.

set(AXE_MANUAL ${CMAKE_SOURCE_DIR}/tools/manual)
set(AXE_PRINTED ${CMAKE_BINARY_DIR}/printed)
file(MAKE_DIRECTORY ${AXE_PRINTED})
add_custom_command(OUTPUT ${AXE_PRINTED}/axe.1 ${AXE_PRINTED}/axe
	COMMAND axe help manual > ${AXE_PRINTED}/axe.1
	COMMAND axe completion bash > ${AXE_PRINTED}/axe
	DEPENDS axe VERBATIM)
add_custom_target(manual ALL DEPENDS ${AXE_PRINTED}/axe.1 ${AXE_PRINTED}/axe)
install(FILES ${AXE_PRINTED}/axe.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${AXE_MANUAL}/axe-job.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${AXE_MANUAL}/axed.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES ${AXE_PRINTED}/axe DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
