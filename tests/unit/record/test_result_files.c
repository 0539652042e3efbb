/* The whole files of a job come from one result after the other, and do not keep them. */
#include "unit/record/folder.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "record/result_files.h"
#include "unit/record/sample.h"

#define MANY       2000
#define TEXT_BYTES 700 /* of one result in results.json, and some in the others */

static struct result_files *create(const json_t *summary)
{
	struct result_files *files = NULL;

	assert_int_equal(0, result_files_create(summary, &files, NULL));
	return files;
}

static void each_has_all_of_them(void **state)
{
	auto_json summary = sample_job(json_array());
	auto_json result = sample_result(0, "one", "failed", NULL);
	struct result_files *files = create(summary);

	result_files_add(files, result);
	assert_int_equal(0, result_files_write(files, ((struct folder *)*state)->fd, NULL,
				    replacement_put, NULL));
	for (size_t at = 0; at < 3; at++) {
		auto_free char *text = folder_read(*state, result_files_name(at), NULL);

		assert_non_null(strstr(text, "one"));
	}
	assert_null(result_files_name(3));
}

/* A sanitizer has an allocator of its own. */
__attribute__((weak)) extern size_t __sanitizer_get_current_allocated_bytes(void);

static size_t in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	if (__sanitizer_get_current_allocated_bytes)
		return __sanitizer_get_current_allocated_bytes();
	return info.uordblks + info.hblkhd;
}

static void only_their_text_is_kept(void **state)
{
	auto_json summary = sample_job(json_array());
	struct result_files *files = create(summary);
	size_t before = in_use();

	for (int number = 0; number < MANY; number++) {
		auto_json result = sample_result(number, "t", "passed", NULL);

		result_files_add(files, result);
	}
	/* What grows may have twice the room that it needs. */
	assert_in_range(in_use() - before, 1, 2 * MANY * TEXT_BYTES);
	result_files_destroy(files);
	assert_in_range(in_use(), 0, before);
}

static int refuse(int directory, const struct replacement *files, size_t count, struct error *error)
{
	return fail_plain(error, ENOSPC, "write %zu files", count);
}

static void what_the_writer_refuses_is_told(void **state)
{
	auto_json summary = sample_job(json_array());
	struct error error = { 0 };

	assert_int_equal(-ENOSPC, result_files_write(create(summary), -1, NULL, refuse, &error));
	assert_non_null(strstr(error.text, "write 3 files"));
	assert_int_equal(
		-ENOSPC, result_files_write(create(summary), -1, (char[]){ "{}" }, refuse, &error));
	assert_non_null(strstr(error.text, "write 4 files"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_has_all_of_them, folder_setup, folder_teardown),
		cmocka_unit_test(only_their_text_is_kept),
		cmocka_unit_test(what_the_writer_refuses_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
