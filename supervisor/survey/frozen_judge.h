/* What the judges of a frozen picture share: each looks for one kind of warning. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "survey/finding.h"
#include "survey/frozen_parts.h"

struct frozen_judging {
	const struct frozen_picture *picture;
	const struct survey_host *host;
	const char *const *ignored;
	json_t *findings;
	json_t *keys; /* of the objects that were told already, whatever was said of them */
	size_t more; /* findings beyond the bound */
};

/* What is told first of an object is what stands. 0 or -ENOMEM. */
int frozen_tell(struct frozen_judging *judging, const char *key, const struct finding *finding);

/* "comm (pid N)" of a member. Returns the buffer. */
#define FROZEN_WHO_SIZE 64
const char *frozen_who(const struct frozen_judging *judging, uint32_t tgid, char *who);

/* Interrupted transactions, torn files, shared maps: 0 or -ENOMEM. */
int frozen_judge_files(struct frozen_judging *judging);

/* Watchdogs, block devices, raw memory, the kernel's log. */
int frozen_judge_devices(struct frozen_judging *judging);

/* File systems that a member served. */
int frozen_judge_fuse(struct frozen_judging *judging);
