/* Command lines in words: as sh would split them, without its expansions. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "libaxe/shell_words.h"
#include "support/unit.h"

struct line {
	const char *text;
	const char *words; /* as JSON */
};

static const struct line lines[] = {
	{ "a", "[\"a\"]" },
	{ "  a\tb\nc ", "[\"a\",\"b\",\"c\"]" },
	{ "'a b' \"c d\"", "[\"a b\",\"c d\"]" },
	{ "a'b'\"c\"d", "[\"abcd\"]" },
	{ "'' \"\"", "[\"\",\"\"]" },
	{ "'a\\b'", "[\"a\\\\b\"]" },
	{ "\"a\\\"b\\\\c\\$d\\e\"", "[\"a\\\"b\\\\c$d\\\\e\"]" },
	{ "a\\ b \\'c", "[\"a b\",\"'c\"]" },
	{ "$HOME `id` *.c ~ a;b|c", "[\"$HOME\",\"`id`\",\"*.c\",\"~\",\"a;b|c\"]" },
	{ "a # b 'c", "[\"a\"]" },
	{ "a#b", "[\"a#b\"]" },
	{ "# a\nb", "[\"b\"]" },
	{ "a\\\nb", "[\"ab\"]" },
	{ "LD_PRELOAD=/x.so ä", "[\"LD_PRELOAD=/x.so\",\"ä\"]" },
};

static void line_is_split_as_sh_would(void **state)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct error error = { 0 };
		auto_json words = NULL;
		auto_json wanted = json_loads(lines[i].words, 0, NULL);

		print_message("%s\n", lines[i].text);
		assert_non_null(wanted);
		assert_int_equal(shell_split(lines[i].text, &words, &error), 0);
		assert_true(json_equal(words, wanted));
	}
}

static void line_without_end_or_words_is_refused(void **state)
{
	static const char *const bad[] = { "", "  ", "# a", "'a", "a \"b", "\"a\\", "a\\",
		"a \xff" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error error = { 0 };
		json_t *words = NULL;

		assert_int_equal(shell_split(bad[i], &words, &error), -EINVAL);
		assert_null(words);
		assert_true(error.text[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_is_split_as_sh_would),
		cmocka_unit_test(line_without_end_or_words_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
