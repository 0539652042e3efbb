/* What a program's exit code means: the known conventions and lists of one's own. */
#include "model/exit_codes.h"

#include <stddef.h>
#include <string.h>

/* The result flags of LTP (include/tst_res_flags.h): an exit code is the sum of what happened.
 * TPASS is 0, TINFO (16) says nothing about the outcome. */
enum { TFAIL = 1, TBROK = 2, TWARN = 4, TINFO = 16, TCONF = 32 };

static enum exit_meaning plain(unsigned code)
{
	return code == 0 ? EXIT_MEANS_PASSED : EXIT_MEANS_FAILED;
}

static enum exit_meaning kselftest(unsigned code)
{
	return code == 4 ? EXIT_MEANS_SKIPPED : plain(code);
}

static enum exit_meaning ltp(unsigned code)
{
	if (code & ~(unsigned)(TFAIL | TBROK | TWARN | TINFO | TCONF))
		return EXIT_MEANS_FAILED;
	if (code & (TFAIL | TWARN))
		return EXIT_MEANS_FAILED;
	if (code & TBROK)
		return EXIT_MEANS_BROKEN;
	return code & TCONF ? EXIT_MEANS_SKIPPED : EXIT_MEANS_PASSED;
}

static enum exit_meaning automake(unsigned code)
{
	if (code == 77)
		return EXIT_MEANS_SKIPPED;
	return code == 99 ? EXIT_MEANS_BROKEN : plain(code);
}

static enum exit_meaning (*const conventions[])(
	unsigned code) = { plain, kselftest, ltp, automake };

const char *const exit_codes_names[] = { "plain", "kselftest", "ltp", "automake", NULL };

_Static_assert(sizeof(exit_codes_names) / sizeof(*exit_codes_names) ==
		       sizeof(conventions) / sizeof(*conventions) + 1,
	"each convention has its name");

bool exit_codes_named(const char *name, struct exit_codes *ret_codes)
{
	for (size_t at = 0; exit_codes_names[at]; at++) {
		if (strcmp(name, exit_codes_names[at]) != 0)
			continue;
		for (unsigned code = 0; code < 256; code++)
			ret_codes->meaning[code] = (uint8_t)conventions[at](code);
		return true;
	}
	return false;
}
