/* The signals by which `axe run` is steered. */
#pragma once

/* Until somebody takes them: a signal must not find us with a job and without a loop. */
void run_signals_block(void);

/*
 * A descriptor that has those that came: the caller's; or -errno. SIGHUP is left alone where we
 * were started with it ignored (`nohup`). They must be blocked already.
 */
int run_signals_open(void);

/* The number of the next one; 0: there is none. */
int run_signals_take(int fd);
