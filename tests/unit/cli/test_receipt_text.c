/* A kill receipt never shows what is unknown as nothing. */
#include "support/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/receipt_text.h"

static char *print(const char *text, bool durable)
{
	auto_json receipt = json_loads(text, 0, NULL);
	char *written = NULL;
	size_t size;
	struct terminal terminal = { .stream = open_memstream(&written, &size) };

	assert_non_null(receipt);
	receipt_print(receipt, durable, &terminal);
	fclose(terminal.stream);
	return written;
}

static void clean_kill_shows_its_numbers(void **state)
{
	char *text = print("{\"seen\":3,\"killed\":3,\"exits_observed\":4,\"unseen\":0,"
			   "\"survivors\":[],\"passes\":1,\"froze\":true,"
			   "\"phases\":{\"freeze_ms\":0.25,\"picture_ms\":null,\"kill_ms\":1,"
			   "\"total_ms\":2},\"picture\":[{\"pid\":9,\"argv\":[\"a\",\"b c\"]}]}",
		true);

	assert_non_null(strstr(text, "processes seen     3\n"));
	assert_non_null(strstr(text, "pid 9        a 'b c'\n"));
	assert_non_null(strstr(text, "exits observed     4\n"));
	assert_non_null(strstr(text, "survivors          none\n"));
	assert_non_null(strstr(text, "freeze 250 us, picture unknown, kill 1 ms, in all 2 ms"));
	assert_null(strstr(text, "freeze in time"));
	assert_null(strstr(text, "disk"));
	assert_null(strstr(text, "without a record"));
	free(text);
}

static void who_was_only_counted_is_told_beside_the_killed(void **state)
{
	char *text = print("{\"killed\":8,\"exits_observed\":8,\"unrecorded\":193}", true);

	assert_non_null(strstr(text, "killed             8\n"));
	assert_non_null(strstr(text, "without a record   193 "));
	free(text);
}

static void what_is_unknown_is_said(void **state)
{
	char *text = print("{}", true);

	assert_non_null(strstr(text, "killed             unknown\n"));
	assert_null(strstr(text, " 0\n"));
	free(text);
}

static void survivors_and_doubts_are_told(void **state)
{
	char *text =
		print("{\"survivors\":[{\"pid\":7,\"comm\":\"d\\n\",\"reason\":\"waits in fuse\","
		      "\"remedy\":[\"kill\",\"-KILL\",\"8\"]},"
		      "{\"pid\":9,\"comm\":\"e\",\"reason\":\"waits\",\"remedy\":null}],"
		      "\"froze\":false}",
			false);

	assert_non_null(strstr(text, "survivors          2\n"));
	assert_non_null(strstr(text, "pid 7        d\\x0a: waits in fuse\n"
				     "      freed by: kill -KILL 8\n"
				     "    pid 9        e: waits\n"));
	assert_null(strstr(strstr(text, "pid 9"), "freed by"));
	assert_non_null(strstr(text, "did not freeze"));
	assert_non_null(strstr(text, "disk did not answer"));
	free(text);
}

static void what_nobody_is_named_for_is_counted_and_not_warned_of(void **state)
{
	char *text =
		print("{\"warnings\":["
		      "{\"kind\":\"socket\",\"key\":\"s\",\"certainty\":\"unattributed\","
		      "\"text\":\"somebody's\"},"
		      "{\"kind\":\"shm\",\"key\":\"2\",\"certainty\":\"proved\",\"text\":\"ours\"},"
		      "{\"kind\":\"incomplete\",\"certainty\":\"unattributed\","
		      "\"text\":\"no look\"}]}",
			true);

	assert_non_null(strstr(text, "warnings           2\n"));
	assert_non_null(strstr(text, "shm: ours\n"));
	assert_non_null(strstr(text, "incomplete: no look\n"));
	assert_null(strstr(text, "somebody's"));
	assert_non_null(strstr(text, "unattributed       1 (`axe repair` lists them)\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_kill_shows_its_numbers),
		cmocka_unit_test(who_was_only_counted_is_told_beside_the_killed),
		cmocka_unit_test(what_is_unknown_is_said),
		cmocka_unit_test(survivors_and_doubts_are_told),
		cmocka_unit_test(what_nobody_is_named_for_is_counted_and_not_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
