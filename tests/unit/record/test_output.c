/* An output keeps its head and its tail, takes little space while it grows, and says what it cut.
 */
#include "unit/record/folder.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>

#include "record/output.h"
#include "support/require.h"
#include "unit/record/pattern.h"

#define KIB 1024u
#define MIB (1024u * KIB)

/* The space that a trimmed file may hold beyond its bounds: a step, and the edges of two blocks. */
#define SLACK_BYTES (256 * KIB + 128 * KIB)

static struct output *output_open(const struct folder *folder, uint64_t head, uint64_t tail)
{
	struct output_bounds bounds = { .head_bytes = head, .tail_bytes = tail };
	struct output *output = NULL;

	assert_int_equal(0, output_create(folder->fd, "stdout", &bounds, &output, NULL));
	return output;
}

static void put(const struct output *output, const char *text)
{
	assert_int_equal(0, file_write_all(output_descriptor(output), text, strlen(text)));
}

static uint64_t held_bytes(const struct output *output)
{
	struct stat status;

	assert_int_equal(0, fstat(output_descriptor(output), &status));
	return (uint64_t)status.st_blocks * 512;
}

static void trim(struct output *output)
{
	int code = output_trim(output);

	if (code == -EOPNOTSUPP)
		skip_case("this file system has no holes");
	assert_int_equal(0, code);
}

static void expect_text(const struct folder *folder, const char *expected)
{
	auto_free char *text = folder_read(folder, "stdout", NULL);

	assert_string_equal(expected, text);
}

static void expect_no_file(const struct folder *folder, const char *name)
{
	assert_int_equal(-1, faccessat(folder->fd, name, F_OK, AT_SYMLINK_NOFOLLOW));
}

static void small_output_stays_as_it_is(void **state)
{
	struct output *output = output_open(*state, 8, 8);
	struct output_summary summary;

	put(output, "0123456789abcdef");
	assert_int_equal(0, output_trim(output));
	assert_int_equal(0, output_finish(output, &summary, NULL));
	assert_int_equal(16, summary.written_bytes);
	assert_int_equal(16, summary.kept_bytes);
	assert_false(summary.truncated);
	output_destroy(output);
	expect_text(*state, "0123456789abcdef");
}

static void one_byte_too_many_is_cut_and_said(void **state)
{
	struct output *output = output_open(*state, 8, 8);
	struct output_summary summary;

	put(output, "0123456\n!abcdefg\n");
	assert_int_equal(0, output_finish(output, &summary, NULL));
	assert_int_equal(17, summary.written_bytes);
	assert_int_equal(16, summary.kept_bytes);
	assert_true(summary.truncated);
	output_destroy(output);
	expect_text(*state, "0123456\n[axe: 1 bytes cut]\nabcdefg\n");
	expect_no_file(*state, ".stdout.new");
}

static void marker_has_a_line_of_its_own(void **state)
{
	struct output *output = output_open(*state, 4, 4);
	struct output_summary summary;

	put(output, "0123456789");
	assert_int_equal(0, output_finish(output, &summary, NULL));
	output_destroy(output);
	expect_text(*state, "0123\n[axe: 2 bytes cut]\n6789");
}

static void output_without_bounds_to_keep_is_only_counted(void **state)
{
	struct output *output = output_open(*state, 0, 0);
	struct output_summary summary;

	put(output, "0123456789");
	assert_int_equal(0, output_finish(output, &summary, NULL));
	assert_int_equal(0, summary.kept_bytes);
	output_destroy(output);
	expect_text(*state, "[axe: 10 bytes cut]\n");
}

static void empty_output_is_complete(void **state)
{
	struct output *output = output_open(*state, 4, 4);
	struct output_summary summary;

	assert_int_equal(0, output_trim(output));
	assert_int_equal(0, output_finish(output, &summary, NULL));
	assert_int_equal(0, summary.written_bytes);
	assert_false(summary.truncated);
	output_destroy(output);
}

static void all_holders_add_at_the_end(void **state)
{
	struct output *output = output_open(*state, MIB, MIB);

	put(output, "one\n");
	assert_int_equal(0, lseek(output_descriptor(output), 0, SEEK_SET));
	put(output, "two\n");
	output_destroy(output);
	expect_text(*state, "one\ntwo\n");
}

static void large_output_takes_little_space_while_it_grows(void **state)
{
	struct output *output = output_open(*state, MIB, MIB);
	struct output_summary summary;
	auto_free char *text = NULL;
	const char marker[] = "[axe: 65011712 bytes cut]\n";
	size_t size;

	for (uint64_t at = 0; at < 64 * MIB; at += MIB) {
		pattern_put(output_descriptor(output), at, MIB);
		trim(output);
		assert_true(held_bytes(output) <= 2 * MIB + SLACK_BYTES);
	}
	assert_int_equal(0, output_finish(output, &summary, NULL));
	output_destroy(output);
	assert_int_equal(64 * MIB, summary.written_bytes);
	assert_int_equal(2 * MIB, summary.kept_bytes);

	text = folder_read(*state, "stdout", &size);
	assert_int_equal(2 * MIB + strlen(marker), size);
	pattern_expect(text, 0, MIB);
	assert_memory_equal(marker, text + MIB, strlen(marker));
	pattern_expect(text + MIB + strlen(marker), 63 * MIB, MIB);
}

/* As `echo > /dev/stdout` does, without append mode. */
static void truncate_and_put(const struct folder *folder, const char *text)
{
	auto_fd fd = openat(folder->fd, "stdout", O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(0, file_write_all(fd, text, strlen(text)));
}

static void program_that_empties_its_output_begins_anew(void **state)
{
	struct output *output = output_open(*state, 64 * KIB, 64 * KIB);
	struct output_summary summary;

	pattern_put(output_descriptor(output), 0, 8 * MIB);
	trim(output);
	truncate_and_put(*state, "anew\n");
	trim(output);
	put(output, "and on\n");
	assert_int_equal(0, output_finish(output, &summary, NULL));
	output_destroy(output);
	assert_int_equal(12, summary.written_bytes);
	assert_false(summary.truncated);
	expect_text(*state, "anew\nand on\n");
}

static void program_that_grows_again_unseen_keeps_its_new_tail(void **state)
{
	struct output *output = output_open(*state, 64 * KIB, 64 * KIB);
	struct output_summary summary;
	auto_free char *text = NULL;
	size_t size;

	pattern_put(output_descriptor(output), 0, 8 * MIB);
	trim(output);
	truncate_and_put(*state, "");
	pattern_put(output_descriptor(output), 0, 9 * MIB);
	trim(output);
	assert_true(held_bytes(output) <= 128 * KIB + SLACK_BYTES);
	assert_int_equal(0, output_finish(output, &summary, NULL));
	output_destroy(output);
	assert_int_equal(9 * MIB, summary.written_bytes);
	assert_int_equal(128 * KIB, summary.kept_bytes);
	text = folder_read(*state, "stdout", &size);
	pattern_expect(text, 0, 64 * KIB);
	pattern_expect(text + size - 64 * KIB, 9 * MIB - 64 * KIB, 64 * KIB);
}

/* The file now ends inside what was given back: those zeros are no output. */
static void program_that_cuts_into_the_hole_shows_no_zeros(void **state)
{
	struct output *output = output_open(*state, 64 * KIB, 64 * KIB);
	struct output_summary summary;
	auto_free char *text = NULL;
	size_t size;

	pattern_put(output_descriptor(output), 0, 8 * MIB);
	trim(output);
	assert_int_equal(0, ftruncate(output_descriptor(output), 100 * KIB));
	put(output, "last words\n");
	assert_int_equal(0, output_finish(output, &summary, NULL));
	output_destroy(output);
	assert_int_equal(100 * KIB + 11, summary.written_bytes);
	assert_true(summary.truncated);
	text = folder_read(*state, "stdout", &size);
	pattern_expect(text, 0, 64 * KIB);
	assert_string_equal("last words\n", text + size - 11);
	assert_true(size < 70 * KIB);
}

static void full_disk_leaves_the_sparse_file(void **state)
{
	struct output *output = output_open(*state, MIB, MIB);
	struct output_summary summary = { 0 };
	struct error error = { 0 };
	struct stat status;
	struct folder *folder = *state;

	pattern_put(output_descriptor(output), 0, 8 * MIB);
	trim(output);
	folder_limit_files(MIB / 2);
	assert_int_equal(-EFBIG, output_finish(output, &summary, &error));
	folder_limit_files(RLIM_INFINITY);
	output_destroy(output);
	assert_non_null(strstr(error.text, "stdout"));
	assert_int_equal(8 * MIB, summary.written_bytes);
	assert_int_equal(2 * MIB, summary.kept_bytes);
	assert_true(summary.truncated);
	assert_int_equal(0, fstatat(folder->fd, "stdout", &status, 0));
	assert_int_equal(8 * MIB, status.st_size);
	expect_no_file(*state, ".stdout.new");
}

static void file_that_is_there_is_refused(void **state)
{
	const struct output_bounds bounds = OUTPUT_BOUNDS_DEFAULT;
	struct folder *folder = *state;
	struct output *output = NULL;
	struct error error = { 0 };

	assert_int_equal(0, symlinkat("elsewhere", folder->fd, "stdout"));
	assert_true(output_create(folder->fd, "stdout", &bounds, &output, &error) < 0);
	assert_null(output);
	assert_non_null(strstr(error.text, "stdout"));
	expect_no_file(*state, "elsewhere");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(small_output_stays_as_it_is),
		TEST(one_byte_too_many_is_cut_and_said),
		TEST(marker_has_a_line_of_its_own),
		TEST(output_without_bounds_to_keep_is_only_counted),
		TEST(empty_output_is_complete),
		TEST(all_holders_add_at_the_end),
		TEST(large_output_takes_little_space_while_it_grows),
		TEST(program_that_empties_its_output_begins_anew),
		TEST(program_that_grows_again_unseen_keeps_its_new_tail),
		TEST(program_that_cuts_into_the_hole_shows_no_zeros),
		TEST(full_disk_leaves_the_sparse_file),
		TEST(file_that_is_there_is_refused),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
