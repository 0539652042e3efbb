/* Two whole pictures of a recorded host, held against each other. */
#pragma once

#include "recorded.h"
#include "survey/survey.h"

static inline void pictures_begin(struct recorded *recorded)
{
	recorded_begin(recorded);
	recorded_write(recorded, "proc/self/mountinfo", "22 1 254:0 / / rw - ext4 /dev/vda rw\n");
	recorded_write(recorded, "proc/sys/kernel/tainted", "0\n");
}

static inline json_t *pictures_compare(const struct picture *before, const struct picture *after)
{
	const struct survey_suspects suspects = { .include = recorded_is_ours };

	return survey_compare(before, after, &suspects);
}
