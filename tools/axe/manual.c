/* The page axe(1), for man: its prose is a file, its verbs and options are those of the tables. */
#include "axe/manual.h"

#include <string.h>

#include "axe/verbs.h"

/* The assembler finds the page in the include path. */
__asm__(".pushsection .rodata\nmanual_page:\n.incbin \"manual/axe.1.in\"\n.byte 0\n.popsection");
extern const char manual_page[];

/* What roff would read otherwise than it is meant. */
static const char *const escapes[256] = {
	['\\'] = "\\e",
	['-'] = "\\-",
	['`'] = "\\(ga",
	['\''] = "\\(aq",
	['~'] = "\\(ti",
	['^'] = "\\(ha",
};

static void print_text(const char *text, FILE *stream)
{
	for (; *text; text++) {
		const char *escape = escapes[(unsigned char)*text];

		if (escape)
			fputs(escape, stream);
		else
			putc(*text, stream);
	}
}

static void print_option(const struct option_row *row, FILE *stream)
{
	fputs(".TP\n", stream);
	if (row->letter)
		fprintf(stream, "\\fB\\-%c\\fR, ", row->letter);
	fputs("\\fB\\-\\-", stream);
	print_text(row->name, stream);
	fputs("\\fR", stream);
	if (row->value) {
		fputs(" \\fI", stream);
		print_text(row->value, stream);
		fputs("\\fR", stream);
	}
	/* A line that began with a dot would be a request. */
	fputs("\n\\&", stream);
	print_text(row->help, stream);
	putc('\n', stream);
}

static void print_notes(const char *notes, FILE *stream)
{
	fputs(".PP\n", stream);
	while (*notes) {
		char line[200];
		int length = (int)strcspn(notes, "\n");

		snprintf(line, sizeof(line), "%.*s", length, notes);
		fputs("\\&", stream);
		print_text(line, stream);
		putc('\n', stream);
		notes += length + (notes[length] == '\n');
	}
}

static void print_verb(const struct verb *verb, FILE *stream)
{
	fprintf(stream, ".SS axe %s\n\\&", verb->name);
	print_text(verb->summary, stream);
	fputs("\n.PP\n.nf\n       axe ", stream);
	print_text(verb->usage, stream);
	fputs("\n.fi\n", stream);
	for (size_t index = 0; verb->options && index < verb->options->count; index++)
		print_option(&verb->options->rows[index], stream);
	if (verb->options)
		print_option(&option_help, stream);
	if (verb->notes)
		print_notes(verb->notes, stream);
}

static void print_verbs(FILE *stream)
{
	for (size_t index = 0; index < verbs_count; index++)
		print_verb(&verbs[index], stream);
}

static void print_version(FILE *stream)
{
	fputs(AXE_VERSION, stream);
}

static const struct mark {
	const char *name;
	void (*print)(FILE *stream);
} marks[] = {
	{ "@VERBS@\n", print_verbs },
	{ "@VERSION@", print_version },
};

static const struct mark *find_mark(const char *text)
{
	for (size_t index = 0; index < sizeof(marks) / sizeof(*marks); index++)
		if (strncmp(text, marks[index].name, strlen(marks[index].name)) == 0)
			return &marks[index];
	return NULL;
}

void manual_print(FILE *stream)
{
	const char *at = manual_page;

	while (*at) {
		const struct mark *mark = find_mark(at);

		if (mark) {
			mark->print(stream);
			at += strlen(mark->name);
		} else {
			putc(*at++, stream);
		}
	}
}
