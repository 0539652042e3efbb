/* A slip is told the name that was meant; a wild guess is not. */
#include "support/unit.h"

#include <string.h>

#include "base/text.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static void nearest_name_is_found_for_slips_and_abbreviations(void **state)
{
	static const char *const names[] = { "name", "command", "environment", "timeout",
		"timeout_grace", "leaks", "leak_grace", "limits" };
	static const struct {
		const char *word, *nearest;
	} slips[] = {
		{ "timout", "timeout" },
		{ "tiemotu", "timeout" },
		{ "Timeout", "timeout" },
		{ "timeout_grase", "timeout_grace" },
		{ "commands", "command" },
		{ "leak", "leaks" },
		{ "env", "environment" },
		{ "nmae", "name" },
		{ "nam", "name" },
		{ "x", NULL },
		{ "cpu", NULL },
		{ "workdir", NULL },
		{ "", NULL },
	};

	for (size_t at = 0; at < COUNT(slips); at++) {
		const char *nearest = text_nearest(slips[at].word, names, COUNT(names));

		if (slips[at].nearest)
			assert_string_equal(slips[at].nearest, nearest);
		else
			assert_null(nearest);
	}
}

static void very_long_words_have_no_nearest_name(void **state)
{
	static const char *const names[] = { "name" };
	char word[4096];

	memset(word, 'n', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_null(text_nearest(word, names, 1));
	assert_null(text_nearest("name", (const char *const[]){ word }, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest_name_is_found_for_slips_and_abbreviations),
		cmocka_unit_test(very_long_words_have_no_nearest_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
