/* The results as one JSON document: what is known of the job, and its assessments. */
#include "record/results_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "record/page.h"

#define FLAGS  (JSON_INDENT(2) | JSON_DECIMALS)
#define BREAK  "\n    " /* before an assessment, and each line of it */
#define ENDING "\n}" /* of the job's object */

struct document {
	struct page page;
	bool failed, begun;
};

/* Its members without the end of the object, which comes behind the assessments. */
static bool write_head(FILE *file, const json_t *summary)
{
	auto_json head = json_pack("{s:i}", "v", 1);
	auto_free char *text = NULL;

	if (!head || json_object_update(head, (json_t *)summary) < 0)
		return false;
	text = json_dumps(head, FLAGS);
	if (!text)
		return false;
	fprintf(file, "%.*s,\n  \"assessments\": [", (int)(strlen(text) - strlen(ENDING)), text);
	return true;
}

static void *begin(const json_t *summary)
{
	struct document *document = calloc(1, sizeof(*document));

	if (document && page_open(&document->page) && write_head(document->page.file, summary))
		return document;
	if (document)
		page_drop(&document->page);
	free(document);
	return NULL;
}

/* A line break is never part of a string: there it is escaped. */
static void write_indented(FILE *file, const char *text)
{
	const char *line = text, *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		fwrite(line, 1, (size_t)(end - line), file);
		fputs(BREAK, file);
	}
	fputs(line, file);
}

static void add(void *data, const json_t *result)
{
	struct document *document = data;
	auto_free char *text = json_dumps(result, FLAGS);

	fputs(document->begun ? "," BREAK : BREAK, document->page.file);
	document->begun = true;
	if (text)
		write_indented(document->page.file, text);
	else
		document->failed = true;
}

static char *end(void *data)
{
	struct document *document = data;
	auto_free char *text = NULL;

	fputs(document->begun ? "\n  ]" ENDING : "]" ENDING, document->page.file);
	text = page_take(&document->page);
	if (document->failed)
		free(take_pointer(text));
	free(document);
	return take_pointer(text);
}

const struct result_format results_json_format = { "results.json", begin, add, end };
