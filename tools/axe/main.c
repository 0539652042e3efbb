/* The way into axe: find the verb and let it run. */
#include "axe/main.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"

#define VERBS_MAX 40

/* A descriptor of ours must never become somebody's standard output. */
static void fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", O_RDWR);
}

int refuse_verb(const char *name)
{
	auto_free char *safe = terminal_safe(name);
	const char *names[VERBS_MAX];
	const char *nearest;

	for (size_t index = 0; index < verbs_count; index++)
		names[index] = verbs[index].name;
	nearest = text_nearest(name, names, verbs_count);
	if (nearest)
		fprintf(stderr, "axe: no verb `%s`: did you mean `axe %s`?\n", safe, nearest);
	else
		fprintf(stderr, "axe: no verb `%s`; `axe help` lists them\n", safe);
	return EXIT_CODE_USAGE;
}

static bool is_one_of(const char *word, const char *one, const char *other)
{
	return strcmp(word, one) == 0 || strcmp(word, other) == 0;
}

static int run_verb(int argc, char **argv)
{
	const struct verb *verb = verb_find(argv[0]);

	if (!verb)
		return refuse_verb(argv[0]);
	if (argc > 1 && is_one_of(argv[1], "--help", "-h")) {
		verb_print_help(verb, stdout);
		return EXIT_CODE_PASSED;
	}
	return verb->run(argc, argv);
}

int main(int argc, char **argv)
{
	static char help[] = "help";
	char *overview[] = { help, NULL };
	int code;

	fill_standard_descriptors();
	if (argc < 2) {
		verb_help(1, overview);
		return EXIT_CODE_USAGE;
	}
	if (is_one_of(argv[1], "--version", "-V")) {
		puts("axe " AXE_VERSION);
		code = EXIT_CODE_PASSED;
	} else if (is_one_of(argv[1], "--help", "-h")) {
		code = verb_help(1, overview);
	} else {
		code = run_verb(argc - 1, argv + 1);
	}
	/* Data that could not be written was not delivered, whatever the verb thinks. */
	if (fflush(stdout) == EOF || ferror(stdout)) {
		fprintf(stderr, "axe: write the output: %s\n", strerror(errno));
		return code ? code : EXIT_CODE_INFRASTRUCTURE;
	}
	return code;
}
