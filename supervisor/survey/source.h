/* What a source of the survey is: it takes a picture of one kind of object, and explains a change.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "survey/finding.h"

struct error;

/*
 * Where pictures are taken: a directory with `proc`, `sys` and `dev` in it. The live host's is "/";
 * a unit test has one with recorded files.
 */
struct survey_host {
	int root;
	bool live; /* its kernel is this one: it may be asked otherwise than by files */
	struct kept_files *kept; /* what is read again and again; NULL: nothing is kept open */
	struct notices *notices; /* of groups; NULL: nobody listens */
};

/* One object that is not as it was. The key is its identity among those of its source. */
struct survey_change {
	const char *key;
	const json_t *before; /* its facts; NULL: it has appeared */
	const json_t *after; /* NULL: it has vanished */
};

/* What is known of those who may have done it. */
struct survey_suspects {
	/* Whether that pid was one of the assessment's processes. */
	bool (*include)(pid_t pid, void *data);
	void *data;
	/* They are known to the last one: who is not among them is innocent. */
	bool complete;
	/*
	 * What the kernel half saw them do: [{"source", "key", "pid", "text", "before", "after"}],
	 * an object of that source, its facts as they found and left it. It proves a change, and
	 * tells of an object that no picture has. NULL: nothing was seen.
	 */
	const json_t *evidence;
	const char *places; /* below which their supervisor listens for them; NULL: nowhere */
	const char *group; /* theirs: "/axe/.../1.0.1" in its hierarchy; NULL: not known */
};

/*
 * The difference of two pictures says what changed, never who did it: what a source cannot hold
 * against a process of ours by something that the kernel keeps with the object stays unattributed.
 */
struct survey_source {
	const char *name;
	/*
	 * Put every object that the host has now into `objects`, by its key, with its facts (an
	 * object; what changes by itself is none of them). -errno when that could not be found out:
	 * never an empty picture instead.
	 */
	int (*take)(const struct survey_host *host, json_t *objects, struct error *error);
	/*
	 * 1: a finding; 0: nobody needs to be told; -ENOMEM. What evidence says of it (certainty
	 * and pid) stands in the finding already.
	 */
	int (*explain)(const struct survey_change *change, const struct survey_suspects *suspects,
		struct finding *ret_finding);
	/*
	 * Put that one object into `objects`, if it is there: also one that `take` does not look
	 * for, since nobody can list them all. NULL: `take` knows every object.
	 */
	int (*look)(const struct survey_host *host, const char *key, json_t *objects,
		struct error *error);
	/*
	 * Cheaper than `take`: write what is the same for sure only as long as the objects are.
	 * -errno: that cannot be told now. NULL: never.
	 */
	int (*stamp)(const struct survey_host *host, FILE *stream);
	/* So dear to look at that a memory has it stand until somebody doubts it. */
	bool remembered;
	/* Of a picture's second part: about half of what a picture takes, and nothing that wants
	 * the files or the notices which a host keeps. */
	bool aside;
};

extern const struct survey_source survey_mounts, survey_sysv_ipc, survey_posix_ipc, survey_sockets,
	survey_blocks, survey_knobs, survey_identity, survey_modules, survey_network, survey_routes,
	survey_groups, survey_tracing, survey_programs, survey_locks;
