/* A job of the API: a checked manifest whose parameters may be set until it runs. */
#include "libaxe/api_job.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "axe/cluster.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/api_errors.h"
#include "libaxe/json_reader.h"
#include "libaxe/manifest_file.h"
#include "libaxe/manifest_text.h"
#include "model/manifest.h"

#define LINE_SIZE 800 /* all parts of a manifest_error */

struct axe_job {
	pthread_mutex_t lock;
	struct manifest *manifest;
	unsigned references; /* the caller's, and one of each engine that runs it */
	unsigned running;
	uint64_t number; /* in a queue; 0: it was not added yet */
};

static axe_result code_of(int code)
{
	if (code == -EINVAL)
		return AXE_E_BAD_MANIFEST;
	return code == -ENOENT ? AXE_E_NOT_FOUND : AXE_E_INTERNAL_ERROR;
}

/* The list is written on failure too; without one nobody wants to know. */
static axe_result finish_load(axe_result code, const char *text, axe_errors **ret_errors)
{
	if (ret_errors)
		*ret_errors = errors_read(NULL, code, AXE_NO_ASSESSMENT, text);
	return code;
}

static axe_result refuse(int code, const char *path, const struct manifest_error *wrong,
	const struct error *error, axe_errors **ret_errors)
{
	char line[LINE_SIZE] = "";

	if (code == -EINVAL)
		manifest_error_format(wrong, path, line, sizeof(line));
	else
		snprintf(line, sizeof(line), "%s", error->text);
	return finish_load(code_of(code), line, ret_errors);
}

static axe_result wrap(struct manifest *manifest, axe_job **ret_job, axe_errors **ret_errors)
{
	axe_job *job = calloc(1, sizeof(*job));

	if (!job) {
		manifest_destroy(manifest);
		return finish_load(AXE_E_INTERNAL_ERROR, "out of memory", ret_errors);
	}
	pthread_mutex_init(&job->lock, NULL);
	job->manifest = manifest;
	job->references = 1;
	*ret_job = job;
	return finish_load(S_OK, NULL, ret_errors);
}

axe_result axe_job_load(const char *path, axe_job **ret_job, axe_errors **ret_errors)
{
	struct manifest_error wrong = { 0 };
	struct error error = { 0 };
	struct manifest *manifest;
	int code;

	if (!path || !ret_job)
		return finish_load(AXE_E_INVALID_ARGUMENT, NULL, ret_errors);
	code = manifest_file_check(path, &manifest, &wrong, &error);
	if (code < 0)
		return refuse(code, path, &wrong, &error, ret_errors);
	return wrap(manifest, ret_job, ret_errors);
}

static int parse(const char *json, size_t length, struct manifest **ret_manifest,
	struct manifest_error *ret_wrong)
{
	auto_json source = NULL;
	int code;

	if (length > MANIFEST_SIZE_MAX)
		return -EFBIG;
	code = manifest_text_check(json, length, ret_wrong);
	if (code == 0)
		code = json_read(json, length, &source, ret_wrong);
	return code < 0 ? code : manifest_parse(source, ret_manifest, ret_wrong);
}

axe_result axe_job_parse(
	const char *json, size_t length, axe_job **ret_job, axe_errors **ret_errors)
{
	struct manifest_error wrong = { 0 };
	struct error error = { 0 };
	auto_free char *text = NULL;
	struct manifest *manifest;
	int code;

	if (!json || !ret_job)
		return finish_load(AXE_E_INVALID_ARGUMENT, NULL, ret_errors);
	/* The readers look for a NUL behind the last byte. */
	text = length <= MANIFEST_SIZE_MAX ? malloc(length + 1) : NULL;
	if (text) {
		memcpy(text, json, length);
		text[length] = '\0';
		code = parse(text, length, &manifest, &wrong);
	} else {
		code = length <= MANIFEST_SIZE_MAX ? -ENOMEM : -EFBIG;
	}
	if (code == 0)
		return wrap(manifest, ret_job, ret_errors);
	if (code == -EFBIG)
		snprintf(wrong.expected, sizeof(wrong.expected), "at most %u bytes",
			MANIFEST_SIZE_MAX);
	fail(&error, -code, "read the manifest");
	return refuse(code == -EFBIG ? -EINVAL : code, NULL, &wrong, &error, ret_errors);
}

/* Under the lock, which is given back. */
static void drop_reference(axe_job *job)
{
	bool last = --job->references == 0;

	pthread_mutex_unlock(&job->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&job->lock);
	manifest_destroy(job->manifest);
	free(job);
}

void axe_job_free(axe_job *job)
{
	if (!job)
		return;
	pthread_mutex_lock(&job->lock);
	drop_reference(job);
}

const char *axe_job_name(const axe_job *job)
{
	return job->manifest->name;
}

uint32_t axe_job_assessment_count(const axe_job *job)
{
	return (uint32_t)job->manifest->assessments_count;
}

const char *axe_job_assessment_name(const axe_job *job, uint32_t index)
{
	return index < job->manifest->assessments_count ? job->manifest->assessments[index]->name
							: NULL;
}

axe_result axe_job_parameter(const axe_job *job, const char *name, const char **ret_value)
{
	axe_job *own = (axe_job *)job; /* only its lock is written */
	axe_result code = AXE_E_PARAMETER_NOT_FOUND;

	if (!job || !name || !ret_value)
		return AXE_E_INVALID_ARGUMENT;
	pthread_mutex_lock(&own->lock);
	for (size_t at = 0; at < job->manifest->parameters_count && code; at++) {
		if (strcmp(job->manifest->parameters[at].name, name) != 0)
			continue;
		*ret_value = job->manifest->parameters[at].value;
		code = S_OK;
	}
	pthread_mutex_unlock(&own->lock);
	return code;
}

static axe_result set_parameter(axe_job *job, const char *name, const char *value)
{
	int code = manifest_set_parameter(job->manifest, name, value);

	switch (code) {
	case 0:
		return S_OK;
	case -ENOENT:
		return AXE_E_PARAMETER_NOT_FOUND;
	case -EPERM:
		return AXE_E_PARAM_READ_ONLY;
	case -EINVAL:
		return AXE_E_PARAM_CONVERSION_FAILED;
	default:
		return AXE_E_INTERNAL_ERROR;
	}
}

axe_result axe_job_set_parameter(axe_job *job, const char *name, const char *value)
{
	axe_result code;

	if (!job || !name || !value)
		return AXE_E_INVALID_ARGUMENT;
	pthread_mutex_lock(&job->lock);
	code = job->running ? AXE_E_JOB_RUNNING : set_parameter(job, name, value);
	pthread_mutex_unlock(&job->lock);
	return code;
}

/* The manifest as it was given, with the parameters that it has now. */
static json_t *make_source(const struct manifest *manifest)
{
	auto_json source = json_copy(manifest->source);
	auto_json parameters = json_object();

	for (size_t at = 0; at < manifest->parameters_count; at++) {
		const struct parameter *parameter = &manifest->parameters[at];
		json_t *value = json_pack(
			"{s:s, s:b}", "value", parameter->value, "read_only", parameter->read_only);

		if (json_object_set_new(parameters, parameter->name, value) < 0)
			return NULL;
	}
	if (!source || (manifest->parameters_count &&
			       json_object_set(source, "parameters", parameters) < 0))
		return NULL;
	return take_pointer(source);
}

bool job_hold(const axe_job *job, json_t **ret_manifest)
{
	axe_job *own = (axe_job *)job; /* only what the lock covers is written */
	json_t *source;

	pthread_mutex_lock(&own->lock);
	source = make_source(job->manifest);
	if (source) {
		own->references++;
		own->running++;
		*ret_manifest = source;
	}
	pthread_mutex_unlock(&own->lock);
	return source != NULL;
}

void job_release(const axe_job *job)
{
	axe_job *own = (axe_job *)job;

	pthread_mutex_lock(&own->lock);
	own->running--;
	drop_reference(own);
}

uint64_t axe_job_number(const axe_job *job)
{
	axe_job *own = (axe_job *)job;
	uint64_t number;

	if (!job)
		return 0;
	pthread_mutex_lock(&own->lock);
	number = job->number;
	pthread_mutex_unlock(&own->lock);
	return number;
}

void job_set_number(const axe_job *job, uint64_t number)
{
	axe_job *own = (axe_job *)job;

	pthread_mutex_lock(&own->lock);
	own->number = number;
	pthread_mutex_unlock(&own->lock);
}
