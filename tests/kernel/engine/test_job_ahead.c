/* What the next assessment of a job needs is there while one runs, and goes if its turn never
 * comes. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/cooperation.h"
#include "kernel/engine/job_fixture.h"
#include "support/require.h"
#include "support/unit.h"

/* Ends when the files of the one with index 1 are there. */
#define UNTIL_LAID "until test -e $AXE_JOB_DIR/1/1.1/stderr; do :; done"

static bool has(const struct fixture *fixture, const char *where, const char *below)
{
	const json_t *begin = json_array_get(fixture->events, 0);
	char path[512];

	/* Not yet told. */
	if (!begin)
		return false;
	assert_string_equal(text_at(begin, "type"), "job.begin");
	snprintf(path, sizeof(path), "%s/%s", text_at(begin, where), below);
	return access(path, F_OK) == 0;
}

static bool has_folder(const struct fixture *fixture)
{
	return has(fixture, "data.directory", "1/1.1");
}

static bool has_group(const struct fixture *fixture)
{
	return has(fixture, "data.group", "1.1.1");
}

static bool is_laid(struct fixture *fixture)
{
	return has_folder(fixture) && has_group(fixture);
}

static void the_next_one_finds_its_files_made(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','defaults':{'workdir':'/var/tmp','timeout':'20s'},'assessments':["
		"{'name':'a','command':'" UNTIL_LAID "'},"
		"{'name':'b','command':'echo b; until test -e $AXE_JOB_DIR/1/2.1/stderr; do :; "
		"done'},"
		"{'name':'c','command':['true']}]}");
	assert_int_equal(number_at(fixture->summary, "counts.passed"), 3);
	assert_int_equal(number_at(fixture_result(fixture, 1), "output.stdout.bytes"), 2);
	for (unsigned i = 0; i < 3; i++)
		assert_true(
			json_is_true(value_at(fixture_result(fixture, i), "integrity.complete")));
	assert_false(has_group(fixture));
}

static void it_has_neither_begun_nor_any_place_to_come_at(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','defaults':{'workdir':'/var/tmp','timeout':'20s'},'assessments':["
		"{'name':'a','command':'" UNTIL_LAID "; test ! -e $AXE_JOB_DIR/1/1.1/temp'},"
		"{'name':'b','command':['true']}]}");
	assert_int_equal(number_at(fixture->summary, "counts.passed"), 2);
	assert_int_equal(fixture_count(fixture, "assessment.begin"), 2);
}

static void what_is_laid_goes_when_the_job_stops_before(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','stop_on_failure':true,'defaults':{'workdir':'/var/tmp',"
			     "'timeout':'20s'},'assessments':["
			     "{'name':'a','command':'" UNTIL_LAID "; exit 1'},"
			     "{'name':'b','command':['true']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "failed");
	assert_int_equal(number_at(fixture_result(fixture, 0), "exit.status"), 1);
	assert_int_equal(number_at(fixture->summary, "counts.not_run"), 1);
	assert_false(has_folder(fixture));
	assert_false(has_group(fixture));
}

static void what_is_laid_goes_with_a_termination(void **state)
{
	struct fixture *fixture = *state;

	fixture_start(fixture, "{'name':'j','assessments':["
			       "{'name':'a','command':['sleep','999']},"
			       "{'name':'b','command':['true']}]}");
	fixture_until(fixture, is_laid);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_finish(fixture);
	assert_int_equal(fixture->answer, S_OK);
	assert_false(has_folder(fixture));
	assert_false(has_group(fixture));
}

/* The lower one is held back until then: what was laid is another's. */
static void another_may_come_before_the_one_that_is_laid(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','defaults':{'workdir':'/var/tmp','timeout':'20s'},'assessments':["
		"{'name':'late','depends':['first'],'command':['true']},"
		"{'name':'other','depends':['first'],'command':['true']},"
		"{'name':'first','command':'until test -e $AXE_JOB_DIR/1/3.1/stderr; do :; done'},"
		"{'name':'last','command':['true']}]}");
	assert_int_equal(number_at(fixture->summary, "counts.passed"), 4);
	assert_false(has_group(fixture));
}

/* Stands in for the sockets of control/. */
static struct {
	unsigned closed;
	unsigned closed_before_rest; /* when it was said last that no other try comes */
} sockets;

static int socket_open(struct cooperation *cooperation, uid_t uid,
	struct cooperation_place **ret_place, struct error *error, void *data)
{
	*ret_place = (struct cooperation_place *)&sockets;
	return 0;
}

static const char *socket_path(const struct cooperation_place *place)
{
	return "/a/path";
}

static void socket_close(struct cooperation_place *place)
{
	sockets.closed++;
}

static void socket_rest(uint64_t job, void *data)
{
	sockets.closed_before_rest = sockets.closed;
}

static const struct cooperation_host host = {
	.open = socket_open,
	.path = socket_path,
	.close = socket_close,
	.rest = socket_rest,
};

static int setup_with_sockets(void **state)
{
	memset(&sockets, 0, sizeof(sockets));
	fixture_cooperation = &host;
	return fixture_setup(state);
}

static int teardown_with_sockets(void **state)
{
	fixture_cooperation = NULL;
	return fixture_teardown(state);
}

static void see_end(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(2, sockets.closed_before_rest);
}

static void no_socket_is_kept_for_a_next_one_when_the_end_is_told(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "job.end";
	fixture->react = see_end;
	fixture_run(fixture, "{'name':'j','assessments':["
			     "{'name':'a','command':['true']},{'name':'b','command':['true']}]}");
	assert_int_equal(1, fixture_count(fixture, "job.end"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		LIVE(the_next_one_finds_its_files_made),
		LIVE(it_has_neither_begun_nor_any_place_to_come_at),
		LIVE(what_is_laid_goes_when_the_job_stops_before),
		LIVE(what_is_laid_goes_with_a_termination),
		LIVE(another_may_come_before_the_one_that_is_laid),
		cmocka_unit_test_setup_teardown(
			no_socket_is_kept_for_a_next_one_when_the_end_is_told, setup_with_sockets,
			teardown_with_sockets),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
