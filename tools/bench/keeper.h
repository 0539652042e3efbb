/* What outlives a bench that is ended: one process measures, another waits and tidies up. */
#pragma once

struct error;

/*
 * Do the work in a child and wait until it and all that it left have ended. SIGTERM, SIGINT and
 * SIGHUP end the child: *ret_signal, 0 when none came. *ret_status is what the work returned. The
 * child's own children are asked to end by PR_SET_PDEATHSIG; the caller tidies up behind them.
 */
int keeper_run(
	int (*work)(void *data), void *data, int *ret_status, int *ret_signal, struct error *error);
