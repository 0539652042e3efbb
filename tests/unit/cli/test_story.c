/* Every line of a trace is told, in words where there are words, and safely. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/story.h"
#include "record/trace.h"

static char *told;

static void tell(struct story *story, struct terminal *terminal, const char *text)
{
	auto_json line = json_loads(text, 0, NULL);
	size_t size;

	assert_non_null(line);
	free(told);
	terminal->stream = open_memstream(&told, &size);
	story_tell(story, line);
	fclose(terminal->stream);
}

struct told_row {
	const char *line, *words;
};

static void assert_told(const struct told_row *rows, size_t count)
{
	struct terminal terminal = { .stream = NULL };
	struct story story = { .terminal = &terminal };

	for (size_t row = 0; row < count; row++) {
		tell(&story, &terminal, rows[row].line);
		if (!strstr(told, rows[row].words))
			fail_msg("no `%s` in `%s`", rows[row].words, told);
		assert_int_equal('\n', told[strlen(told) - 1]);
	}
}

static void each_kind_has_its_words(void **state)
{
	static const struct told_row rows[] = {
		{ "{\"type\":\"job.begin\",\"data\":{\"name\":\"n\",\"assessments\":3}}",
			"job `n` begins: 3 assessments" },
		{ "{\"type\":\"job.pending\",\"data\":{\"name\":\"n\",\"held\":true}}",
			"job `n` is in the queue, held" },
		{ "{\"type\":\"job.terminate\",\"data\":{\"reason\":\"job_canceled\",\"message\":"
		  "\"w\\u001b\"}}",
			"job is canceled: w\\x1b" },
		{ "{\"type\":\"job.terminate\",\"data\":{}}", "job is terminated" },
		{ "{\"type\":\"job.terminate\",\"actor\":{\"uid\":7,\"pid\":9},\"data\":{}}",
			"job is terminated, asked by uid 7 [9]" },
		{ "{\"type\":\"job.cancel\",\"actor\":{\"uid\":7,\"pid\":9},\"data\":{}}",
			"job is asked to stop, asked by uid 7 [9]" },
		{ "{\"type\":\"assessment.begin\",\"data\":{\"name\":\"a\",\"argv\":[\"ls\",\"b "
		  "c\"]}}",
			"a begins: `ls 'b c'`" },
		{ "{\"type\":\"process.fork\",\"data\":{\"pid\":5,\"comm\":\"sh\","
		  "\"parent\":{\"pid\":4}}}",
			"sh[5] is born of [4]" },
		{ "{\"type\":\"process.exec\",\"data\":{\"pid\":5,\"comm\":\"ls\",\"argv\":[\"ls\"]"
		  "}}",
			"ls[5] runs `ls`" },
		{ "{\"type\":\"process.exit\",\"data\":{\"pid\":5,\"comm\":\"ls\","
		  "\"exit\":{\"status\":3},\"lived_ms\":2}}",
			"ls[5] exits with 3 after 2 ms" },
		{ "{\"type\":\"process.exit\",\"data\":{\"pid\":5,\"comm\":\"ls\",\"lived_ms\":2,"
		  "\"exit\":{\"signal\":9},\"killer\":{\"origin\":\"process\",\"comm\":\"sh\","
		  "\"pid\":4}}}",
			"ls[5] dies of SIGKILL from sh[4] after 2 ms" },
		{ "{\"type\":\"process.signal\",\"data\":{\"pid\":5,\"signal\":15},"
		  "\"actor\":{\"origin\":\"kernel\"}}",
			"[5] gets SIGTERM from kernel" },
		{ "{\"type\":\"assessment.end\",\"data\":{\"name\":\"a\",\"verdict\":\"failed\","
		  "\"duration_ms\":4,\"exit\":{\"status\":1}}}",
			"a ends: failed after 4 ms (exit status 1)" },
		{ "{\"type\":\"job.end\",\"data\":{\"outcome\":\"failed\",\"duration_ms\":9}}",
			"job ends: failed after 9 ms" },
		{ "{\"type\":\"trace.torn\",\"data\":{\"offset\":9,\"bytes\":34}}",
			"34 bytes of a torn line are cut" },
		{ "{\"type\":\"something.new\",\"data\":{\"a\":\"\\u001b\"}}",
			"something.new {\"a\":\"\\u001B\"}" },
	};

	assert_told(rows, sizeof(rows) / sizeof(*rows));
}

static void rarer_kinds_have_words_that_count(void **state)
{
	static const struct told_row rows[] = {
		{ "{\"type\":\"job.begin\",\"data\":{\"name\":\"n\",\"assessments\":1}}",
			"begins: 1 assessment\n" },
		{ "{\"type\":\"assessment.kill\",\"data\":{\"killed\":1,\"phases\":"
		  "{\"total_ms\":2}}}",
			"killed 1 process in 2 ms" },
		{ "{\"type\":\"assessment.leak\",\"data\":{\"count\":2}}",
			"2 processes are left over" },
		{ "{\"type\":\"assessment.cancel\",\"data\":{\"state\":\"requested\","
		  "\"signal\":2,\"processes\":1}}",
			"is asked to stop: SIGINT to 1 process\n" },
		{ "{\"type\":\"assessment.cancel\",\"data\":{\"state\":\"ignored\"}}",
			"the request to stop is ignored" },
		{ "{\"type\":\"assessment.progress\",\"data\":{\"type\":\"percent\","
		  "\"value\":40,\"message\":\"half\\u001b\"}}",
			"says percent 40: half\\x1b" },
		{ "{\"type\":\"assessment.survivor\",\"data\":{\"survivors\":[{\"pid\":5,"
		  "\"comm\":\"dd\",\"reason\":\"waits\"},{\"pid\":6}]}}",
			"not killed: dd[5] (waits), -[6] (-)" },
		{ "{\"type\":\"assessment.try\",\"data\":{\"name\":\"a\",\"try\":1,"
		  "\"verdict\":\"failed\"}}",
			"a is tried again; try 1 was failed" },
		{ "{\"type\":\"residue\",\"data\":{\"text\":\"/tmp/m: mounted\"}}",
			"left: /tmp/m: mounted" },
		{ "{\"type\":\"lost\",\"data\":{\"lines\":12,\"reason\":\"limit\"}}",
			"12 lines of the trace left out" },
	};

	assert_told(rows, sizeof(rows) / sizeof(*rows));
}

static void no_kind_of_the_closed_list_is_shown_as_it_is(void **state)
{
#define NAME_(constant, name, lifecycle) name,
	static const char *const names[] = { TRACE_TYPES(NAME_) };
#undef NAME_
	struct terminal terminal = { .stream = NULL };
	struct story story = { .terminal = &terminal };

	for (size_t at = 0; at < sizeof(names) / sizeof(*names); at++) {
		char line[100];

		snprintf(line, sizeof(line), "{\"type\":\"%s\",\"data\":{}}", names[at]);
		tell(&story, &terminal, line);
		if (strstr(told, names[at]))
			fail_msg("%s has no words: %s", names[at], told);
	}
}

static void times_count_from_the_first_line(void **state)
{
	struct terminal terminal = { .stream = NULL };
	struct story story = { .terminal = &terminal };

	tell(&story, &terminal, "{\"type\":\"job.begin\",\"mono_ns\":5000000,\"data\":{}}");
	assert_non_null(strstr(told, "+0.000 ms"));
	tell(&story, &terminal,
		"{\"type\":\"job.end\",\"mono_ns\":7500000,\"assessment\":3,\"data\":{}}");
	assert_non_null(strstr(told, "+2.500 ms    3  "));
}

static void names_cannot_steer_the_terminal(void **state)
{
	struct terminal terminal = { .stream = NULL };
	struct story story = { .terminal = &terminal };

	tell(&story, &terminal,
		"{\"type\":\"process.exec\",\"data\":{\"pid\":1,\"comm\":\"\\u001b[2J\","
		"\"argv\":[\"\\n\\u0007\"]}}");
	assert_null(strpbrk(told, "\033\007"));
	assert_ptr_equal(told + strlen(told) - 1, strchr(told, '\n'));
}

static void what_is_no_line_of_a_trace_is_left_out(void **state)
{
	struct terminal terminal = { .stream = NULL };
	struct story story = { .terminal = &terminal };

	tell(&story, &terminal, "{\"data\":{}}");
	assert_string_equal("", told);
	tell(&story, &terminal, "{\"type\":\"process.exit\"}");
	assert_true(strlen(told) > 0);
	free(told);
	told = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_words),
		cmocka_unit_test(rarer_kinds_have_words_that_count),
		cmocka_unit_test(no_kind_of_the_closed_list_is_shown_as_it_is),
		cmocka_unit_test(times_count_from_the_first_line),
		cmocka_unit_test(names_cannot_steer_the_terminal),
		cmocka_unit_test(what_is_no_line_of_a_trace_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
