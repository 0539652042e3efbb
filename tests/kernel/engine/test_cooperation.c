/* What assessments say, and how they were asked, shows in events, verdicts, results and folders. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/cooperation.h"
#include "kernel/engine/job_fixture.h"
#include "model/report.h"
#include "support/require.h"
#include "support/unit.h"

/* Stands in for the sockets of control/. */
static struct {
	struct cooperation *cooperation;
	uid_t uid;
	unsigned opened, canceled, closed;
	bool refuses;
} desk;

static int desk_open(struct cooperation *cooperation, uid_t uid,
	struct cooperation_place **ret_place, struct error *error, void *data)
{
	if (desk.refuses)
		return fail_plain(error, ENOSPC, "make a socket");
	desk.cooperation = cooperation;
	desk.uid = uid;
	desk.opened++;
	*ret_place = (struct cooperation_place *)&desk;
	return 0;
}

static const char *desk_path(const struct cooperation_place *place)
{
	return "/a/path";
}

static void desk_canceled(struct cooperation_place *place)
{
	desk.canceled++;
}

static void desk_close(struct cooperation_place *place)
{
	desk.closed++;
}

static void desk_rest(uint64_t job, void *data)
{
}

static const struct cooperation_host host = {
	.open = desk_open,
	.path = desk_path,
	.canceled = desk_canceled,
	.close = desk_close,
	.rest = desk_rest,
};

static int setup(void **state)
{
	memset(&desk, 0, sizeof(desk));
	fixture_cooperation = &host;
	return fixture_setup(state);
}

static int say(axe_progress type, int64_t value, const char *message)
{
	struct report report = { type, report_type_has_value(type), value, message };
	const char *expected;

	return cooperation_report(desk.cooperation, &report, &expected);
}

/* The states of all cancel events, in one word each. */
static const char *cancels(const struct fixture *fixture, char *text)
{
	const json_t *event;
	size_t i;

	*text = '\0';
	json_array_foreach (fixture->events, i, event) {
		if (!strcmp(text_at(event, "type"), "assessment.cancel"))
			strcat(strcat(text, " "), text_at(event, "data.state"));
	}
	return text;
}

static void react_cancel(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(job_cancel_assessment(fixture->job, 0, 0), S_OK);
	assert_int_equal(1, desk.canceled);
	assert_int_equal(job_cancel_assessment(fixture->job, 0, 0), S_OK);
	assert_int_equal(1, desk.canceled);
}

static void react_cancel_and_acknowledge(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(-EINVAL, say(AXE_PROGRESS_CANCELLING, 0, NULL));
	assert_int_equal(job_cancel(fixture->job, 0), S_OK);
	assert_int_equal(0, say(AXE_PROGRESS_CANCELLING, 0, "tidying up"));
	assert_int_equal(0, say(AXE_PROGRESS_CANCELLING, 0, NULL));
}

static void who_acknowledges_a_cancel_is_canceled_however_it_ends(void **state)
{
	struct fixture *fixture = *state;
	char text[128];

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel_and_acknowledge;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':'exit 0'}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "canceled");
	assert_string_equal(text_at(fixture_result(fixture, 0), "state"), "Canceled");
	assert_string_equal(
		text_at(fixture_result(fixture, 0), "error.name"), "AXE_E_ASSESSMENT_CANCELED");
	assert_int_equal(number_at(fixture_result(fixture, 0), "exit.status"), 0);
	assert_string_equal(" requested acknowledged", cancels(fixture, text));
	assert_int_equal(2, fixture_count(fixture, "assessment.progress"));
	assert_int_equal(fixture->code, AXE_E_JOB_CANCELED);
}

static void who_ignores_a_cancel_keeps_its_own_verdict(void **state)
{
	struct fixture *fixture = *state;
	char text[128];

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':'exit 1'}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "failed");
	assert_string_equal(" requested requested ignored", cancels(fixture, text));
}

static void who_dies_of_its_cancel_signal_did_not_ignore_it(void **state)
{
	struct fixture *fixture = *state;
	char text[128];

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','cancel_signal':'TERM',"
			     "'command':['sleep','999']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "canceled");
	assert_string_equal(" requested requested", cancels(fixture, text));
}

static void react_acknowledge(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(0, say(AXE_PROGRESS_CANCELLING, 0, NULL));
}

static void a_timeout_raises_the_cancel_event_and_stays_a_timeout(void **state)
{
	struct fixture *fixture = *state;
	char text[128];

	fixture->react_to = "assessment.timeout";
	fixture->react = react_acknowledge;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','timeout':'50ms',"
			     "'timeout_grace':'20s','command':['sleep','999']}]}");
	assert_int_equal(1, desk.canceled);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "timeout");
	assert_string_equal(" acknowledged", cancels(fixture, text));
}

static void react_report(struct fixture *fixture, const json_t *event)
{
	json_t *status;

	assert_int_equal(0, say(AXE_PROGRESS_PERCENT, 40, "half way"));
	assert_int_equal(0, say(AXE_PROGRESS_INCREMENT, 0, NULL));
	assert_int_equal(0, say(AXE_PROGRESS_WARNING, 0, "old"));
	assert_int_equal(-EINVAL, say(AXE_PROGRESS_PERCENT, 101, NULL));
	status = job_status(fixture->job);
	assert_int_equal(41, number_at(status, "running.0.progress.percent"));
	assert_string_equal("old", text_at(status, "running.0.progress.message"));
	json_decref(status);
}

static void reports_are_events_counts_and_status(void **state)
{
	struct fixture *fixture = *state;
	const json_t *result;

	fixture->react_to = "assessment.begin";
	fixture->react = react_report;
	/* What others change of the host would be listed beside it. */
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','residue':'ignore',"
			     "'command':['true']}]}");
	assert_int_equal(3, fixture_count(fixture, "assessment.progress"));
	result = fixture_result(fixture, 0);
	assert_string_equal(text_at(result, "verdict"), "passed");
	assert_int_equal(3, number_at(result, "reported.reports"));
	assert_int_equal(41, number_at(result, "reported.percent"));
	assert_int_equal(1, number_at(result, "reported.warnings"));
	assert_string_equal("warning", text_at(result, "errors.0.kind"));
	assert_string_equal("old", text_at(result, "errors.0.text"));
}

static void react_is_closed(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(desk.opened, desk.closed);
}

static void each_try_has_a_place_that_closes_before_its_end(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.end";
	fixture->react = react_is_closed;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','user':'nobody','retry':1,"
			     "'command':'test $AXE_SUPPORT = /a/path && test $AXE_TRY = 2'}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
	assert_int_equal(2, desk.opened);
	assert_int_equal(65534, desk.uid);
	assert_null(value_at(fixture_result(fixture, 0), "reported"));
}

static void without_a_place_it_runs_and_its_result_says_so(void **state)
{
	struct fixture *fixture = *state;

	desk.refuses = true;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','residue':'ignore',"
			     "'command':'test -z $AXE_SUPPORT'}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
	assert_string_equal("support", text_at(fixture_result(fixture, 0), "warnings.0.kind"));
	assert_non_null(
		strstr(text_at(fixture_result(fixture, 0), "warnings.0.text"), "make a socket"));
	assert_int_equal(0, desk.closed);
}

static bool is_there(const struct fixture *fixture, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/jobs/1/1/%s", fixture->state_dir, name);
	return access(path, F_OK) == 0;
}

static bool is_cleared(struct fixture *fixture)
{
	return !is_there(fixture, "0.1/.temp.removed");
}

#define FILL                                                                                       \
	"'command':'mkdir -p $AXE_TEMP/d/e && touch $AXE_TEMP/d/e/f && ln -s / "                   \
	"$AXE_TEMP/root && touch $AXE_RESULTS/r && ls -A / >$AXE_RESULTS/root'"

static void temporary_folders_go_unless_they_are_kept(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a'," FILL "},"
			     "{'name':'b','keep_temp':true," FILL "},"
			     "{'name':'c','command':['true']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
	assert_false(is_there(fixture, "0.1/temp"));
	assert_true(is_there(fixture, "0.1/results/r"));
	assert_true(is_there(fixture, "1.1/temp/d/e/f"));
	assert_false(is_there(fixture, "2.1/temp"));
	assert_false(is_there(fixture, "2.1/results"));
	fixture_until(fixture, is_cleared);
	assert_true(access("/bin/sh", X_OK) == 0);
}

static void an_engine_that_goes_takes_temporary_folders_along(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a'," FILL "}]}");
	job_destroy(fixture->job);
	fixture->job = NULL;
	engine_destroy(fixture->engine);
	fixture->engine = NULL;
	assert_true(is_cleared(fixture));
	assert_true(is_there(fixture, "0.1/results/root"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
		LIVE(who_acknowledges_a_cancel_is_canceled_however_it_ends),
		LIVE(who_ignores_a_cancel_keeps_its_own_verdict),
		LIVE(who_dies_of_its_cancel_signal_did_not_ignore_it),
		LIVE(a_timeout_raises_the_cancel_event_and_stays_a_timeout),
		LIVE(reports_are_events_counts_and_status),
		LIVE(each_try_has_a_place_that_closes_before_its_end),
		LIVE(without_a_place_it_runs_and_its_result_says_so),
		LIVE(temporary_folders_go_unless_they_are_kept),
		LIVE(an_engine_that_goes_takes_temporary_folders_along),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
