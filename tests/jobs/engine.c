/* Runs a job, prints how it goes. Ctrl-C asks it to stop; again: ends it. cc engine.c -laxe */
#include <axe/engine.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static const char *const words[] = {
	[AXE_EVENT_JOB_BEGIN] = "begins",
	[AXE_EVENT_ASSESSMENT_BEGIN] = "begins",
	[AXE_EVENT_PROGRESS] = "reports",
	[AXE_EVENT_ASSESSMENT_CANCEL] = "is asked to stop",
};

static void print(const axe_event *event, void *waiter)
{
	const char *name = axe_event_assessment_name(event), *verdict = axe_event_verdict(event);
	axe_event_kind kind = axe_event_get_kind(event);

	printf("%s %s\n", name ? name : "job", verdict ? verdict : words[kind]);
	fflush(stdout);
	if (kind == AXE_EVENT_JOB_END)
		pthread_kill(*(pthread_t *)waiter, SIGUSR1);
}

static axe_result run(axe_engine *engine, const axe_job *job, const sigset_t *signals)
{
	const axe_execution execution = { .size = sizeof(execution), .async = true };
	axe_result code = axe_engine_execute_job(engine, job, &execution);
	int number = 0, asked = 0;

	while (code == S_OK && sigwait(signals, &number) == 0 && number == SIGINT)
		if (asked++ || axe_engine_cancel_job(engine, 60000) != S_OK)
			axe_engine_terminate_job(engine, NULL);
	return code == S_OK ? axe_engine_wait(engine, AXE_FOREVER) : code;
}

int main(int argc, char **argv)
{
	pthread_t waiter = pthread_self();
	axe_error_info wrong = { .text = "" };
	axe_errors *errors = NULL;
	axe_engine *engine = NULL;
	axe_job *job = NULL;
	sigset_t signals;

	sigemptyset(&signals), sigaddset(&signals, SIGINT), sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	axe_result code = axe_job_load(argc > 1 ? argv[1] : "-", &job, &errors);
	axe_errors_get(errors, AXE_ERROR_NEWEST, &wrong);
	if (code == S_OK && (code = axe_engine_open(NULL, &engine)) == S_OK) {
		axe_engine_set_state_directory(engine, argc > 2 ? argv[2] : NULL);
		for (int kind = AXE_EVENT_JOB_BEGIN; kind <= AXE_EVENT_JOB_END; kind++)
			axe_engine_set_handler(engine, kind, print, &waiter);
		code = run(engine, job, &signals);
	}
	if (code != S_OK)
		fprintf(stderr, "%s%s\n", wrong.text, axe_engine_error(engine));
	axe_engine_close(engine), axe_job_free(job), axe_errors_free(errors);
	return code != S_OK;
}
