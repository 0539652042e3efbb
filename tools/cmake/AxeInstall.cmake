# What a host's service manager is told about the daemon.

set(AXE_SYSTEM ${CMAKE_SOURCE_DIR}/supervisor/system)

# Written at the installation, because only then the prefix is certain.
install(CODE "
	set(AXE_SBINDIR \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_SBINDIR})
	set(AXE_LIBEXECDIR \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBEXECDIR}/axe)
	configure_file(${AXE_SYSTEM}/axed.service.in ${CMAKE_BINARY_DIR}/axed.service @ONLY)")
install(FILES ${CMAKE_BINARY_DIR}/axed.service ${AXE_SYSTEM}/axed.socket
	DESTINATION lib/systemd/system)
install(PROGRAMS ${AXE_SYSTEM}/release-groups DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/axe)
install(FILES ${AXE_SYSTEM}/axe.sysusers DESTINATION lib/sysusers.d RENAME axe.conf)
install(FILES ${AXE_SYSTEM}/axe.tmpfiles DESTINATION lib/tmpfiles.d RENAME axe.conf)
