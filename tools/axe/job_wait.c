/* What `watch` and `wait` say and return when a job's events are over. */
#include "axe/job_wait.h"

#include <errno.h>
#include <stdio.h>

#include "axe/client.h"
#include "base/error.h"
#include "cli/exit_code.h"

int job_wait_exit(
	const char *verb, long long job, int code, const json_t *summary, const struct error *error)
{
	struct exit_facts facts;

	switch (code) {
	case 0:
		if (!summary)
			return EXIT_CODE_PASSED;
		exit_facts_read(summary, &facts);
		return (int)exit_code_of(&facts);
	case -ETIME:
		fprintf(stderr, "axe %s: job %lld has not ended yet; it goes on\n", verb, job);
		return EXIT_CODE_TIMEOUT;
	case -EPIPE:
		fprintf(stderr, "axe %s: the supervisor ended before job %lld did\n", verb, job);
		return EXIT_CODE_INFRASTRUCTURE;
	case -ENODATA:
		fprintf(stderr,
			"axe %s: job %lld does not run, and has no end: its supervisor died\n",
			verb, job);
		return EXIT_CODE_INFRASTRUCTURE;
	default:
		fprintf(stderr, "axe %s: %s\n", verb, error->text);
		return client_exit_code(code);
	}
}
