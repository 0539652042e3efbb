/* Key files: which value counts, and what is no key file. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "libaxe/key_file.h"
#include "support/unit.h"

struct file {
	const char *text;
	const char *value; /* of Exec in [Test]; NULL: none */
	int code;
};

static const struct file files[] = {
	{ "[Test]\nType=session\nExec=/bin/true\n", "/bin/true", 0 },
	{ "# c\n\n[Test]\n  Exec  =  a b  \r\n", "a b", 0 },
	{ "[Test]\nExec=a=b", "a=b", 0 },
	{ "[Test]\nExec=\n", "", 0 },
	{ "[Test]\nExec=a\\sb\\t\\\\c\n", "a b\t\\c", 0 },
	{ "[Test]\nExec=first\n[Other]\nExec=no\n[Test]\nExec=last\n", "last", 0 },
	{ "[Other]\nExec=no\n", NULL, -ENOENT },
	{ "[Test]\nExec[de]=no\nexec=no\n", NULL, -ENOENT },
	{ "", NULL, -ENOENT },
	{ "[Test]\nExec=a\\x\n", NULL, -EINVAL },
	{ "[Test]\nExec=a\\", NULL, -EINVAL },
	{ "[Test]\nExec\n", NULL, -EINVAL },
	{ "[Test\nExec=a\n", NULL, -EINVAL },
	{ "[Test]\n=a\n", NULL, -EINVAL },
	{ "\x7f\x45\x4c\x46", NULL, -EINVAL },
};

static void value_is_found_in_its_group(void **state)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct error error = { 0 };
		auto_free char *value = NULL;
		int code = key_file_get(files[i].text, "Test", "Exec", &value, &error);

		print_message("%zu: %s %s\n", i, value ? value : "-", error.text);
		assert_int_equal(code, files[i].code);
		if (files[i].value)
			assert_string_equal(value, files[i].value);
		else
			assert_null(value);
	}
}

static void broken_line_is_named(void **state)
{
	struct error error = { 0 };
	char *value;

	assert_int_equal(key_file_get("[Test]\n\nwhat\n", "Test", "Exec", &value, &error), -EINVAL);
	assert_non_null(strstr(error.text, "line 3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_is_found_in_its_group),
		cmocka_unit_test(broken_line_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
