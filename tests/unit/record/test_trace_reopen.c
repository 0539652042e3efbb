/* A trace that a dead supervisor left goes on: what is torn is cut, the cut is said, no number is
 * given twice and none is left out. */
#include "unit/record/folder.h"

#include <errno.h>
#include <signal.h>

#include "base/json.h"
#include "record/trace.h"

#define NAME      "trace.ndjson"
#define JOB       12
#define WHOLE     7 /* lines of the trace that is torn */
#define TORN_FROM 5 /* as many stay whole at every offset that is tried */

static void write_lines(struct trace *trace, int count)
{
	auto_json data = json_pack("{s:s}", "argv", "a \"quoted\"\n\xc3\xa4");
	struct trace_line line = { .type = TRACE_PROCESS_EXEC, .data = data };

	while (count--)
		assert_int_equal(0, trace_write(trace, &line, NULL));
}

static void make_trace(const struct folder *folder, int lines)
{
	struct trace *trace = NULL;

	unlinkat(folder->fd, NAME, 0);
	assert_int_equal(0, trace_create(folder->fd, JOB, 1, TRACE_LIMIT_DEFAULT, &trace, NULL));
	write_lines(trace, lines);
	trace_destroy(trace);
}

static struct trace *reopen(const struct folder *folder, struct trace_cut *cut)
{
	struct trace *trace = NULL;
	struct error error = { 0 };

	if (trace_reopen(folder->fd, JOB, 1, TRACE_LIMIT_DEFAULT, &trace, cut, &error) < 0)
		fail_msg("%s", error.text);
	return trace;
}

static void put(const struct folder *folder, const char *data, size_t size)
{
	auto_fd fd = openat(folder->fd, NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

	assert_int_equal(0, file_write_all(fd, data, size));
}

static void expect_numbers(const json_t *lines)
{
	const json_t *line;
	size_t index;

	json_array_foreach (lines, index, line)
		assert_int_equal(index + 1, folder_number(line, "seq"));
}

static void expect_said(const json_t *line, const struct trace_cut *cut)
{
	const json_t *data = json_object_get(line, "data");

	assert_string_equal("trace.torn", folder_text(line, "type"));
	assert_int_equal(cut->offset, folder_number(data, "offset"));
	assert_int_equal(cut->bytes, folder_number(data, "bytes"));
	assert_int_equal(JOB, folder_number(line, "job"));
}

static uint64_t line_start(const char *text, size_t number)
{
	const char *at = text;

	while (number--)
		at = strchr(at, '\n') + 1;
	return (uint64_t)(at - text);
}

/* Torn at one offset: the lines before it stay as they are, one says what was cut, two follow. */
static void survive_tear(const struct folder *folder, const char *text, size_t size)
{
	const char *newline = size ? memrchr(text, '\n', size) : NULL;
	uint64_t whole = newline ? (uint64_t)(newline - text) + 1 : 0;
	struct trace_cut cut = { 0 };
	struct trace *trace;
	auto_free char *after = NULL;
	auto_json lines = NULL;
	size_t kept;

	put(folder, text, size);
	trace = reopen(folder, &cut);
	write_lines(trace, 2);
	trace_destroy(trace);
	after = folder_read(folder, NAME, NULL);
	lines = folder_read_lines(folder, NAME);
	assert_memory_equal(text, after, whole);
	assert_int_equal(size - whole, cut.bytes);
	assert_int_equal(whole, cut.offset);
	expect_numbers(lines);
	kept = json_array_size(lines) - 2 - (cut.bytes > 0);
	assert_int_equal(whole, line_start(after, kept));
	if (cut.bytes)
		expect_said(json_array_get(lines, kept), &cut);
}

static void every_offset_of_the_last_two_lines_is_mended(void **state)
{
	auto_free char *text = NULL;
	size_t size, cuts = 0;

	make_trace(*state, WHOLE);
	text = folder_read(*state, NAME, &size);
	for (size_t torn = line_start(text, TORN_FROM); torn <= size; torn++, cuts++)
		survive_tear(*state, text, torn);
	assert_true(cuts > 300);
}

static void first_line_may_be_torn_as_well(void **state)
{
	auto_free char *text = NULL;
	size_t size;

	make_trace(*state, 1);
	text = folder_read(*state, NAME, &size);
	for (size_t torn = 0; torn <= size; torn++)
		survive_tear(*state, text, torn);
}

/* Blocks that a host without power never wrote read as zeros. */
static void line_that_is_no_record_is_cut_with_its_newline(void **state)
{
	struct trace_cut cut = { 0 };
	auto_free char *text = NULL, *longer = NULL;
	auto_json lines = NULL;
	size_t size;

	make_trace(*state, 3);
	text = folder_read(*state, NAME, &size);
	longer = calloc(1, size + 5000);
	memcpy(longer, text, size);
	longer[size + 4999] = '\n';
	put(*state, longer, size + 5000);
	trace_destroy(reopen(*state, &cut));
	lines = folder_read_lines(*state, NAME);
	assert_int_equal(4, json_array_size(lines));
	assert_int_equal(5000, cut.bytes);
	expect_numbers(lines);
	expect_said(json_array_get(lines, 3), &cut);
}

static void whole_trace_stays_as_it_is(void **state)
{
	struct trace_cut cut = { 7, 7 };
	auto_free char *before = NULL, *after = NULL;
	struct trace *trace;

	make_trace(*state, 3);
	before = folder_read(*state, NAME, NULL);
	trace = reopen(*state, &cut);
	assert_int_equal(4, trace_sequence(trace));
	trace_destroy(trace);
	after = folder_read(*state, NAME, NULL);
	assert_string_equal(before, after);
	assert_int_equal(0, cut.bytes);
}

static void cut_is_said_once_however_often_it_is_opened(void **state)
{
	struct trace_cut cut = { 0 };
	auto_free char *text = NULL;
	auto_json lines = NULL;
	size_t size;

	make_trace(*state, 3);
	text = folder_read(*state, NAME, &size);
	put(*state, text, size - 10);
	trace_destroy(reopen(*state, &cut));
	assert_true(cut.bytes > 0);
	trace_destroy(reopen(*state, &cut));
	assert_int_equal(0, cut.bytes);
	lines = folder_read_lines(*state, NAME);
	assert_int_equal(3, json_array_size(lines));
}

/* The disk is full: the cut waits for the next opening, and is then said in full. */
static void cut_that_finds_no_space_is_not_forgotten(void **state)
{
	const struct folder *folder = *state;
	struct trace_cut cut = { 0 };
	struct trace *trace = NULL;
	auto_free char *text = NULL, *held = NULL;
	auto_json lines = NULL;
	struct error error = { 0 };
	size_t size;

	make_trace(folder, 3);
	text = folder_read(folder, NAME, &size);
	put(folder, text, line_start(text, 2) + 5);
	folder_limit_files(line_start(text, 2) + 20);
	assert_int_equal(-EFBIG, trace_reopen(folder->fd, JOB, 1, 0, &trace, &cut, &error));
	folder_limit_files(RLIM_INFINITY);
	assert_null(trace);
	assert_non_null(strstr(error.text, NAME));
	held = folder_read(folder, NAME, NULL);
	assert_memory_equal(text, held, line_start(text, 2));

	trace_destroy(reopen(folder, &cut));
	assert_int_equal(line_start(text, 2), cut.offset);
	lines = folder_read_lines(folder, NAME);
	assert_int_equal(3, json_array_size(lines));
	expect_numbers(lines);
	expect_said(json_array_get(lines, 2), &cut);
}

static void what_is_no_trace_is_not_touched(void **state)
{
	static const char foreign[] = "{\"name\":\"results\"}\n{\"na";
	const struct folder *folder = *state;
	struct trace_cut cut = { 0 };
	struct trace *trace = NULL;
	auto_free char *after = NULL;

	put(folder, foreign, strlen(foreign));
	assert_int_equal(-EUCLEAN, trace_reopen(folder->fd, JOB, 1, 0, &trace, &cut, NULL));
	after = folder_read(folder, NAME, NULL);
	assert_string_equal(foreign, after);
	unlinkat(folder->fd, NAME, 0);
	assert_int_equal(-ENOENT, trace_reopen(folder->fd, JOB, 1, 0, &trace, &cut, NULL));
	assert_int_equal(0, symlinkat("/etc/passwd", folder->fd, NAME));
	assert_int_equal(-ELOOP, trace_reopen(folder->fd, JOB, 1, 0, &trace, &cut, NULL));
	assert_null(trace);
}

/* The limit is of the trace, not of one of its lives. */
static void limit_counts_what_is_there(void **state)
{
	const struct folder *folder = *state;
	struct trace_line line = { .type = TRACE_PROCESS_FORK };
	struct trace_cut cut = { 0 };
	struct trace *trace = NULL;

	make_trace(folder, 10);
	assert_int_equal(0, trace_reopen(folder->fd, JOB, 1, 1000, &trace, &cut, NULL));
	assert_int_equal(-EFBIG, trace_write(trace, &line, NULL));
	line.type = TRACE_JOB_END;
	assert_int_equal(0, trace_write(trace, &line, NULL));
	trace_destroy(trace);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_offset_of_the_last_two_lines_is_mended),
		TEST(first_line_may_be_torn_as_well),
		TEST(line_that_is_no_record_is_cut_with_its_newline),
		TEST(whole_trace_stays_as_it_is),
		TEST(cut_is_said_once_however_often_it_is_opened),
		TEST(cut_that_finds_no_space_is_not_forgotten),
		TEST(what_is_no_trace_is_not_touched),
		TEST(limit_counts_what_is_there),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
