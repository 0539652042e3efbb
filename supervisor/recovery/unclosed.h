/* Jobs that nobody has closed: what a successor would need to go on with them is still there. */
#pragma once

struct engine;

/*
 * Behind recover_jobs and the ends of all orphans: remove that file of whoever neither runs nor is
 * to be ended still. What the store has not yet taken, or cannot tell, stays for the next start.
 */
void unclosed_close(struct engine *engine, const char *state_dir);
