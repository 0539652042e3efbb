/* Jobs and tasks of a queue as tables: nothing of what others wrote steers a terminal. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cli/queue_story.h"
#include "cli/queue_table.h"
#include "cli/queue_top.h"

#define NOW_S 1767225600 /* 2026-01-01T00:00:00Z */

struct screen {
	struct terminal terminal;
	char *text;
	size_t size;
};

static void screen_open(struct screen *screen, unsigned width)
{
	*screen = (struct screen){ .text = NULL };
	screen->terminal = (struct terminal){
		.stream = open_memstream(&screen->text, &screen->size),
		.interactive = width > 0,
		.width = width,
	};
	assert_non_null(screen->terminal.stream);
}

static const char *screen_close(struct screen *screen)
{
	fclose(screen->terminal.stream);
	return screen->text;
}

static void an_age_is_a_few_letters(void **state)
{
	static const struct {
		const char *time, *age;
	} cases[] = {
		{ "2025-12-31T23:59:55.123456Z", "5s" },
		{ "2025-12-31T23:01:00Z", "59m" },
		{ "2025-12-31T00:00:00Z", "24h" },
		{ "2025-12-01T00:00:00Z", "31d" },
		{ "2026-01-01T00:00:09Z", "0s" },
		{ "yesterday", "-" },
		{ NULL, "-" },
	};
	char age[QUEUE_AGE_SIZE];

	for (size_t at = 0; at < sizeof(cases) / sizeof(*cases); at++)
		assert_string_equal(cases[at].age, queue_age(cases[at].time, NOW_S, age));
}

static void control_characters_are_escaped_wherever_they_stand(void **state)
{
	auto_json jobs = json_pack("[{s:i, s:s, s:s, s:s, s:s}]", "job", 1, "name", "a\x1b[2J",
		"owner_name", "b\x07", "state", "Failed", "message", "c\xe2\x80\xae\r\n");
	struct screen screen;
	const char *text;

	screen_open(&screen, 0);
	queue_table_jobs(jobs, NOW_S, &screen.terminal);
	text = screen_close(&screen);
	assert_null(strpbrk(text, "\x1b\x07\r"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_non_null(strstr(text, "a\\x1b[2J"));
	assert_non_null(strstr(text, "c\\x"));
	free(screen.text);
}

static void a_line_is_as_wide_as_the_terminal_at_most(void **state)
{
	auto_free char *name = malloc(300);
	auto_json jobs = NULL;
	struct screen screen;

	memset(name, 'n', 299);
	name[299] = '\0';
	jobs = json_pack("[{s:i, s:s, s:s, s:s, s:s}]", "job", 123456, "name", name, "owner_name",
		name, "state", "NotSubmitted", "message", name);
	screen_open(&screen, 80);
	queue_table_jobs(jobs, NOW_S, &screen.terminal);
	screen_close(&screen);
	for (char *line = strtok(screen.text, "\n"); line; line = strtok(NULL, "\n"))
		assert_in_range(terminal_columns(line), 1, 80);
	free(screen.text);
}

static void held_is_said_of_those_that_wait(void **state)
{
	auto_json jobs = json_pack("[{s:i, s:s, s:b, s:{s:i, s:i, s:i}}, {s:i, s:s, s:b}]", "job",
		1, "state", "Queued", "held", 1, "task_states", "Queued", 2, "Finished", 3,
		"Canceled", 1, "job", 2, "state", "Failed", "held", 1);
	struct screen screen;
	const char *text, *second;

	screen_open(&screen, 0);
	queue_table_jobs(jobs, NOW_S, &screen.terminal);
	text = screen_close(&screen);
	second = strstr(text, "Failed");
	assert_non_null(strstr(text, "Queued, held"));
	assert_non_null(strstr(text, "4/6"));
	assert_non_null(second);
	assert_null(strstr(second, "held"));
	free(screen.text);
}

static void a_task_tells_its_result_and_else_its_reason(void **state)
{
	auto_json tasks = json_pack("[{s:i, s:s, s:s, s:i, s:s}, {s:i, s:s, s:s, s:s}]", "index", 0,
		"name", "one", "state", "Failed", "attempt", 2, "verdict", "failed", "index", 1,
		"name", "two", "state", "Canceled", "reason", "job_canceled");
	auto_json results = json_pack(
		"[{s:i, s:s, s:{s:i}, s:{s:i}}, {s:i, s:s, s:{s:i}, s:{s:i}}]", "index", 0,
		"verdict", "failed", "exit", "status", 1, "processes", "seen", 5, "index", 0,
		"verdict", "failed", "exit", "status", 3, "processes", "seen", 7);
	struct screen screen;
	const char *text;

	screen_open(&screen, 0);
	queue_table_tasks(tasks, results, &screen.terminal);
	text = screen_close(&screen);
	assert_non_null(strstr(text, "exit status 3"));
	assert_null(strstr(text, "exit status 1"));
	assert_non_null(strstr(text, "job_canceled"));
	free(screen.text);
}

static void a_story_has_what_the_queue_says_over_what_the_folder_says(void **state)
{
	auto_json folder = json_pack("{s:s, s:s, s:{s:i}, s:[], s:s}", "state", "Failed", "outcome",
		"failed", "counts", "passed", 2, "assessments", "name", "night");
	auto_json answer = json_pack("{s:{s:s, s:n, s:n, s:{s:i}}, s:[{s:i}, {s:i}]}", "job",
		"state", "Queued", "outcome", "message", "counts", "Queued", 1, "attempts",
		"attempt", 1, "attempt", 2);
	auto_json tasks = json_pack("[{s:i}]", "index", 0);
	auto_json story = queue_story(folder, answer, tasks);

	assert_string_equal("Queued", json_string_value(json_object_get(story, "state")));
	assert_string_equal("night", json_string_value(json_object_get(story, "name")));
	assert_int_equal(2, json_integer_value(json_object_get(story, "attempts")));
	assert_int_equal(2, json_array_size(json_object_get(story, "history")));
	assert_int_equal(1, json_array_size(json_object_get(story, "tasks")));
	/* The end of an attempt before is not that of the job, which runs again. */
	assert_null(json_string_value(json_object_get(story, "outcome")));
	assert_int_equal(
		2, json_integer_value(json_object_get(json_object_get(story, "counts"), "passed")));
	assert_int_equal(1, json_integer_value(json_object_get(
				    json_object_get(story, "task_states"), "Queued")));
}

static void a_story_without_a_folder_is_the_queues(void **state)
{
	auto_json answer = json_pack("{s:{s:i, s:s}, s:[], s:[{s:s}]}", "job", "job", 4, "state",
		"Canceled", "attempts", "warnings", "kind", "mount");
	auto_json story = queue_story(NULL, answer, NULL);

	assert_int_equal(4, json_integer_value(json_object_get(story, "job")));
	assert_int_equal(1, json_array_size(json_object_get(story, "warnings")));
	assert_true(json_is_array(json_object_get(story, "assessments")));
	assert_null(json_object_get(story, "tasks"));
}

static void top_tells_what_runs_and_what_is_next(void **state)
{
	auto_json view = json_pack("{s:{s:i}, s:[{s:i, s:s, s:[{s:i, s:s, s:f, s:i}]}], "
				   "s:[{s:i, s:s, s:i}, {s:i, s:s, s:i}]}",
		"counts", "Queued", 2, "running", "job", 1, "name", "busy\x1b", "running", "index",
		3, "name", "cpu", "elapsed_ms", 1500.0, "processes", 17, "waiting", "job", 9,
		"state", "Queued", "rank", 1, "job", 8, "state", "Queued", "rank", 0);
	struct screen screen;
	const char *text, *eighth, *ninth;

	screen_open(&screen, 0);
	queue_top_print(view, NOW_S, &screen.terminal);
	text = screen_close(&screen);
	eighth = strstr(text, "\n  8");
	ninth = strstr(text, "\n  9");
	assert_non_null(strstr(text, "Queued 2"));
	assert_non_null(strstr(text, "3 cpu"));
	assert_null(strchr(text, '\x1b'));
	assert_true(eighth && ninth && eighth < ninth);
	free(screen.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_age_is_a_few_letters),
		cmocka_unit_test(control_characters_are_escaped_wherever_they_stand),
		cmocka_unit_test(a_line_is_as_wide_as_the_terminal_at_most),
		cmocka_unit_test(held_is_said_of_those_that_wait),
		cmocka_unit_test(a_task_tells_its_result_and_else_its_reason),
		cmocka_unit_test(a_story_has_what_the_queue_says_over_what_the_folder_says),
		cmocka_unit_test(a_story_without_a_folder_is_the_queues),
		cmocka_unit_test(top_tells_what_runs_and_what_is_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
