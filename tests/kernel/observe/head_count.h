/* What a walk over the records of a slot comes to. */
#pragma once

#include "observe/probe.h"

struct head_count {
	size_t found;
	size_t dead;
	size_t failed;
	size_t roots;
	int root_code; /* of the last root */
};

/* For probe_walk. */
static inline void head_count_record(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	struct head_count *count = data;

	count->found++;
	count->dead += (record->flags & AXE_PROCESS_EXITED) != 0;
	count->failed += record->exit_code != 0;
	if (!(record->flags & AXE_PROCESS_ROOT))
		return;
	count->roots++;
	count->root_code = (int)record->exit_code;
}
