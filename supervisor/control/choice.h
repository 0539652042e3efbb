/* Which job a call means: that of its ticket, that of its number, or the one that runs. */
#pragma once

#include <jansson.h>

struct run;
struct session;

/* NULL: the client was told why it is none, or that it is another user's. What has no number yet is
 * found by its ticket only. */
struct run *choose_run(struct session *session, const json_t *parameters);

/* io.axe.Engine.NoJobRunning. */
void refuse_no_job(struct session *session);
