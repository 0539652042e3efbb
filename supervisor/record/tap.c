/* The results as TAP version 13, for harnesses that read such streams. */
#include "record/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/outcome.h"
#include "record/page.h"

#define DESCRIPTION_SIZE 1024

/* What the YAML block of a failure repeats of its result. */
static const char *const diagnostics[] = { "verdict", "reason", "error", "exit", "killer", "leaks",
	"warnings", "processes", "integrity", "duration_ms" };

/* On one line; a `#` would begin a directive, and a `\` escapes it. */
static void write_description(FILE *file, const char *text)
{
	char line[DESCRIPTION_SIZE];

	text_escape(text, strlen(text), line, sizeof(line));
	for (const char *at = line; *at; at++) {
		if (*at == '#' || *at == '\\')
			fputc('\\', file);
		fputc(*at, file);
	}
}

/* JSON is YAML, as long as a blank follows the colons: no JSON_COMPACT. */
static void write_diagnostic(FILE *file, const char *key, const json_t *value)
{
	auto_free char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	if (text)
		fprintf(file, "  %s: %s\n", key, text);
}

static void write_block(FILE *file, const json_t *result, const char *sentence)
{
	json_t *message = json_string(sentence);

	fputs("  ---\n", file);
	write_diagnostic(file, "message", message);
	json_decref(message);
	for (size_t i = 0; i < sizeof(diagnostics) / sizeof(*diagnostics); i++) {
		const json_t *value = json_object_get(result, diagnostics[i]);

		if (value && !json_is_null(value))
			write_diagnostic(file, diagnostics[i], value);
	}
	fputs("  ...\n", file);
}

/* What it left behind, also where it passed: a comment each. */
static void write_residue(FILE *file, const json_t *result)
{
	const json_t *warning;
	size_t i;

	json_array_foreach (json_object_get(result, "warnings"), i, warning) {
		auto_free char *line = outcome_warning(warning);

		if (!line || !json_object_get(warning, "certainty"))
			continue;
		fputs("# ", file);
		write_description(file, line);
		fputc('\n', file);
	}
}

static void write_case(FILE *file, size_t number, const json_t *result)
{
	enum outcome_kind kind = outcome_kind(result);
	auto_free char *name = outcome_name(result);
	auto_free char *sentence = outcome_sentence(result);
	bool failed = kind == OUTCOME_FAILURE || kind == OUTCOME_ERROR;

	fprintf(file, "%s %zu - ", failed ? "not ok" : "ok", number);
	write_description(file, name ? name : "");
	if (kind == OUTCOME_SKIP) {
		fputs(" # SKIP ", file);
		write_description(file, sentence ? sentence : "");
	}
	fputc('\n', file);
	write_residue(file, result);
	if (failed)
		write_block(file, result, sentence ? sentence : "");
}

struct document {
	struct page cases;
	size_t count;
};

static void *begin(const json_t *summary)
{
	struct document *document = calloc(1, sizeof(*document));

	if (document && page_open(&document->cases))
		return document;
	free(document);
	return NULL;
}

static void add(void *data, const json_t *result)
{
	struct document *document = data;

	write_case(document->cases.file, ++document->count, result);
}

static char *join(const char *cases, size_t count)
{
	struct page whole;

	if (!page_open(&whole))
		return NULL;
	fprintf(whole.file, "TAP version 13\n1..%zu\n", count);
	fputs(cases, whole.file);
	return page_take(&whole);
}

static char *end(void *data)
{
	auto_free struct document *document = data;
	auto_free char *cases = page_take(&document->cases);

	return cases ? join(cases, document->count) : NULL;
}

const struct result_format tap_format = { "results.tap", begin, add, end };
