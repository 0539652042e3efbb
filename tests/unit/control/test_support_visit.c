/* Who talks nonsense to a support socket, or does not listen, harms only himself. */
#include "axe/support.h"
#include "unit/control/desk.h"

static void garbage_is_hung_up_on(void **state)
{
	static char much[SUPPORT_RECEIVE_MAX + 2];
	const char *const garbage[] = { "", "x", "[]", "{}", "{\"method\":7}", much };

	memset(much, '{', sizeof(much) - 1);
	for (size_t at = 0; at < sizeof(garbage) / sizeof(*garbage); at++) {
		struct caller caller;

		caller_connect(&caller, *state);
		caller_send(&caller, garbage[at]);
		assert_null(caller_read(&caller));
		caller_finish(&caller);
	}
}

static void a_message_that_is_escaped_all_over_still_fits(void **state)
{
	struct desk *desk = *state;
	char text[SUPPORT_RECEIVE_MAX] = REPORT_ONEWAY("\"type\":\"message\",\"message\":\"");
	struct caller caller;
	size_t used = strlen(text) - 2;

	for (unsigned count = 0; count < AXE_PROGRESS_MESSAGE_MAX; count++, used += 6)
		memcpy(text + used, "\\u001b", 6);
	strcpy(text + used, "\"}}");
	caller_connect(&caller, desk);
	caller_send(&caller, text);
	turn(desk);
	assert_int_equal(1, desk->reports);
	caller_finish(&caller);
}

static void who_does_not_read_is_not_read_from(void **state)
{
	struct desk *desk = *state;
	struct caller caller;
	ssize_t sent;

	caller_connect(&caller, desk);
	do {
		static const char text[] = CALL("GetState");

		turn(desk);
		sent = send(caller.fd, text, sizeof(text), MSG_NOSIGNAL);
	} while (sent > 0);
	assert_int_equal(EAGAIN, errno);
	caller_finish(&caller);
	turn(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(garbage_is_hung_up_on),
		DESK(a_message_that_is_escaped_all_over_still_fits),
		DESK(who_does_not_read_is_not_read_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
