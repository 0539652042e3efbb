/* The kernel half's pure logic: which signals count, and who is named for one. */
#include "bpf/signal.bpf.h"

#include <signal.h>

#include "support/unit.h"

static void numbers_are_those_of_this_machine(void **state)
{
	assert_int_equal(SIGNAL_KILL, SIGKILL);
	assert_int_equal(SIGNAL_ALARM, SIGALRM);
	assert_int_equal(SIGNAL_IO, SIGIO);
	assert_int_equal(SIGNAL_CODE_TIMER, SI_TIMER);
	assert_int_equal(SIGNAL_CODE_IO, SI_SIGIO);
}

static void only_signals_that_end_a_process_count(void **state)
{
	static const int harmless[] = { SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU,
		SIGURG, SIGWINCH };
	int counted = 0;

	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		assert_false(signal_ends_process(harmless[i]));
	for (int number = -1; number < 70; number++)
		counted += signal_ends_process(number);
	assert_int_equal(counted, 64 - sizeof(harmless) / sizeof(*harmless));
	assert_true(signal_ends_process(SIGKILL));
	assert_true(signal_ends_process(64));
	assert_false(signal_ends_process(0));
	assert_false(signal_ends_process(65));
}

static void undelivered_signals_do_not_count(void **state)
{
	for (int result = 0; result < 5; result++)
		assert_int_equal(signal_is_delivered(result), result == 0 || result == 4);
}

struct origin_case {
	int number;
	enum signal_info info;
	int code;
	bool from_itself;
	enum signal_source source;
	enum axe_sender_origin origin;
};

static void origin_and_source_follow_the_siginfo(void **state)
{
	static const struct origin_case cases[] = {
		/* kill, tgkill, sigqueue */
		{ SIGTERM, SIGNAL_INFO_CODE, SI_USER, false, SIGNAL_FROM_CURRENT, AXE_SENDER_USER },
		{ SIGTERM, SIGNAL_INFO_CODE, SI_TKILL, true, SIGNAL_FROM_CURRENT, AXE_SENDER_SELF },
		{ SIGUSR1, SIGNAL_INFO_CODE, SI_QUEUE, false, SIGNAL_FROM_CURRENT,
			AXE_SENDER_USER },
		/* cgroup.kill, PDEATHSIG */
		{ SIGKILL, SIGNAL_INFO_NONE, 0, false, SIGNAL_FROM_CURRENT, AXE_SENDER_KERNEL },
		{ SIGKILL, SIGNAL_INFO_NONE, 0, true, SIGNAL_FROM_CURRENT, AXE_SENDER_SELF },
		/* the OOM killer, also when the victim itself asked for the page */
		{ SIGKILL, SIGNAL_INFO_KERNEL, 0, false, SIGNAL_FROM_CURRENT, AXE_SENDER_KERNEL },
		{ SIGKILL, SIGNAL_INFO_KERNEL, 0, true, SIGNAL_FROM_CURRENT, AXE_SENDER_KERNEL },
		/* a terminal */
		{ SIGINT, SIGNAL_INFO_KERNEL, 0, false, SIGNAL_FROM_CURRENT, AXE_SENDER_KERNEL },
		/* a fault, a broken pipe */
		{ SIGSEGV, SIGNAL_INFO_CODE, SEGV_MAPERR, true, SIGNAL_FROM_CURRENT,
			AXE_SENDER_SELF },
		{ SIGPIPE, SIGNAL_INFO_NONE, 0, true, SIGNAL_FROM_CURRENT, AXE_SENDER_SELF },
		/* raised from interrupts: alarm, POSIX timer, F_SETOWN, F_SETSIG */
		{ SIGALRM, SIGNAL_INFO_KERNEL, 0, false, SIGNAL_FROM_OWN_TIMER, AXE_SENDER_SELF },
		{ SIGUSR1, SIGNAL_INFO_CODE, SI_TIMER, false, SIGNAL_FROM_OWN_TIMER,
			AXE_SENDER_SELF },
		{ SIGIO, SIGNAL_INFO_CODE, SI_SIGIO, false, SIGNAL_FROM_DEVICE, AXE_SENDER_KERNEL },
		{ SIGIO, SIGNAL_INFO_CODE, POLL_IN, false, SIGNAL_FROM_DEVICE, AXE_SENDER_KERNEL },
		{ 40, SIGNAL_INFO_CODE, POLL_IN, false, SIGNAL_FROM_DEVICE, AXE_SENDER_KERNEL },
		/* the same signals sent by hand */
		{ SIGALRM, SIGNAL_INFO_CODE, SI_USER, false, SIGNAL_FROM_CURRENT, AXE_SENDER_USER },
		{ SIGIO, SIGNAL_INFO_CODE, SI_USER, false, SIGNAL_FROM_CURRENT, AXE_SENDER_USER },
		{ 40, SIGNAL_INFO_CODE, SI_QUEUE, false, SIGNAL_FROM_CURRENT, AXE_SENDER_USER },
		/* a memory error reported by the kernel while another runs */
		{ SIGBUS, SIGNAL_INFO_CODE, BUS_MCEERR_AO, false, SIGNAL_FROM_CURRENT,
			AXE_SENDER_KERNEL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct origin_case *one = &cases[i];

		assert_int_equal(signal_source(one->number, one->info, one->code), one->source);
		assert_int_equal(signal_origin(one->number, one->info, one->code, one->from_itself),
			one->origin);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_those_of_this_machine),
		cmocka_unit_test(only_signals_that_end_a_process_count),
		cmocka_unit_test(undelivered_signals_do_not_count),
		cmocka_unit_test(origin_and_source_follow_the_siginfo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
