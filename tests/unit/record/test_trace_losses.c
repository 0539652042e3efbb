/* What a trace leaves out is told while it goes on, so that it outlives whoever left it out. */
#include "unit/record/folder.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/json.h"
#include "record/trace.h"

#define JOB 12

static struct trace *trace_open(const struct folder *folder, uint64_t limit_bytes)
{
	struct trace *trace = NULL;

	assert_int_equal(0, trace_create(folder->fd, JOB, 2, limit_bytes, &trace, NULL));
	return trace;
}

static void write_type(struct trace *trace, enum trace_type type, int count)
{
	struct trace_line line = { .type = type };

	while (count--)
		trace_write(trace, &line, NULL);
}

struct losses {
	json_int_t lines, ends, sayings;
};

/* What the file says of what it has not. */
static struct losses losses_in(const struct folder *folder, const char *reason)
{
	auto_json lines = folder_read_lines(folder, "trace.ndjson");
	struct losses losses = { 0 };
	const json_t *line, *data;
	size_t index;

	json_array_foreach (lines, index, line) {
		assert_int_equal(index + 1, folder_number(line, "seq"));
		data = json_object_get(line, "data");
		if (strcmp(folder_text(line, "type"), "lost") != 0 ||
			strcmp(folder_text(data, "reason"), reason) != 0)
			continue;
		losses.lines += folder_number(data, "lines");
		losses.ends += folder_number(data, "ends");
		losses.sayings++;
	}
	return losses;
}

/* Whatever becomes of its writer: it is looked at while that lives. */
static void what_is_left_out_is_told_while_it_goes_on(void **state)
{
	struct trace *trace = trace_open(*state, 0);
	struct losses losses;

	write_type(trace, TRACE_PROCESS_EXIT, 4000);
	write_type(trace, TRACE_PROCESS_FORK, 95);
	assert_int_equal(0, losses_in(*state, "limit").sayings);
	write_type(trace, TRACE_PROCESS_EXIT, 1);
	losses = losses_in(*state, "limit");
	assert_int_equal(4096, losses.lines);
	assert_int_equal(4001, losses.ends);
	write_type(trace, TRACE_PROCESS_EXIT, 10 * 4096 + 7);
	losses = losses_in(*state, "limit");
	assert_int_equal(11 * 4096, losses.lines);
	assert_int_equal(11, losses.sayings);
	trace_destroy(trace);
	assert_int_equal(11 * 4096 + 7, losses_in(*state, "limit").lines);
}

static void settled_trace_accounts_for_every_line(void **state)
{
	struct trace *trace = trace_open(*state, 2000);
	struct losses losses;

	write_type(trace, TRACE_JOB_BEGIN, 1);
	write_type(trace, TRACE_PROCESS_FORK, 100);
	assert_int_equal(0, trace_settle(trace));
	losses = losses_in(*state, "limit");
	assert_true(losses.lines > 80);
	assert_int_equal(trace_lost(trace), losses.lines);
	assert_int_equal(0, losses.ends);
	write_type(trace, TRACE_PROCESS_EXIT, 3);
	/* That is what a reader waits for, and no reason for a line. */
	assert_int_equal(0, trace_flush(trace, NULL));
	assert_int_equal(1, losses_in(*state, "limit").sayings);
	assert_int_equal(0, trace_settle(trace));
	losses = losses_in(*state, "limit");
	assert_int_equal(trace_lost(trace), losses.lines);
	assert_int_equal(3, losses.ends);
	assert_int_equal(2, losses.sayings);
	/* Nothing is said of nothing. */
	assert_int_equal(0, trace_settle(trace));
	trace_destroy(trace);
	assert_int_equal(2, losses_in(*state, "limit").sayings);
}

/* By its lifecycle, and by what it says of what it has not. */
static void trace_grows_beyond_its_limit_as_little_as_is_stated(void **state)
{
	struct trace *trace = trace_open(*state, 10000);
	auto_free char *text = NULL;
	struct losses losses;
	size_t size;

	for (int round = 0; round < 50; round++) {
		write_type(trace, TRACE_PROCESS_EXIT, 5000);
		trace_settle(trace);
	}
	trace_destroy(trace);
	losses = losses_in(*state, "limit");
	assert_in_range(losses.sayings, 50, 50 + 50 * 5000 / 4096);
	text = folder_read(*state, "trace.ndjson", &size);
	assert_true(size <= 10000 + 400 * (size_t)losses.sayings);
}

/* The saying needs space, too: what was said in vain is said with the rest. */
static void what_is_left_out_is_told_once_a_full_disk_has_space_again(void **state)
{
	struct trace *trace = trace_open(*state, 0);
	auto_json lines = NULL;

	write_type(trace, TRACE_JOB_BEGIN, 1);
	write_type(trace, TRACE_PROCESS_EXIT, 5);
	assert_int_equal(0, trace_settle(trace));
	write_type(trace, TRACE_PROCESS_EXIT, 10);
	folder_limit_files(500);
	assert_int_equal(-EFBIG, trace_settle(trace));
	write_type(trace, TRACE_PROCESS_EXIT, 5000);
	folder_limit_files(RLIM_INFINITY);
	trace_destroy(trace);
	lines = folder_read_lines(*state, "trace.ndjson");
	assert_int_equal(4, json_array_size(lines));
	assert_int_equal(
		5010, folder_number(json_object_get(json_array_get(lines, 2), "data"), "ends"));
	/* Its number is the gap. */
	assert_int_equal(4, folder_number(json_array_get(lines, 2), "seq"));
	assert_string_equal(
		"write", folder_text(json_object_get(json_array_get(lines, 3), "data"), "reason"));
	assert_int_equal(
		1, folder_number(json_object_get(json_array_get(lines, 3), "data"), "lines"));
}

/* One writer, who settles at `settled` of them and dies at the last. */
static void leave_out(const struct folder *folder, int settled, int ends)
{
	struct trace_line line = { .type = TRACE_PROCESS_EXIT };
	struct trace_cut cut = { 0 };
	struct trace *trace = NULL;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (trace_reopen(folder->fd, JOB, 1, 0, &trace, &cut, NULL) < 0)
			_exit(1);
		while (ends--) {
			if (trace_write(trace, &line, NULL) != -EFBIG)
				_exit(2);
			if (--settled == 0 && trace_settle(trace) < 0)
				_exit(3);
		}
		_exit(0);
	}
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_int_equal(0, status);
}

/* What was settled is never lost, and what was not, is for whoever goes on: he has it anew. */
static void what_each_life_left_out_adds_up(void **state)
{
	const struct folder *folder = *state;

	trace_destroy(trace_open(folder, 0));
	leave_out(folder, 512, 700);
	assert_int_equal(512, losses_in(folder, "limit").ends);
	leave_out(folder, 188, 600);
	assert_int_equal(700, losses_in(folder, "limit").ends);
	leave_out(folder, 412, 412);
	assert_int_equal(1112, losses_in(folder, "limit").ends);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_left_out_is_told_while_it_goes_on),
		TEST(settled_trace_accounts_for_every_line),
		TEST(trace_grows_beyond_its_limit_as_little_as_is_stated),
		TEST(what_is_left_out_is_told_once_a_full_disk_has_space_again),
		TEST(what_each_life_left_out_adds_up),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
