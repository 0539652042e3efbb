/* axe help: what axe is, and what each verb does. */
#include <stdio.h>

#include "axe/main.h"
#include "axe/verbs.h"
#include "cli/exit_code.h"

static void print_overview(void)
{
	printf("axe - run tests and commands so that nothing of them is left behind\n\n"
	       "usage: axe VERB [OPTION...] ...\n\n");
	for (size_t index = 0; index < verbs_count; index++)
		printf("  %-10s %s\n", verbs[index].name, verbs[index].summary);
	printf("\n`axe VERB --help` explains a verb; `axe --version` prints the version.\n");
}

int verb_help(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2) {
		print_overview();
		return EXIT_CODE_PASSED;
	}
	verb = verb_find(argv[1]);
	if (!verb)
		return refuse_verb(argv[1]);
	verb_print_help(verb, stdout);
	return EXIT_CODE_PASSED;
}
