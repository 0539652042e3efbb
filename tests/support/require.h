/* What a test needs of its machine: said and counted as a skip where it is missing. */
#pragma once

#include <stdbool.h>

/* Exit with 77 and one line that says what is missing, unless the test runs as root. */
void require_root(void);

/* The same with any reason, for a feature that was looked for and is not there. */
void skip_all(const char *reason) __attribute__((noreturn));

/* Let this process open so many; the case is skipped where it may not. */
void require_descriptors(unsigned count);

/* Whether the kernel has a function of this name. */
bool kernel_has(const char *function);

/* Programs of ours can look at what a process has mapped: from Linux 6.7 on. */
bool kernel_walks_memory(void);

/* Skip the case that runs, and say why. */
void skip_case(const char *reason) __attribute__((noreturn));
