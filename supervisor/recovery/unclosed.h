/* Jobs that nobody has closed: what a successor would need to go on with them is still there. */
#pragma once

#include <stdint.h>

struct engine;
struct error;

/* Each job below `state_dir` whose folder has that file; 0, or -errno. */
typedef void unclosed_visitor(uint64_t job, void *data);
int unclosed_each(
	const char *state_dir, unclosed_visitor *visitor, void *data, struct error *error);

/*
 * Behind recover_jobs and the ends of all orphans: remove that file of whoever neither runs nor is
 * to be ended still. What the store has not yet taken, or cannot tell, stays for the next start.
 */
void unclosed_close(struct engine *engine, const char *state_dir);
