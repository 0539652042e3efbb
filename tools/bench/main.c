/*
 * axe-bench: what axe costs, each figure as a ratio to the bare kernel measured in the same run.
 *
 * usage: axe-bench [--quick] [--json] [--only LETTERS]; --help says what the letters are
 *
 * Exit status: 0 every goal was met, 1 some were missed, 2 usage, 3 it could not be measured. Run
 * it on a machine that does nothing else; what is measured on a busy one is its business.
 */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "bench/bare.h"
#include "bench/cases.h"
#include "bench/keeper.h"
#include "bench/load.h"
#include "bench/report.h"
#include "bench/supervised.h"

static const struct bench_case cases[] = {
	{ 'a', "TerminateJob", case_terminate },
	{ 'b', "one assessment", case_round },
	{ 'c', "a loop of forks", case_forks },
	{ 'd', "exits lost", case_lost },
	{ 'e', "memory", case_memory },
	{ 'f', "from start to end", case_start },
	{ 'g', "bytes", case_bytes },
	{ 'h', "growth", case_growth },
	{ 'i', "a long queue", case_queue },
	{ 'j', "a supervisor that dies", case_adopt },
};

#define CASES (sizeof(cases) / sizeof(*cases))

enum { OPTION_QUICK = 256, OPTION_JSON, OPTION_ONLY, OPTION_HELP };

static const struct option options[] = {
	{ "quick", no_argument, NULL, OPTION_QUICK },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "only", required_argument, NULL, OPTION_ONLY },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static void explain(FILE *stream)
{
	fputs("usage: axe-bench [--quick] [--json] [--only LETTERS]\n"
	      "  --quick  fewer rounds: to see that it works\n"
	      "  --json   one object for programs, not a table\n"
	      "  --only   some of these:\n",
		stream);
	for (size_t index = 0; index < CASES; index++)
		fprintf(stream, "    %c  %s\n", cases[index].letter, cases[index].name);
	fputs("exit status: 0 every goal was met, 1 some were missed, 2 usage, 3 it could not be "
	      "measured\n",
		stream);
}

static int usage(void)
{
	explain(stderr);
	return 2;
}

/* Nothing that was measured would meet every goal. */
static bool are_letters(const char *only)
{
	char known[CASES + 1] = "";

	for (size_t index = 0; index < CASES; index++)
		known[index] = cases[index].letter;
	if (*only && !only[strspn(only, known)])
		return true;
	fprintf(stderr, "axe-bench: --only `%s`: not letters of `%s`\n", only, known);
	return false;
}

static int run_cases(struct bench *bench, const char *only, struct error *error)
{
	int code = supervised_start(bench->supervised, error);

	for (size_t index = 0; code == 0 && index < CASES; index++)
		if (!only || strchr(only, cases[index].letter))
			code = cases[index].run(bench, error);
	supervised_stop(bench->supervised);
	return code;
}

struct task {
	struct bench *bench;
	const char *only; /* NULL: all */
};

/* The exit status. */
static int measure(void *data)
{
	const struct task *task = data;
	struct error error = { 0 };

	if (run_cases(task->bench, task->only, &error) == 0)
		return report_end(task->bench->report) ? 1 : 0;
	fprintf(stderr, "axe-bench: %s\n", error.text);
	return 3;
}

static int run(struct bench *bench, const char *only, int *ret_signal)
{
	struct task task = { bench, only };
	struct error error = { 0 };
	int code = bare_create(&bench->bare, &error), status = 3;

	if (code == 0)
		code = supervised_create(&bench->supervised, &error);
	if (code == 0)
		code = keeper_run(measure, &task, &status, ret_signal, &error);
	if (code < 0)
		fprintf(stderr, "axe-bench: %s\n", error.text);
	else if (status < 0)
		fputs("axe-bench: ended before it had measured all\n", stderr);
	supervised_destroy(bench->supervised);
	bare_destroy(bench->bare);
	return code < 0 || status < 0 ? 3 : status;
}

/* As whoever sent it expects it to. */
static void end_by(int number)
{
	sigset_t only;

	sigemptyset(&only);
	sigaddset(&only, number);
	signal(number, SIG_DFL);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
}

int main(int count, char **words)
{
	struct bench bench = { 0 };
	const char *only = NULL;
	bool json = false;
	int option, code, ended_by = 0;

	if (count > 1 && strcmp(words[1], "--load") == 0) {
		code = load_main(count - 2, words + 2);
		return code < 0 ? usage() : code;
	}
	while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
		switch (option) {
		case OPTION_QUICK:
			bench.quick = true;
			break;
		case OPTION_JSON:
			json = true;
			break;
		case OPTION_ONLY:
			only = optarg;
			if (!are_letters(only))
				return usage();
			break;
		case OPTION_HELP:
			explain(stdout);
			return 0;
		default:
			return usage();
		}
	}
	if (optind != count)
		return usage();
	if (geteuid() != 0) {
		fputs("axe-bench: must be root, as the supervisor that it measures\n", stderr);
		return 3;
	}
	bench.report = report_create(json);
	if (!bench.report)
		return 3;
	code = run(&bench, only, &ended_by);
	report_destroy(bench.report);
	if (ended_by)
		end_by(ended_by);
	return code;
}
