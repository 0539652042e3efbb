/* What a try is born into: its group with its limits, and its folder with the files of its output.
 */
#pragma once

#include <stdbool.h>

struct assessment;
struct error;
struct group;
struct job_context;
struct limit_set;
struct output;
struct refusals;

enum { RUNNER_STDOUT, RUNNER_STDERR, RUNNER_OUTPUTS };

extern const char *const runner_output_names[RUNNER_OUTPUTS];

struct cradle {
	bool laid; /* for this one: */
	unsigned index, try_number;
	struct group *group;
	struct limit_set *limits;
	struct refusals *refusals; /* NULL: nobody bounded descriptors, or it cannot be counted */
	int folder; /* -1: none */
	struct output *outputs[RUNNER_OUTPUTS];
};

/* What was made before a failure is in it, too: the caller's, as is all of it. */
int cradle_make(const struct job_context *context, const struct assessment *assessment,
	unsigned index, unsigned try_number, struct cradle *cradle, struct error *error);

/*
 * The same ahead of its turn, while another one runs. Nothing of it watches, counts, or is told
 * of: should its turn never come, nobody has been there. What cannot be made now is not told
 * either, and not `laid`; the birth will try again, and say why.
 */
void cradle_lay(const struct job_context *context, const struct assessment *assessment,
	unsigned index, unsigned try_number, struct cradle *cradle);

/* Take what was laid for this try. False: it is another's, or there is none. */
bool cradle_take(
	struct cradle *laid, unsigned index, unsigned try_number, struct cradle *ret_cradle);

/* Nobody was born in it, and nobody will be: all of it goes. */
void cradle_remove(struct cradle *cradle, const struct job_context *context);
