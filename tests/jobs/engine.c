/* Runs a job, prints how it goes. Ctrl-C asks it to stop; again: ends it. cc engine.c -laxe */
#include <axe/engine.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const char *const words[] = {
	[AXE_EVENT_JOB_BEGIN] = "begins",
	[AXE_EVENT_ASSESSMENT_BEGIN] = "begins",
	[AXE_EVENT_PROGRESS] = "reports",
	[AXE_EVENT_ASSESSMENT_CANCEL] = "is asked to stop",
};

static void print(const axe_event *event, void *ended)
{
	const char *name = axe_event_assessment_name(event), *verdict = axe_event_verdict(event);

	printf("%s %s\n", name ? name : "job",
		verdict ? verdict : words[axe_event_get_kind(event)]);
	fflush(stdout);
	*(bool *)ended = axe_event_get_kind(event) == AXE_EVENT_JOB_END;
}

/* One thread for all: the engine's events, and the terminal's signals. */
static axe_result follow(axe_engine *engine, int signals, const bool *ended)
{
	struct pollfd polled[] = { { axe_engine_dispatch_descriptor(engine), POLLIN, 0 },
		{ signals, POLLIN, 0 } };
	struct signalfd_siginfo signal;
	bool asked = false;

	for (; !*ended; axe_engine_dispatch(engine)) {
		poll(polled, 2, -1);
		if (!polled[1].revents || read(signals, &signal, sizeof(signal)) < 0)
			continue;
		if (asked || axe_engine_cancel_job(engine, 60000) != S_OK)
			axe_engine_terminate_job(engine, NULL);
		asked = true;
	}
	return axe_engine_wait(engine, AXE_FOREVER);
}

int main(int argc, char **argv)
{
	const axe_execution execution = { .size = sizeof(execution), .async = true };
	axe_errors *errors = NULL;
	axe_error_info wrong = { .text = "" };
	axe_engine *engine = NULL;
	axe_job *job = NULL;
	bool ended = false;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	axe_result code = axe_job_load(argc > 1 ? argv[1] : "-", &job, &errors);
	axe_errors_get(errors, AXE_ERROR_NEWEST, &wrong);
	if (code == S_OK)
		code = axe_engine_open(NULL, &engine);
	axe_engine_set_state_directory(engine, argc > 2 ? argv[2] : NULL);
	axe_engine_set_threading(engine, AXE_THREADING_DISPATCH);
	for (int kind = AXE_EVENT_JOB_BEGIN; kind <= AXE_EVENT_JOB_END; kind++)
		axe_engine_set_handler(engine, kind, print, &ended);
	if (code == S_OK)
		code = axe_engine_execute_job(engine, job, &execution);
	if (code == S_OK)
		code = follow(engine, signalfd(-1, &set, SFD_CLOEXEC), &ended);
	if (code != S_OK)
		fprintf(stderr, "%s%s\n", wrong.text, axe_engine_error(engine));
	axe_engine_close(engine);
	axe_job_free(job);
	axe_errors_free(errors);
	return code != S_OK;
}
