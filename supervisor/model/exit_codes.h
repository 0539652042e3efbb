/* What a program's exit code means: the known conventions and lists of one's own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum exit_meaning { EXIT_MEANS_PASSED, EXIT_MEANS_FAILED, EXIT_MEANS_SKIPPED, EXIT_MEANS_BROKEN };

struct exit_codes {
	uint8_t meaning[256]; /* enum exit_meaning */
};

/* "plain" (0 passes), "kselftest" (4 skips), "ltp" (bits: 2 broken, 32 skips, ...), "automake"
 * (77 skips, 99 broken). False: no such convention. */
bool exit_codes_named(const char *name, struct exit_codes *ret_codes);

/* The names above, for messages; ends with NULL. */
extern const char *const exit_codes_names[];
