/*
 * Who wrote which setting or device: the evidence tier, cgroup-BPF programs that see and permit
 * everything. Optional: without it (evidence_create fails) changes stay unattributed.
 */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"
#include "bpf/evidence.h"

struct error;
struct evidence;

struct evidence_config {
	uint32_t watch_level; /* as struct probe_config has it */
	uint32_t rows; /* settings and devices remembered at once, of all groups */
};

#define EVIDENCE_ROWS_DEFAULT 1024

/* Load. Takes some 10 ms; attaches nothing yet. */
int evidence_create(
	const struct evidence_config *config, struct evidence **ret_evidence, struct error *error);

/* What was attached stays so until its descriptors are closed. NULL is fine. */
void evidence_destroy(struct evidence *evidence);
DEFINE_CLEANUP(evidence)

/* The links of one group; a descriptor closed, or a group removed, detaches. */
struct evidence_watch {
	int sysctl;
	int device;
};

#define EVIDENCE_WATCH_NONE                                                                        \
	{                                                                                          \
		.sysctl = -1, .device = -1                                                         \
	}

/*
 * Attach to the group open as `group`: from now on all that is born in it or below leaves evidence
 * (a job's group is enough for its assessments, the tree's own for all jobs). The links are the
 * caller's. -EPERM: somebody above permits no more programs there.
 */
int evidence_attach(const struct evidence *evidence, int group, struct evidence_watch *ret_watch,
	struct error *error);
void evidence_detach(struct evidence_watch *watch);

/* One row; valid during the call. */
typedef void evidence_visitor(
	const struct axe_evidence_key *key, const struct axe_evidence *row, void *data);

/*
 * Hand out and forget the rows of that group (an assessment's id, at the watched level). Once its
 * processes are gone, so that none is written meanwhile. Returns their number or -errno. Any thread
 * may call it.
 */
int evidence_collect(
	const struct evidence *evidence, uint64_t cgroup_id, evidence_visitor *visitor, void *data);

/* Rows that found no room so far, of all groups. */
uint64_t evidence_lost(const struct evidence *evidence);
