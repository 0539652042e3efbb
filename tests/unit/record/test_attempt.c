/* Each attempt's files are put away for the next one, whenever the supervisors die between. */
#include "unit/record/folder.h"

#include <errno.h>
#include <stdbool.h>

#include "record/attempt.h"

static void put(const struct folder *folder, const char *name, const char *text)
{
	auto_fd fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	assert_int_equal(0, file_write_all(fd, text, strlen(text)));
}

static void put_away(const struct folder *folder, unsigned attempt)
{
	struct error error = { 0 };

	if (attempt_put_away(folder->fd, attempt, &error) < 0)
		fail_msg("%s", error.text);
}

static void expect(const struct folder *folder, const char *name, const char *text)
{
	auto_free char *found = folder_read(folder, name, NULL);

	assert_string_equal(found, text);
}

static bool is_there(const struct folder *folder, const char *name)
{
	return faccessat(folder->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void what_a_job_has_written_is_moved_and_its_tries_stay(void **state)
{
	const struct folder *folder = *state;

	put(folder, "trace.ndjson", "first\n");
	put(folder, "results.json", "{}\n");
	put(folder, "private", "of the job\n");
	put_away(folder, 1);
	expect(folder, "1/trace.ndjson", "first\n");
	expect(folder, "1/results.json", "{}\n");
	expect(folder, "private", "of the job\n");
	assert_false(is_there(folder, "trace.ndjson"));
	assert_false(is_there(folder, "results.json"));
}

static void nothing_written_makes_no_folder(void **state)
{
	const struct folder *folder = *state;

	put_away(folder, 1);
	assert_false(is_there(folder, "1"));
}

static void move_that_was_cut_short_goes_on(void **state)
{
	const struct folder *folder = *state;

	put(folder, "trace.ndjson", "first\n");
	put_away(folder, 1);
	put(folder, "results.json", "{}\n");
	put_away(folder, 1);
	expect(folder, "1/trace.ndjson", "first\n");
	expect(folder, "1/results.json", "{}\n");
}

/* Its supervisor had made them empty, and died before the attempt began. */
static void files_of_an_attempt_that_never_began_overwrite_nothing(void **state)
{
	const struct folder *folder = *state;

	put(folder, "trace.ndjson", "first\n");
	put_away(folder, 1);
	put(folder, "trace.ndjson", "");
	put_away(folder, 1);
	expect(folder, "1/trace.ndjson", "first\n");
	assert_false(is_there(folder, "trace.ndjson"));
}

static void folder_that_is_none_is_named(void **state)
{
	const struct folder *folder = *state;
	struct error error = { 0 };

	put(folder, "trace.ndjson", "first\n");
	put(folder, "1", "");
	assert_int_equal(attempt_put_away(folder->fd, 1, &error), -ENOTDIR);
	assert_non_null(strstr(error.text, "attempt 1"));
	expect(folder, "trace.ndjson", "first\n");
}

/* What was opened is told by what lies in it. */
static void expect_opened(
	const struct folder *folder, unsigned attempt, unsigned last, const char *text)
{
	auto_fd fd = attempt_open(folder->fd, attempt, last, NULL);
	char found[20];

	assert_true(fd >= 0);
	assert_true(file_read_text_at(fd, "mark", found, sizeof(found)) > 0);
	assert_string_equal(text, found);
}

static void files_of_an_attempt_are_where_it_left_them(void **state)
{
	const struct folder *folder = *state;

	put(folder, "mark", "the job's");
	put(folder, "results.json", "{}\n");
	expect_opened(folder, 1, 1, "the job's");
	assert_int_equal(0, mkdirat(folder->fd, "1", 0750));
	put(folder, "1/mark", "the first one's");
	expect_opened(folder, 1, 1, "the job's");
}

static void files_that_were_put_away_are_found(void **state)
{
	const struct folder *folder = *state;

	put(folder, "results.json", "{}\n");
	put_away(folder, 1);
	put(folder, "1/mark", "the first one's");
	expect_opened(folder, 1, 1, "the first one's");
}

/* Though nothing of it has come to the disk, not even its folder. */
static void earlier_attempt_never_gets_the_files_of_the_last(void **state)
{
	const struct folder *folder = *state;

	auto_fd made = -1;

	put(folder, "results.json", "of the second one\n");
	made = attempt_open(folder->fd, 1, 2, NULL);
	assert_true(made >= 0);
	put(folder, "1/mark", "the first one's");
	expect_opened(folder, 1, 2, "the first one's");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_job_has_written_is_moved_and_its_tries_stay),
		TEST(nothing_written_makes_no_folder),
		TEST(move_that_was_cut_short_goes_on),
		TEST(files_of_an_attempt_that_never_began_overwrite_nothing),
		TEST(folder_that_is_none_is_named),
		TEST(files_of_an_attempt_are_where_it_left_them),
		TEST(files_that_were_put_away_are_found),
		TEST(earlier_attempt_never_gets_the_files_of_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
