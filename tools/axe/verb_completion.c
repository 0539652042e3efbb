/* axe completion: what a shell needs to complete the verbs and options of axe. */
#include <stdio.h>
#include <string.h>

#include "axe/verbs.h"
#include "cli/exit_code.h"

const struct option_table completion_options = { .rows = NULL, .count = 0 };

static void print_names(const struct verb *verb)
{
	if (!verb->options)
		return;
	printf("\t%s) options='", verb->name);
	for (size_t index = 0; index < verb->options->count; index++)
		printf("--%s ", verb->options->rows[index].name);
	printf("--%s' ;;\n", option_help.name);
}

static void print_choices(const struct verb *verb, const struct option_row *row)
{
	printf("\t%s:--%s", verb->name, row->name);
	if (row->letter)
		printf(" | %s:-%c", verb->name, row->letter);
	fputs(") values='", stdout);
	for (size_t index = 0; row->choices[index]; index++)
		printf("%s%s", index ? " " : "", row->choices[index]);
	puts("' ;;");
}

static void print_values(const struct verb *verb)
{
	for (size_t index = 0; verb->options && index < verb->options->count; index++) {
		const struct option_row *row = &verb->options->rows[index];

		if (row->choices)
			print_choices(verb, row);
	}
}

static void print_bash(void)
{
	fputs("# Completion of axe for bash, as `axe completion bash` printed it.\n"
	      "_axe() {\n"
	      "\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal verb=${COMP_WORDS[1]} verbs='",
		stdout);
	for (size_t index = 0; index < verbs_count; index++)
		printf("%s%s", index ? " " : "", verbs[index].name);
	fputs("' options= values= word\n\tCOMPREPLY=()\n"
	      "\tif ((COMP_CWORD == 1)); then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$verbs --help --version\" -- \"$current\"))\n"
	      "\t\treturn\n\tfi\n"
	      "\t# What follows `--` is another program's.\n"
	      "\tfor word in \"${COMP_WORDS[@]:2:COMP_CWORD-2}\"; do\n"
	      "\t\t[[ $word == -- ]] && return\n\tdone\n"
	      "\t# `--leaks=f` is three words.\n"
	      "\tif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
	      "\tif [[ $current == = ]]; then current=; fi\n"
	      "\tcase $verb in\n",
		stdout);
	for (size_t index = 0; index < verbs_count; index++)
		print_names(&verbs[index]);
	fputs("\tesac\n\tcase $verb:$before in\n", stdout);
	for (size_t index = 0; index < verbs_count; index++)
		print_values(&verbs[index]);
	fputs("\thelp:help) values=\"$verbs codes manual\" ;;\n"
	      "\tcompletion:completion) values='bash' ;;\n"
	      "\tesac\n"
	      "\tif [[ $current == -* ]]; then values=$options; fi\n"
	      "\tCOMPREPLY=($(compgen -W \"$values\" -- \"$current\"))\n}\n"
	      "# Of all else the names of files are offered.\n"
	      "complete -o default -F _axe axe\n",
		stdout);
}

static const struct shell {
	const char *name;
	void (*print)(void);
} shells[] = {
	{ "bash", print_bash },
};

int verb_completion(int argc, char **argv)
{
	struct operands operands;
	char nothing[1];
	int code = verb_read_options(argc, argv, nothing, &operands);

	if (code != VERB_GO_ON)
		return code;
	for (size_t at = 0; operands.count == 1 && at < sizeof(shells) / sizeof(*shells); at++) {
		if (strcmp(shells[at].name, operands.words[0]) == 0) {
			shells[at].print();
			return EXIT_CODE_PASSED;
		}
	}
	return verb_refuse(argv[0], "expected the name of a shell: bash");
}
