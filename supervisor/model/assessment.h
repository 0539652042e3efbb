/* One assessment as its manifest asks for it: what to run, within which bounds. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/exit_codes.h"
#include "model/limits.h"

enum leak_policy { LEAKS_FAIL, LEAKS_WARN, LEAKS_ALLOW };

/* What becomes of an assessment that left the host otherwise than it found it. */
enum residue_policy { RESIDUE_WARN, RESIDUE_FAIL, RESIDUE_IGNORE };

/* Which system calls are refused to a program: none, or those that change or end the machine. */
enum seccomp_profile { SECCOMP_NONE, SECCOMP_SAFE };

struct assessment {
	char *name;
	char **argv; /* NULL-terminated; a string command is {"/bin/sh", "-c", text} */
	char **environment; /* "NAME=value" additions, NULL-terminated */
	bool environment_inherited; /* of the client, which sends it (`axe run -- CMD`) */
	char *workdir; /* absolute; NULL: "/" */
	char *stdin_path; /* NULL: /dev/null */
	bool stdin_inherited; /* the supervisor's own (`axe run -- CMD`) */
	char *user; /* NULL: as the supervisor */
	struct limits limits;
	bool limits_optional; /* run without what the host cannot enforce */
	enum seccomp_profile seccomp;
	struct exit_codes exit_codes;
	int cancel_signal; /* 0: none, cooperation only */
	uint64_t timeout_ns; /* 0: none */
	int timeout_signal;
	uint64_t timeout_grace_ns;
	enum leak_policy leaks;
	uint64_t leak_grace_ns;
	enum residue_policy residue;

	/*
	 * `depends`: indices of those that end before this one starts, whatever their verdicts;
	 * all repetitions of each that is named, none twice, without cycles.
	 */
	size_t *depends;
	size_t depends_count;
	unsigned repetition; /* from 1; the second of `a` is named "a#2" */
	unsigned repeat; /* how many there are, at consecutive indices; at least 1 */
	unsigned retry_times; /* tries after the first */
	uint32_t retry_on; /* 1u << enum verdict: the ends of a try that another may follow */
	bool rerunnable; /* by a requeue of the job */
	bool keep_temp; /* its temporary folder stays in the job's folder */
};

void assessment_destroy(struct assessment *assessment);

const char *leak_policy_name(enum leak_policy policy);
bool leak_policy_from_name(const char *name, enum leak_policy *ret_policy);

const char *residue_policy_name(enum residue_policy policy);
bool residue_policy_from_name(const char *name, enum residue_policy *ret_policy);
