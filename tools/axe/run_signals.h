/* The signals by which `axe run` is steered. */
#pragma once

#include <systemd/sd-event.h>

enum { RUN_SIGNALS = 3 };

/* Until the loop takes them: a signal must not find us with a job and without a loop. */
void run_signals_block(void);

/*
 * One source for each signal that is listened to; they are the caller's, also on failure. SIGHUP is
 * left alone where we were started with it ignored (`nohup`). They must be blocked already.
 */
int run_signals_add(sd_event *loop, sd_event_signal_handler_t handler, void *data,
	sd_event_source *ret_sources[RUN_SIGNALS]);
