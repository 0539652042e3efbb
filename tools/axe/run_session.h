/* One job and its client: the conversation with the supervisor from ExecuteJob to the last answer.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "axe/run_report.h"
#include "base/error.h"

struct connection;
struct progress;
struct supervisor;

struct session_config {
	struct connection *connection; /* borrowed */
	struct supervisor *supervisor; /* borrowed; NULL: it is not ours */
	const char *socket; /* of a supervisor that is not ours; NULL */
	struct progress *progress; /* borrowed */
	enum report_format format;
	bool command; /* stream the output of the only assessment */
	int terminal_pipe; /* taken: what is typed at the terminal goes in here; -1: nothing */
	uint64_t grace_ns; /* of the first Ctrl-C */
	uint64_t kill_deadline_ns; /* of our own kill, when the supervisor is dead */
};

/* How it ended. */
struct session_end {
	json_t *summary; /* with all results; owned; NULL: the job has no end */
	bool begun; /* the supervisor accepted the job */
	bool withdrawn; /* the person gave up before the job began */
	bool lost; /* the supervisor died */
	bool theirs; /* and the job was never ours to end: its next supervisor finds it */
	long long job; /* its number, once begun */
	unsigned survivors; /* of our own kill */
	bool output_cut; /* some of what the command printed was not passed on, which was said */
	int output_code; /* errno: what the command printed could not all be passed on; 0 */
	int refusal; /* -errno of reply_check: the job was not run */
	struct error error; /* text for `lost` and `refusal` */
};

/* `parameters` of ExecuteJob are taken. -errno when the conversation could not even start. */
int session_run(const struct session_config *config, json_t *parameters,
	struct session_end *ret_end, struct error *error);

void session_end_finish(struct session_end *end);
