/* The job that a verb was told to look at: its folder and, while it runs, its supervisor. */
#include "axe/job_operand.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "axe/client.h"
#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/job_live.h"
#include "libaxe/connection.h"

int job_operand_open(const char *verb, const struct operands *operands, const char *state_dir,
	const char *socket, struct job_operand *ret_job)
{
	const struct client_options client = { .socket = socket };
	const char *asked = client_socket(&client);
	struct job_operand job = { .folder = NULL };
	struct error error = { 0 };
	int code;

	if (operands->count != 1)
		return verb_refuse(verb, "expected one job");
	if (job_name_parse(operands->words[0], &job.name, &error) < 0)
		return verb_refuse(verb, "%s", error.text);
	code = job_folder_open(state_dir, job.name.job, &job.folder, &error);
	if (code < 0) {
		fprintf(stderr, "axe %s: %s\n", verb, error.text);
		return client_exit_code(code);
	}
	code = job_live_connect(
		asked, job.name.job, job.folder->path, &job.connection, &job.live, &error);
	/* -ENOENT: it does not run there, which may be just what is to be shown. */
	if (code < 0 && code != -ENOENT && socket) {
		fprintf(stderr, "axe %s: %s\n", verb, error.text);
		job_operand_finish(&job);
		return client_exit_code(code);
	}
	*ret_job = job;
	return 0;
}

void job_operand_tell_torn(const char *verb, const struct job_operand *job)
{
	static const char *const files[] = { "trace.ndjson", "results.ndjson" };

	for (size_t i = 0; !job->live && i < sizeof(files) / sizeof(*files); i++) {
		uint64_t bytes = job_folder_torn_bytes(job->folder, files[i]);

		if (bytes)
			fprintf(stderr,
				"axe %s: the last line of `%s/%s` is torn and left out (%" PRIu64
				" bytes): its supervisor died while it wrote\n",
				verb, job->folder->path, files[i], bytes);
	}
}

int job_operand_check_runs(const char *verb, const struct job_operand *job)
{
	long long number = (long long)job->name.job;

	if (!job->connection) {
		fprintf(stderr, "axe %s: job %lld does not run\n", verb, number);
		return EXIT_CODE_USAGE;
	}
	if (!job_live_waits(job->live))
		return 0;
	fprintf(stderr,
		"axe %s: job %lld waits for a slot: only its own client can withdraw it "
		"(Ctrl-C there)\n",
		verb, number);
	return EXIT_CODE_USAGE;
}

void job_operand_finish(struct job_operand *job)
{
	job_folder_destroy(job->folder);
	connection_destroy(job->connection);
	json_decref(job->live);
}
