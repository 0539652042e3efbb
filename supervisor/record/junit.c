/* The results as JUnit XML, for the servers that collect such files. */
#include "record/junit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/outcome.h"
#include "record/page.h"
#include "record/xml.h"

/* The child element that tells a case's kind; a passed one has none. */
static const char *const elements[] = {
	[OUTCOME_PASS] = NULL,
	[OUTCOME_SKIP] = "skipped",
	[OUTCOME_FAILURE] = "failure",
	[OUTCOME_ERROR] = "error",
};

#define KINDS (sizeof(elements) / sizeof(*elements))

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static double seconds_of(const json_t *object)
{
	return json_number_value(json_object_get(object, "duration_ms")) / 1000;
}

static json_int_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void write_line(FILE *file, char *line)
{
	xml_write(file, line);
	if (line)
		fputs("\n", file);
	free(line);
}

/* The shape that Ant defined and Jenkins reads has no properties in a case: they go to the suite.
 */
static void write_property(FILE *file, const json_t *result, const char *name, const char *value)
{
	fprintf(file, "<property name=\"%lld.%lld.%s\"", (long long)number_of(result, "index"),
		(long long)number_of(result, "try"), name);
	xml_write_attribute(file, "value", value);
	fputs("/>\n", file);
}

static void write_integrity(FILE *file, const json_t *result)
{
	const json_t *integrity = json_object_get(result, "integrity");

	if (!json_is_object(integrity))
		return;
	if (json_is_true(json_object_get(integrity, "complete"))) {
		write_property(file, result, "integrity", "complete");
		return;
	}
	write_property(file, result, "integrity", "incomplete");
	write_property(file, result, "integrity.reason", text_of(integrity, "reason"));
}

static void write_verdict(FILE *file, const json_t *result)
{
	const char *element = elements[outcome_kind(result)];
	auto_free char *sentence = outcome_sentence(result);

	if (!element)
		return;
	fprintf(file, "<%s", element);
	xml_write_attribute(file, "message", sentence);
	xml_write_attribute(file, "type", text_of(json_object_get(result, "error"), "name"));
	fputs("/>\n", file);
}

static void write_findings(FILE *file, const json_t *result)
{
	const json_t *leaks = json_object_get(result, "leaks");
	const json_t *warnings = json_object_get(result, "warnings");
	const json_t *finding;
	size_t leaked = outcome_leaked(result), i;

	if (!leaked && !json_array_size(warnings))
		return;
	fputs("<system-err>", file);
	json_array_foreach (leaks, i, finding)
		write_line(file, outcome_leak(finding));
	if (leaked > json_array_size(leaks))
		fprintf(file, "leaked: %zu more\n", leaked - json_array_size(leaks));
	json_array_foreach (warnings, i, finding)
		write_line(file, outcome_warning(finding));
	fputs("</system-err>\n", file);
}

static void write_case(FILE *file, const json_t *summary, const json_t *result)
{
	auto_free char *name = outcome_name(result);

	fputs("<testcase", file);
	xml_write_attribute(file, "name", name);
	xml_write_attribute(file, "classname", text_of(summary, "name"));
	fprintf(file, " time=\"%.3f\">\n", seconds_of(result));
	write_verdict(file, result);
	write_findings(file, result);
	fputs("</testcase>\n", file);
}

/* What stands before the cases is known behind the last of them. */
struct document {
	const json_t *summary;
	struct page properties, cases;
	size_t count, counts[KINDS];
	double seconds;
	char start[20]; /* "2026-11-21T08:50:06" of the first: neither fraction nor zone */
};

static void drop(struct document *document)
{
	page_drop(&document->properties);
	page_drop(&document->cases);
	free(document);
}

static void *begin(const json_t *summary)
{
	struct document *document = calloc(1, sizeof(*document));

	if (!document)
		return NULL;
	document->summary = summary;
	if (page_open(&document->properties) && page_open(&document->cases))
		return document;
	drop(document);
	return NULL;
}

static void add(void *data, const json_t *result)
{
	struct document *document = data;

	if (!document->count++)
		snprintf(document->start, sizeof(document->start), "%s", text_of(result, "start"));
	document->counts[outcome_kind(result)]++;
	document->seconds += seconds_of(result);
	write_integrity(document->properties.file, result);
	write_case(document->cases.file, document->summary, result);
}

/* The attributes that the document and its one suite have in common. */
static void write_totals(FILE *file, const struct document *document)
{
	xml_write_attribute(file, "name", text_of(document->summary, "name"));
	fprintf(file, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\"",
		document->count, document->counts[OUTCOME_FAILURE], document->counts[OUTCOME_ERROR],
		document->seconds);
}

static void write_head(FILE *file, const struct document *document)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", file);
	write_totals(file, document);
	fputs(">\n<testsuite", file);
	write_totals(file, document);
	fprintf(file, " skipped=\"%zu\"", document->counts[OUTCOME_SKIP]);
	if (strlen(document->start) == sizeof(document->start) - 1)
		xml_write_attribute(file, "timestamp", document->start);
	fprintf(file, ">\n<properties>\n<property name=\"job\" value=\"%lld\"/>\n",
		(long long)number_of(document->summary, "job"));
	fputs("<property name=\"outcome\"", file);
	xml_write_attribute(file, "value", text_of(document->summary, "outcome"));
	fputs("/>\n", file);
}

static char *join(const struct document *document, const char *properties, const char *cases)
{
	struct page whole;

	if (!page_open(&whole))
		return NULL;
	write_head(whole.file, document);
	fputs(properties, whole.file);
	fputs("</properties>\n", whole.file);
	fputs(cases, whole.file);
	fputs("</testsuite>\n</testsuites>\n", whole.file);
	return page_take(&whole);
}

static char *end(void *data)
{
	struct document *document = data;
	auto_free char *properties = page_take(&document->properties);
	auto_free char *cases = page_take(&document->cases);
	char *text = properties && cases ? join(document, properties, cases) : NULL;

	free(document);
	return text;
}

const struct result_format junit_format = { "junit.xml", begin, add, end };
