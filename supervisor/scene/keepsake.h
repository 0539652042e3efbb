/* What a look leaves for the next one, as long as nobody looks. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

struct errand;
struct survey_memory;

/* All zero: there is none. */
struct keepsake {
	struct survey_memory *memory;
	struct survey_memory *given_up; /* the errand's */
	struct errand *errand; /* NULL: never */
};

/* It is the caller's, a new one if there was none; NULL: out of memory. `may_lock`: who has ended
 * since may have left a file lock. */
struct survey_memory *keepsake_take(struct keepsake *keepsake, bool may_lock);

/* Once: let go of it, beside the loop. */
void keepsake_rest(struct keepsake *keepsake, sd_event *loop);
void keepsake_finish(struct keepsake *keepsake);
