/* axe help: what axe is, and what each verb does. */
#include <stdio.h>
#include <string.h>

#include "axe/main.h"
#include "axe/manual.h"
#include "axe/verbs.h"
#include "cli/exit_code.h"
#include "model/result.h"

static void print_overview(void)
{
	printf("axe - run tests and commands so that nothing of them is left behind\n\n"
	       "usage: axe VERB [OPTION...] ...\n\n");
	for (size_t index = 0; index < verbs_count; index++)
		printf("  %-10s %s\n", verbs[index].name, verbs[index].summary);
	printf("\n`axe VERB --help` explains a verb, `axe help codes` lists the result codes;\n"
	       "`axe --version` prints the version.\n");
}

/* Of what no page gives a value, the value is ours. */
static void print_codes(void)
{
	unsigned count;
	const struct result_row *rows = result_rows(&count);

	for (unsigned index = 0; index < count; index++)
		printf("0x%08x  %-37s  %-9s  %s\n", (unsigned)rows[index].value, rows[index].name,
			rows[index].origin == AXE_ORIGIN_PUBLISHED ? "published" : "ours",
			rows[index].text);
}

static void print_manual(void)
{
	manual_print(stdout);
}

static const struct topic {
	const char *name;
	void (*print)(void);
} topics[] = {
	{ "codes", print_codes },
	{ "manual", print_manual },
};

int verb_help(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2) {
		print_overview();
		return EXIT_CODE_PASSED;
	}
	for (size_t index = 0; index < sizeof(topics) / sizeof(*topics); index++) {
		if (strcmp(topics[index].name, argv[1]) == 0) {
			topics[index].print();
			return EXIT_CODE_PASSED;
		}
	}
	verb = verb_find(argv[1]);
	if (!verb)
		return refuse_verb(argv[1]);
	verb_print_help(verb, stdout);
	return EXIT_CODE_PASSED;
}
