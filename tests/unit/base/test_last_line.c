/* The last whole line is found from the end, whatever is torn behind it, and costs only the end. */
#include "support/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/last_line.h"

static int make_file(const void *data, size_t size)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(0, file_write_all(fd, data, size));
	return fd;
}

/* The last line is `number` (0: there is none) and ends at `end`. */
static void expect_last(const void *data, size_t size, json_int_t number, uint64_t end)
{
	auto_fd fd = make_file(data, size);
	struct last_line line;

	assert_int_equal(0, last_line_read(fd, &line));
	assert_int_equal(number, json_integer_value(json_object_get(line.object, "n")));
	assert_int_equal(number == 0, line.object == NULL);
	assert_int_equal(end, line.end);
	assert_int_equal(size, line.size);
	assert_int_equal(end < size, last_line_is_torn(&line));
	last_line_finish(&line);
}

static void expect_last_of_text(const char *text, json_int_t number, uint64_t end)
{
	expect_last(text, strlen(text), number, end);
}

static void what_ends_with_a_newline_is_whole(void **state)
{
	expect_last_of_text("", 0, 0);
	expect_last_of_text("{\"n\":1}\n", 1, 8);
	expect_last_of_text("{\"n\":1}\n{\"n\":2}\n", 2, 16);
}

static void what_has_no_newline_is_torn(void **state)
{
	expect_last_of_text("{", 0, 0);
	expect_last_of_text("{\"n\":1}\n{\"n\":", 1, 8);
	/* Nobody knows whether it was to go on. */
	expect_last_of_text("{\"n\":1}\n{\"n\":2}", 1, 8);
}

static void what_is_no_object_is_torn(void **state)
{
	static const char zeros[] = "{\"n\":1}\n\0\0\0\0\0\0\0\n";

	expect_last_of_text("{\"n\":1}\n{\"n\n", 1, 8);
	expect_last_of_text("{\"n\":1}\n7\n\n", 1, 8);
	expect_last_of_text("7\n", 0, 0);
	expect_last(zeros, sizeof(zeros) - 1, 1, 8);
}

static void torn_line_in_the_middle_is_passed_by(void **state)
{
	expect_last_of_text("{\"n\":1}\n{\"n\n{\"n\":3}\n", 3, 20);
}

/* Over every edge of the blocks in which the end is read. */
static void lines_may_have_any_length(void **state)
{
	for (size_t length = 4080; length < 4120; length++) {
		char text[3 * 4120];
		int size = snprintf(text, sizeof(text), "{\"n\":1}\n{\"n\":2,\"x\":\"%0*d\"}\n",
			(int)length, 0);

		expect_last(text, (size_t)size, 2, (uint64_t)size);
		expect_last(text, (size_t)size - 1, 1, 8);
		memset(text + size, 'x', length);
		expect_last(text, (size_t)size + length, 2, (uint64_t)size);
	}
}

/* A host without power leaves such files: they cost neither memory nor a wrong answer. */
static void tail_of_a_gigabyte_of_zeros_is_torn(void **state)
{
	auto_fd fd = make_file("{\"n\":1}\n", 8);
	struct last_line line;

	assert_int_equal(0, ftruncate(fd, (off_t)1 << 30));
	assert_int_equal(1, pwrite(fd, "\n", 1, ((off_t)1 << 30) - 1));
	assert_int_equal(0, last_line_read(fd, &line));
	assert_int_equal(8, line.end);
	last_line_finish(&line);
}

static void what_cannot_be_read_is_said(void **state)
{
	struct last_line line;

	assert_int_equal(-EBADF, last_line_read(-1, &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ends_with_a_newline_is_whole),
		cmocka_unit_test(what_has_no_newline_is_torn),
		cmocka_unit_test(what_is_no_object_is_torn),
		cmocka_unit_test(torn_line_in_the_middle_is_passed_by),
		cmocka_unit_test(lines_may_have_any_length),
		cmocka_unit_test(tail_of_a_gigabyte_of_zeros_is_torn),
		cmocka_unit_test(what_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
