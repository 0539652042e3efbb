/* A person learns what runs, what ended and what went wrong, in every mode as much as it wants. */
#include "support/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/progress.h"

#define BEGIN "{\"type\":\"assessment.begin\",\"assessment\":4,\"data\":{\"name\":\"a\\u001b\"}}"
#define PASSED                                                                                     \
	"{\"type\":\"assessment.end\",\"assessment\":4,\"data\":{\"index\":4,\"try\":1,"           \
	"\"name\":\"a\",\"verdict\":\"passed\",\"duration_ms\":5}}"
#define FAILED                                                                                     \
	"{\"type\":\"assessment.end\",\"assessment\":5,\"data\":{\"index\":5,\"try\":2,"           \
	"\"name\":\"b\",\"verdict\":\"failed\",\"exit\":{\"status\":3},\"duration_ms\":5}}"
#define LEAKED                                                                                     \
	"{\"type\":\"assessment.end\",\"assessment\":6,\"data\":{\"index\":6,\"try\":1,"           \
	"\"name\":\"c\",\"verdict\":\"passed\",\"leaks\":[{\"pid\":9,\"comm\":\"x\"}]}}"

static struct progress progress;
static char *shown;
static size_t shown_size;

static void begin(enum progress_mode mode)
{
	FILE *stream = open_memstream(&shown, &shown_size);

	progress_init(&progress, mode, tmpfile());
	fclose(progress.terminal.stream);
	progress.terminal.stream = stream;
}

static void tell(const char *text)
{
	auto_json event = json_loads(text, 0, NULL);

	assert_non_null(event);
	progress_event(&progress, event);
}

/* All that was shown; freed by the next call of finish. */
static void finish(void)
{
	FILE *stream = progress.terminal.stream;

	progress_finish(&progress);
	fclose(stream);
}

static void lines_tell_start_and_end(void **state)
{
	begin(PROGRESS_LINES);
	tell(BEGIN);
	tell(PASSED);
	tell(FAILED);
	finish();
	assert_non_null(strstr(shown, "START 4 a\\x1b\n"));
	assert_non_null(strstr(shown, "END   4 a  passed  5 ms\n"));
	assert_non_null(strstr(shown, "END   5.2 b  failed  5 ms  exit status 3\n"));
	free(shown);
}

static void wait_for_a_slot_is_told_unless_only_failures_are(void **state)
{
	static const struct {
		enum progress_mode mode;
		bool told;
	} rows[] = {
		{ PROGRESS_NONE, true },
		{ PROGRESS_FAILURES, false },
		{ PROGRESS_LINES, true },
		{ PROGRESS_LIVE, true },
	};

	for (size_t index = 0; index < sizeof(rows) / sizeof(*rows); index++) {
		begin(rows[index].mode);
		tell("{\"type\":\"job.pending\",\"data\":{\"ahead\":2,\"running\":[12]}}");
		finish();
		assert_int_equal(
			rows[index].told, strstr(shown, "running: [12], ahead of it: 2") != NULL);
		free(shown);
	}
}

static void heartbeat_names_what_runs(void **state)
{
	begin(PROGRESS_LINES);
	tell("{\"type\":\"job.begin\",\"data\":{\"assessments\":12}}");
	tell(BEGIN);
	tell(FAILED);
	progress_beat(&progress);
	finish();
	assert_non_null(strstr(shown, "axe: 1 of 12 done after "));
	assert_non_null(strstr(shown, "; running: 4 a\\x1b\n"));
	free(shown);
}

static void only_lines_have_a_heartbeat(void **state)
{
	static const enum progress_mode silent[] = { PROGRESS_NONE, PROGRESS_FAILURES,
		PROGRESS_LIVE };

	for (size_t at = 0; at < sizeof(silent) / sizeof(*silent); at++) {
		begin(silent[at]);
		progress_beat(&progress);
		finish();
		assert_int_equal(0, shown_size);
		free(shown);
	}
}

static void failures_and_leaks_are_shown_in_all_modes_but_none(void **state)
{
	static const struct {
		enum progress_mode mode;
		bool failures, successes;
	} rows[] = {
		{ PROGRESS_NONE, false, false },
		{ PROGRESS_FAILURES, true, false },
		{ PROGRESS_LINES, true, true },
		{ PROGRESS_LIVE, true, false },
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		begin(rows[row].mode);
		tell(PASSED);
		tell(FAILED);
		tell(LEAKED);
		finish();
		assert_int_equal(rows[row].failures, strstr(shown, "5.2 b") != NULL);
		assert_int_equal(rows[row].failures, strstr(shown, "1 process leaked") != NULL);
		assert_int_equal(rows[row].successes, strstr(shown, "4 a") != NULL);
		free(shown);
	}
}

static void live_line_fits_and_goes(void **state)
{
	auto_json status = json_loads(
		"{\"done\":4,\"running\":[{\"index\":2,\"name\":\"cpu-stress\",\"elapsed_ms\":4100,"
		"\"timeout_ms\":60000,\"processes\":17,\"memory_bytes\":222298112,"
		"\"progress\":{\"percent\":40,\"message\":\"half\\u001bway\"}},"
		"{\"index\":3,\"name\":\"second\",\"elapsed_ms\":1,\"processes\":1,"
		"\"memory_bytes\":null}]}",
		0, NULL);

	begin(PROGRESS_LIVE);
	tell("{\"type\":\"job.begin\",\"data\":{\"assessments\":12}}");
	tell(FAILED);
	progress_status(&progress, status);
	assert_int_equal(2, progress.drawn);
	finish();
	assert_non_null(
		strstr(shown, "[5/12] cpu-stress  4.10 s / 1 min 0 s  17 procs  212 MiB  40 %  "
			      "half\\x1bway\n"));
	assert_non_null(strstr(shown, "second  1 ms  1 procs\r"));
	/* Two lines are taken back from the last to the first. */
	assert_string_equal("\r\033[K\033[A\r\033[K", strchr(strstr(shown, "second"), '\r'));
	free(shown);
}

static void failure_shows_the_end_of_its_output(void **state)
{
	char directory[] = "/tmp/axe-progress-XXXXXX";
	int folder, file;

	assert_non_null(mkdtemp(directory));
	folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(0, mkdirat(folder, "1", 0700));
	assert_int_equal(0, mkdirat(folder, "1/5.2", 0700));
	file = openat(folder, "1/5.2/stderr", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(4, write(file, "why\n", 4));
	close(file);

	begin(PROGRESS_FAILURES);
	progress_started(&progress, NULL, folder);
	tell(FAILED);
	finish();
	assert_non_null(strstr(shown, "last lines of its stderr:\n  | why\n"));
	assert_null(strstr(shown, "stdout"));
	free(shown);

	unlinkat(folder, "1/5.2/stderr", 0);
	unlinkat(folder, "1/5.2", AT_REMOVEDIR);
	unlinkat(folder, "1", AT_REMOVEDIR);
	close(folder);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_tell_start_and_end),
		cmocka_unit_test(wait_for_a_slot_is_told_unless_only_failures_are),
		cmocka_unit_test(heartbeat_names_what_runs),
		cmocka_unit_test(only_lines_have_a_heartbeat),
		cmocka_unit_test(failures_and_leaks_are_shown_in_all_modes_but_none),
		cmocka_unit_test(live_line_fits_and_goes),
		cmocka_unit_test(failure_shows_the_end_of_its_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
