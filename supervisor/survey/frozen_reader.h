/* Inside the disposable process: what /proc says of a group's members. */
#pragma once

#include "bpf/frozen.h"

struct survey_host;

/*
 * Write all records of the group (absolute path) and those below to `answer`, each behind its size
 * in 32 bits. May hang.
 */
void frozen_read_group(const struct survey_host *host, const char *path, int answer);

/* All but the process itself: what it has open and mapped. */
void frozen_read_files(
	const struct survey_host *host, struct axe_frozen_process *process, int answer);
void frozen_read_maps(const struct survey_host *host, unsigned pid, int answer);

void frozen_send(int answer, const void *record, uint32_t size);
