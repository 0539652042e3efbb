/* The signals by which `axe run` is steered. */
#include "axe/run_signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static const int numbers[RUN_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };

/* Who starts us under `nohup` wants the job to outlive the terminal. */
static bool is_steering(int number)
{
	struct sigaction action;

	return number != SIGHUP || sigaction(number, NULL, &action) < 0 ||
	       action.sa_handler != SIG_IGN;
}

void run_signals_block(void)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	for (int at = 0; at < RUN_SIGNALS; at++)
		if (is_steering(numbers[at]))
			sigaddset(&blocked, numbers[at]);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
}

int run_signals_add(sd_event *loop, sd_event_signal_handler_t handler, void *data,
	sd_event_source *ret_sources[RUN_SIGNALS])
{
	for (int at = 0; at < RUN_SIGNALS; at++) {
		int code = 0;

		if (is_steering(numbers[at]))
			code = sd_event_add_signal(
				loop, &ret_sources[at], numbers[at], handler, data);
		if (code < 0)
			return code;
	}
	return 0;
}
