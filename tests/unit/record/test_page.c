/* A page keeps all that was written to it, and leaves nothing when it is not wanted. */
#include "record/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "support/unit.h"

static void it_keeps_what_was_written(void **state)
{
	auto_free char *text = NULL;
	struct page page;

	assert_true(page_open(&page));
	for (int number = 0; number < 10000; number++)
		fprintf(page.file, "%05d ", number);
	text = page_take(&page);
	assert_non_null(text);
	assert_int_equal(60000, strlen(text));
	assert_memory_equal("00000 00001 ", text, 12);
	assert_string_equal("09999 ", text + 60000 - 6);
}

static void what_was_not_written_is_an_empty_text(void **state)
{
	auto_free char *text = NULL;
	struct page page;

	assert_true(page_open(&page));
	text = page_take(&page);
	assert_string_equal("", text);
}

/* Told by the sanitizer, if it were not given back. */
static void it_may_be_dropped_at_any_time(void **state)
{
	struct page page = { .file = NULL };

	page_drop(&page);
	assert_true(page_open(&page));
	fputs("x", page.file);
	page_drop(&page);
	page_drop(&page);
	assert_true(page_open(&page));
	free(page_take(&page));
	page_drop(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_keeps_what_was_written),
		cmocka_unit_test(what_was_not_written_is_an_empty_text),
		cmocka_unit_test(it_may_be_dropped_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
