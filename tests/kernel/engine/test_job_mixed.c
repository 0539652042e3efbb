/* Two hundred assessments of all kinds, in parallel: every record exact. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/engine/job_fixture.h"
#include "support/require.h"
#include "support/unit.h"

#define ASSESSMENTS 200

/* What each kind runs and what its record must be. */
static const struct kind {
	const char *name;
	const char *manifest; /* the assessment's keys but its name */
	const char *verdict;
	json_int_t processes;
	json_int_t leaks;
	int signal; /* that ended the root; 0: it exited */
} kinds[] = {
	{ "passes", "'command':['true']", "passed", 1, 0, 0 },
	{ "forks", "'command':'for i in 1 2 3 4 5; do /bin/true; done; exit 0'", "passed", 6, 0,
		0 },
	{ "fails", "'command':'/bin/true; exit 3'", "failed", 2, 0, 0 },
	{ "leaks", "'command':'setsid sleep 999 & setsid sleep 999 & exit 0'", "leaked", 3, 2, 0 },
	{ "stalls", "'timeout':'300ms','command':['sleep','999']", "timeout", 1, 0, SIGTERM },
	{ "crashes", "'command':'kill -SEGV $$'", "crashed", 1, 0, SIGSEGV },
	{ "is-asked", "'cancel_signal':'INT','command':['sleep','999']", "canceled", 1, 0, SIGINT },
	{ "is-missing", "'command':['/no/such/program']", "error", 1, 0, 0 },
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

static const struct kind *kind_of(unsigned index)
{
	/* A stride without a common divisor mixes neighbours. */
	return &kinds[index * 5 % KINDS];
}

static void cancel_who_waits_for_it(struct fixture *fixture, const json_t *event)
{
	unsigned index = (unsigned)number_at(event, "assessment");

	if (!strcmp(kind_of(index)->verdict, "canceled"))
		assert_int_equal(job_cancel_assessment(fixture->job, index, 0), S_OK);
}

static char *write_manifest(void)
{
	size_t size = ASSESSMENTS * 256, used;
	char *text = malloc(size);

	used = (size_t)snprintf(text, size, "{'name':'mixed','parallel':4,'assessments':[");
	for (unsigned i = 0; i < ASSESSMENTS; i++)
		used += (size_t)snprintf(text + used, size - used, "%s{'name':'%s-%u',%s}",
			i ? "," : "", kind_of(i)->name, i, kind_of(i)->manifest);
	snprintf(text + used, size - used, "]}");
	return text;
}

static void check(const struct fixture *fixture, unsigned index)
{
	const struct kind *kind = kind_of(index);
	const json_t *result = fixture_result(fixture, index);
	json_int_t signal = number_at(result, "exit.signal");

	assert_string_equal(text_at(result, "verdict"), kind->verdict);
	assert_string_equal(text_at(result, "integrity.reason"), "");
	assert_int_equal(number_at(result, "processes.seen"), kind->processes);
	assert_int_equal(number_at(result, "processes.exited"), kind->processes);
	assert_int_equal(number_at(result, "leaked"), kind->leaks);
	assert_int_equal(signal < 0 ? 0 : signal, kind->signal);
}

static void two_hundred_mixed_assessments_leave_exact_records(void **state)
{
	struct fixture *fixture = *state;
	char *manifest = write_manifest();

	fixture->react_to = "assessment.begin";
	fixture->react = cancel_who_waits_for_it;
	fixture_run(fixture, manifest);
	free(manifest);
	for (unsigned i = 0; i < ASSESSMENTS; i++)
		check(fixture, i);
	assert_int_equal(fixture_count(fixture, "assessment.begin"), ASSESSMENTS);
	assert_int_equal(fixture_count(fixture, "assessment.end"), ASSESSMENTS);
	assert_int_equal(json_array_size(value_at(fixture->summary, "survivors")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_hundred_mixed_assessments_leave_exact_records,
			fixture_setup, fixture_teardown),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
