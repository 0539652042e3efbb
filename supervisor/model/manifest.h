/* A job as a person wrote it: JSON in, a checked and bounded list of assessments out. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "model/assessment.h"

#define MANIFEST_SIZE_MAX        (8u << 20) /* bytes of text */
#define MANIFEST_DEPTH_MAX       16
#define MANIFEST_ASSESSMENTS_MAX 10000
#define MANIFEST_ARGUMENTS_MAX   1024 /* words of a command */
#define MANIFEST_TEXT_MAX        65536 /* bytes of one string */
#define MANIFEST_NAME_MAX        128 /* bytes of a job's or an assessment's name */

#define MANIFEST_PARALLEL_MAX   256 /* assessments at once */
#define MANIFEST_RETRIES_MAX    100
#define MANIFEST_PARAMETERS_MAX 256
#define MANIFEST_DEPENDS_MAX    (1u << 20) /* predecessors of all assessments together */

/* What a caller may set for one run of the job. */
struct parameter {
	char *name;
	char *value;
	bool read_only;
};

/* What becomes of a job of the queue that ran when its host restarted. */
enum reboot_policy { REBOOT_FAIL, REBOOT_REQUEUE };

/* What becomes of a job that runs when its supervisor is stopped in order. */
enum stop_policy { STOP_AS_SUPERVISOR, STOP_KEEP, STOP_TERMINATE };

/* Whether it is left running; `supervisor_keeps`: what the supervisor does with those that do not
 * say. */
bool stop_policy_keeps(enum stop_policy policy, bool supervisor_keeps);

struct manifest {
	char *name;
	unsigned parallel; /* how many assessments run at once; 1: one after another */
	uint64_t runtime_ns; /* of the whole job; 0: no bound */
	bool stop_on_failure; /* start no other once one has failed */
	enum reboot_policy on_reboot;
	enum stop_policy on_supervisor_stop;
	bool limits_optional; /* what the assessments take over unless they say otherwise */
	struct assessment **assessments;
	size_t assessments_count;
	struct assessment *post; /* runs behind all others, without their defaults; NULL: none */
	struct parameter *parameters; /* in the manifest's order */
	size_t parameters_count;
	json_t *source; /* as given, owned: what manifest.json keeps */
};

/*
 * Where a manifest is wrong. `path` names the value ("assessments[2].timeout", "" the whole); the
 * reader of the file, who knows its lines, adds line and column (from 1; 0: not known).
 */
struct manifest_error {
	char path[200];
	unsigned line, column;
	char expected[200]; /* "a duration such as 5s" */
	char found[200]; /* "the string `soon`" */
	char advice[120]; /* "did you mean `timeout`?"; may be empty */
};

/*
 * Check a manifest and take it over (a reference of its own). Keys that are unknown or not built
 * yet, wrong types, values out of range, texts that are not UTF-8 or hold NUL, and lists over their
 * bounds are refused: -EINVAL with the first error in `ret_error`. -ENOMEM too.
 */
int manifest_parse(
	json_t *source, struct manifest **ret_manifest, struct manifest_error *ret_error);
void manifest_destroy(struct manifest *manifest);

/* -EINVAL with `ret_error`: it asks for what nobody could keep of a job that is in no queue. */
int manifest_check_unqueued(const struct manifest *manifest, struct manifest_error *ret_error);

/* Likewise where the supervisor ends with its client and has no successor. */
int manifest_check_private(const struct manifest *manifest, struct manifest_error *ret_error);

/* Whether somebody wants to know what one of its assessments leaves on the host. */
bool manifest_is_surveyed(const struct manifest *manifest);

/*
 * Give a parameter another value; `source` stays as it is. -ENOENT: there is no such parameter;
 * -EPERM: it is read-only; -EINVAL: the value is not UTF-8 or too long; -ENOMEM.
 */
int manifest_set_parameter(struct manifest *manifest, const char *name, const char *value);

/* One line: "FILE:LINE:COLUMN: PATH: expected ..., found ...; advice". Without file or line those
 * parts are left out. */
void manifest_error_format(
	const struct manifest_error *error, const char *file, char *buffer, size_t size);

/* What type the schema wants at a path, for readers of formats whose scalars have none (YAML). */
enum manifest_type { MANIFEST_STRING, MANIFEST_INTEGER, MANIFEST_BOOLEAN };
enum manifest_type manifest_scalar_type(const char *path);

/*
 * Every key that a manifest may hold, in each of its places and in the order of the schema:
 * "parallel", "assessments[].limits.io.wbps", "parameters.*.value". One that is not `built` is
 * known, and refused.
 */
typedef void manifest_key_visit(const char *path, bool built, void *data);
void manifest_visit_keys(manifest_key_visit *visit, void *data);
