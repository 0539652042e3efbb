/* The results as JUnit XML, for the servers that collect such files. */
#include "record/junit.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/outcome.h"
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

static void write_properties(FILE *file, const json_t *results, const json_t *cases)
{
	const json_t *result;
	size_t i;

	fprintf(file, "<properties>\n<property name=\"job\" value=\"%lld\"/>\n",
		(long long)number_of(results, "job"));
	fputs("<property name=\"outcome\"", file);
	xml_write_attribute(file, "value", text_of(results, "outcome"));
	fputs("/>\n", file);
	json_array_foreach (cases, i, result)
		write_integrity(file, result);
	fputs("</properties>\n", file);
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

static void write_case(FILE *file, const json_t *results, const json_t *result)
{
	auto_free char *name = outcome_name(result);

	fputs("<testcase", file);
	xml_write_attribute(file, "name", name);
	xml_write_attribute(file, "classname", text_of(results, "name"));
	fprintf(file, " time=\"%.3f\">\n", seconds_of(result));
	write_verdict(file, result);
	write_findings(file, result);
	fputs("</testcase>\n", file);
}

/* The attributes that the document and its one suite have in common. */
static void write_totals(FILE *file, const json_t *results, const json_t *cases)
{
	size_t counts[KINDS] = { 0 }, i;
	const json_t *result;
	double seconds = 0;

	json_array_foreach (cases, i, result) {
		counts[outcome_kind(result)]++;
		seconds += seconds_of(result);
	}
	xml_write_attribute(file, "name", text_of(results, "name"));
	fprintf(file, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\"",
		json_array_size(cases), counts[OUTCOME_FAILURE], counts[OUTCOME_ERROR], seconds);
}

static size_t count_skipped(const json_t *cases)
{
	const json_t *result;
	size_t count = 0, i;

	json_array_foreach (cases, i, result)
		count += outcome_kind(result) == OUTCOME_SKIP;
	return count;
}

/* "2026-11-21T08:50:06" of the first case: the schema wants it without fraction and zone. */
static void write_timestamp(FILE *file, const json_t *cases)
{
	char start[20];

	snprintf(start, sizeof(start), "%s", text_of(json_array_get(cases, 0), "start"));
	if (strlen(start) == sizeof(start) - 1)
		xml_write_attribute(file, "timestamp", start);
}

static void write_document(FILE *file, const json_t *results)
{
	const json_t *cases = json_object_get(results, "assessments"), *result;
	size_t i;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", file);
	write_totals(file, results, cases);
	fputs(">\n<testsuite", file);
	write_totals(file, results, cases);
	fprintf(file, " skipped=\"%zu\"", count_skipped(cases));
	write_timestamp(file, cases);
	fputs(">\n", file);
	write_properties(file, results, cases);
	json_array_foreach (cases, i, result)
		write_case(file, results, result);
	fputs("</testsuite>\n</testsuites>\n", file);
}

char *junit_render(const json_t *results)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int failed;

	if (!file)
		return NULL;
	write_document(file, results);
	failed = ferror(file);
	if (fclose(file) == 0 && !failed)
		return text;
	free(text);
	return NULL;
}
