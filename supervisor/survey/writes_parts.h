/* What writes.c and writes_devices.c share. */
#pragma once

#include <jansson.h>

#include "bpf/evidence.h"

struct finding;
struct survey_host;

/* A setting that was written and is not as it was before. */
struct setting_write {
	const char *path; /* "proc/sys/..." */
	const char *old;
	const char *written;
	const char *present;
	const struct axe_evidence *row;
};

/* 0 or -ENOMEM. */
int writes_add_finding(json_t *findings, const char *key, const struct finding *finding);

int writes_judge_device(const struct survey_host *host, const struct axe_evidence_device *device,
	const struct axe_evidence *row, json_t *evidence, json_t *findings);
