/* A new file is made whole, once, and never over another. */
#include "base/error.h"

#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

static void made_file_is_never_written_over(void **state)
{
	char path[] = "/tmp/axe-test-make-XXXXXX", text[16];
	struct error error = { 0 };
	auto_fd directory = -1;

	assert_non_null(mkdtemp(path));
	directory = open(path, O_DIRECTORY | O_CLOEXEC);
	assert_return_code(file_make_at(directory, "new", "first", 5, 0640, &error), 0);
	assert_int_equal(file_make_at(directory, "new", "second", 6, 0640, &error), -EEXIST);
	assert_non_null(strstr(error.text, "`new`"));
	assert_int_equal(file_read_text_at(directory, "new", text, sizeof(text)), 5);
	assert_string_equal(text, "first");
	assert_return_code(unlinkat(directory, "new", 0), 0);
	assert_return_code(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_file_is_never_written_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
