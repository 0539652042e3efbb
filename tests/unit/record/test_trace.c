/* A trace has every line once, whole, numbered without gaps, or says how many it lost and why. */
#include "unit/record/folder.h"

#include <errno.h>
#include <signal.h>

#include "base/clock.h"
#include "base/json.h"
#include "record/trace.h"

static struct trace *trace_open(const struct folder *folder, uint64_t limit_bytes)
{
	struct trace *trace = NULL;

	assert_int_equal(0, trace_create(folder->fd, 12, 2, limit_bytes, &trace, NULL));
	return trace;
}

static void write_type(struct trace *trace, enum trace_type type, int count)
{
	struct trace_line line = { .type = type };

	while (count--)
		trace_write(trace, &line, NULL);
}

/* The numbers of the lines from `from` on, one by one. Returns how many there are. */
static size_t expect_sequence(const json_t *lines, json_int_t from)
{
	const json_t *line;
	size_t index;

	json_array_foreach (lines, index, line)
		assert_int_equal(from + (json_int_t)index, folder_number(line, "seq"));
	return json_array_size(lines);
}

static void line_says_where_it_belongs(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT);
	auto_json data = json_pack("{s:i}", "pid", 7);
	auto_json actor = json_pack("{s:s}", "comm", "sh");
	struct trace_line line = { TRACE_PROCESS_EXIT, 5000, true, 3, 1, actor, data };
	auto_json lines = NULL;
	const json_t *first;
	char boot_id[37];

	assert_int_equal(0, trace_write(trace, &line, NULL));
	trace_destroy(trace);
	lines = folder_read_lines(*state, "trace.ndjson");
	first = json_array_get(lines, 0);
	assert_int_equal(12, json_object_size(first));
	assert_int_equal(1, folder_number(first, "v"));
	assert_int_equal(1, folder_number(first, "seq"));
	assert_int_equal(5000, folder_number(first, "mono_ns"));
	assert_int_equal(12, folder_number(first, "job"));
	assert_int_equal(2, folder_number(first, "attempt"));
	assert_int_equal(3, folder_number(first, "assessment"));
	assert_int_equal(1, folder_number(first, "try"));
	assert_string_equal("process.exit", folder_text(first, "type"));
	assert_string_equal(clock_boot_id(boot_id), folder_text(first, "boot_id"));
	assert_true(json_equal(actor, json_object_get(first, "actor")));
	assert_true(json_equal(data, json_object_get(first, "data")));
}

static void what_does_not_apply_is_absent(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT);
	auto_json lines = NULL;
	const json_t *first;

	write_type(trace, TRACE_JOB_BEGIN, 1);
	trace_destroy(trace);
	lines = folder_read_lines(*state, "trace.ndjson");
	first = json_array_get(lines, 0);
	assert_null(json_object_get(first, "assessment"));
	assert_null(json_object_get(first, "try"));
	assert_null(json_object_get(first, "actor"));
	assert_int_equal(0, json_object_size(json_object_get(first, "data")));
	assert_true(json_is_object(json_object_get(first, "data")));
}

/* An hour away from the writing; ahead, since the machine may have been up for less. */
static void time_is_that_of_the_event(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT);
	uint64_t away_ns = 3600 * NS_PER_SEC, now_ns = clock_monotonic_ns();
	struct trace_line line = { .type = TRACE_PROCESS_FORK, .mono_ns = now_ns + away_ns };
	char before[CLOCK_TEXT_SIZE], after[CLOCK_TEXT_SIZE];
	auto_json event = NULL;

	clock_format(clock_wall_ns() + away_ns - NS_PER_SEC, before, sizeof(before));
	assert_int_equal(0, trace_write(trace, &line, &event));
	clock_format(clock_wall_ns() + away_ns + NS_PER_SEC, after, sizeof(after));
	trace_destroy(trace);
	assert_true(strcmp(before, folder_text(event, "time")) < 0);
	assert_true(strcmp(after, folder_text(event, "time")) > 0);
	assert_int_equal(strlen(before), strlen(folder_text(event, "time")));
}

static void subscriber_gets_the_line_as_written(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT);
	auto_json data = json_pack("{s:s, s:f}", "argv", "a \"quoted\"\n\xc3\xa4", "ms", 0.1);
	struct trace_line line = { .type = TRACE_ASSESSMENT_END, .data = data };
	auto_json event = NULL;
	auto_json lines = NULL;

	assert_int_equal(0, trace_write(trace, &line, &event));
	trace_destroy(trace);
	lines = folder_read_lines(*state, "trace.ndjson");
	assert_true(json_equal(event, json_array_get(lines, 0)));
	assert_true(json_equal(data, json_object_get(event, "data")));
}

static void flush_hands_everything_over(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT);
	auto_json lines = NULL;

	write_type(trace, TRACE_PROCESS_FORK, 3);
	assert_int_equal(0, trace_flush(trace, NULL));
	lines = folder_read_lines(*state, "trace.ndjson");
	assert_int_equal(3, expect_sequence(lines, 1));
	assert_int_equal(4, trace_sequence(trace));
	trace_destroy(trace);
}

static void many_lines_keep_their_numbers(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT);
	auto_json lines = NULL;

	write_type(trace, TRACE_PROCESS_FORK, 5000);
	trace_destroy(trace);
	lines = folder_read_lines(*state, "trace.ndjson");
	assert_int_equal(5000, expect_sequence(lines, 1));
}

static void line_larger_than_the_buffer_stays_whole(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT);
	size_t size = (size_t)1 << 20;
	auto_free char *text = calloc(1, size + 1);
	auto_json data = NULL;
	auto_json lines = NULL;
	struct trace_line line = { .type = TRACE_JOB_END };

	memset(text, '"', size);
	data = json_pack("{s:s}", "text", text);
	line.data = data;
	write_type(trace, TRACE_JOB_BEGIN, 1);
	assert_int_equal(0, trace_write(trace, &line, NULL));
	write_type(trace, TRACE_JOB_PENDING, 1);
	trace_destroy(trace);
	lines = folder_read_lines(*state, "trace.ndjson");
	assert_int_equal(3, expect_sequence(lines, 1));
	assert_true(json_equal(data, json_object_get(json_array_get(lines, 1), "data")));
}

static void limit_cuts_processes_but_never_the_lifecycle(void **state)
{
	struct trace *trace = trace_open(*state, 4096);
	auto_json lines = NULL;
	json_t *line, *lost;
	json_int_t processes = 0;
	size_t index;

	write_type(trace, TRACE_JOB_BEGIN, 1);
	write_type(trace, TRACE_PROCESS_FORK, 1000);
	write_type(trace, TRACE_JOB_END, 1);
	assert_true(trace_lost(trace) > 900);
	trace_destroy(trace);

	lines = folder_read_lines(*state, "trace.ndjson");
	expect_sequence(lines, 1);
	json_array_foreach (lines, index, line)
		processes += strcmp("process.fork", folder_text(line, "type")) == 0;
	line = json_array_get(lines, (size_t)processes + 1);
	assert_string_equal("job.end", folder_text(line, "type"));
	line = json_array_get(lines, (size_t)processes + 2);
	assert_string_equal("lost", folder_text(line, "type"));
	lost = json_object_get(line, "data");
	assert_string_equal("limit", folder_text(lost, "reason"));
	assert_true(processes > 10);
	assert_int_equal(1000 - processes, folder_number(lost, "lines"));
}

static void cut_line_has_no_event_and_no_number(void **state)
{
	struct trace *trace = trace_open(*state, 0);
	struct trace_line line = { .type = TRACE_PROCESS_FORK };
	json_t *event = NULL;

	assert_int_equal(-EFBIG, trace_write(trace, &line, &event));
	assert_null(event);
	assert_int_equal(1, trace_sequence(trace));
	trace_destroy(trace);
}

/* The disk fills up, then has space again: whole lines, and the gap is what the last one says. */
static void full_disk_tears_no_line(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT);
	struct error error = { 0 };
	auto_json lines = NULL;
	auto_json event = NULL;
	struct trace_line end = { .type = TRACE_JOB_END };
	const json_t *last, *data;
	json_int_t kept;

	folder_limit_files(1000);
	write_type(trace, TRACE_JOB_BEGIN, 20);
	assert_int_equal(-EFBIG, trace_flush(trace, &error));
	assert_non_null(strstr(error.text, "trace.ndjson"));
	assert_int_equal(0, trace_write(trace, &end, &event));
	assert_int_equal(21, folder_number(event, "seq"));
	assert_int_equal(-EFBIG, trace_flush(trace, &error));
	folder_limit_files(RLIM_INFINITY);
	trace_destroy(trace);

	lines = folder_read_lines(*state, "trace.ndjson");
	kept = (json_int_t)json_array_size(lines) - 1;
	assert_true(kept > 0 && kept < 20);
	last = json_array_get(lines, (size_t)kept);
	data = json_object_get(last, "data");
	assert_int_equal(22, folder_number(last, "seq"));
	assert_string_equal("write", folder_text(data, "reason"));
	assert_int_equal(21 - kept, folder_number(data, "lines"));
}

static void text_that_is_not_utf8_is_counted_as_lost(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT);
	auto_json data = json_pack("{s:o}", "argv", json_string_nocheck("\xff"));
	struct trace_line line = { .type = TRACE_PROCESS_EXEC, .data = data };
	auto_json lines = NULL;

	assert_true(trace_write(trace, &line, NULL) < 0);
	write_type(trace, TRACE_JOB_END, 1);
	trace_destroy(trace);
	lines = folder_read_lines(*state, "trace.ndjson");
	assert_int_equal(2, expect_sequence(lines, 1));
	assert_string_equal("encoding",
		folder_text(json_object_get(json_array_get(lines, 1), "data"), "reason"));
}

static void second_trace_in_one_folder_is_refused(void **state)
{
	struct trace *trace = trace_open(*state, TRACE_LIMIT_DEFAULT), *second = NULL;
	struct folder *folder = *state;
	struct error error = { 0 };

	assert_int_equal(-EEXIST, trace_create(folder->fd, 12, 1, 0, &second, &error));
	assert_null(second);
	trace_destroy(trace);
}

static void every_type_has_a_name_of_its_own(void **state)
{
	for (enum trace_type type = 0; type < TRACE_TYPE_COUNT; type++) {
		for (enum trace_type other = 0; other < type; other++)
			assert_string_not_equal(trace_type_name(other), trace_type_name(type));
	}
}

static void what_is_for_the_trace_alone_is_no_lifecycle(void **state)
{
	assert_true(trace_name_is_lifecycle("assessment.end"));
	assert_false(trace_name_is_lifecycle("process.exit"));
	assert_false(trace_name_is_lifecycle("residue"));
	assert_false(trace_name_is_lifecycle("supervisor.pressure"));
	assert_false(trace_name_is_lifecycle("assessment"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(line_says_where_it_belongs),
		TEST(what_does_not_apply_is_absent),
		TEST(time_is_that_of_the_event),
		TEST(subscriber_gets_the_line_as_written),
		TEST(flush_hands_everything_over),
		TEST(many_lines_keep_their_numbers),
		TEST(line_larger_than_the_buffer_stays_whole),
		TEST(limit_cuts_processes_but_never_the_lifecycle),
		TEST(cut_line_has_no_event_and_no_number),
		TEST(full_disk_tears_no_line),
		TEST(text_that_is_not_utf8_is_counted_as_lost),
		TEST(second_trace_in_one_folder_is_refused),
		cmocka_unit_test(every_type_has_a_name_of_its_own),
		cmocka_unit_test(what_is_for_the_trace_alone_is_no_lifecycle),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
