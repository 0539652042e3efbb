/* What a program finds around it: environment, directory, credentials, resource limits. */
#include "engine/surroundings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "confine/limits.h"
#include "engine/context.h"
#include "engine/shared.h"
#include "engine/surroundings_user.h"
#include "model/manifest.h"
#include "record/jobdir.h"

#define DEFAULT_PATH     "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ENVIRONMENT_MOST 8192

static unsigned environment_find(const struct surroundings *surroundings, const char *entry)
{
	size_t name = strcspn(entry, "=") + 1;
	unsigned i;

	for (i = 0; i < surroundings->environment_count; i++) {
		if (!strncmp(surroundings->environment[i], entry, name))
			break;
	}
	return i;
}

/* A later entry of the same name replaces the earlier. */
static int environment_set(struct surroundings *surroundings, const char *entry)
{
	unsigned place = environment_find(surroundings, entry);
	char *copy;

	if (place >= ENVIRONMENT_MOST)
		return -E2BIG;
	copy = strdup(entry);
	if (!copy)
		return -ENOMEM;
	free(surroundings->environment[place]);
	surroundings->environment[place] = copy;
	if (place == surroundings->environment_count)
		surroundings->environment_count++;
	return 0;
}

static int environment_format(struct surroundings *surroundings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int environment_format(struct surroundings *surroundings, const char *format, ...)
{
	va_list arguments;
	char *entry;
	int code;

	va_start(arguments, format);
	code = vasprintf(&entry, format, arguments);
	va_end(arguments);
	if (code < 0)
		return -ENOMEM;
	code = environment_set(surroundings, entry);
	free(entry);
	return code;
}

static int environment_set_all(struct surroundings *surroundings, const char *const *entries)
{
	int code = 0;

	for (; code == 0 && entries && *entries; entries++)
		code = environment_set(surroundings, *entries);
	return code;
}

/* Where a program is: its job, its place in it, the job's folder. */
static int environment_set_coordinates(struct surroundings *surroundings,
	const struct job_context *context, unsigned index, unsigned try_number)
{
	int code =
		environment_format(surroundings, "AXE_JOB=%llu", (unsigned long long)context->job);

	if (code == 0)
		code = environment_format(surroundings, "AXE_ATTEMPT=%u", context->attempt);
	if (code == 0)
		code = environment_format(surroundings, "AXE_ASSESSMENT=%u", index);
	if (code == 0)
		code = environment_format(surroundings, "AXE_TRY=%u", try_number);
	if (code == 0)
		code = environment_format(
			surroundings, "AXE_JOB_DIR=%s", jobdir_path(context->jobdir));
	return code;
}

/* Empty rather than absent: an inherited environment may name places of another assessment. */
static int environment_set_places(
	struct surroundings *surroundings, const struct surroundings_places *places)
{
	const struct {
		const char *name, *path;
	} rows[] = {
		{ "AXE_SUPPORT", places->support },
		{ "AXE_TEMP", places->temp },
		{ "AXE_RESULTS", places->results },
	};
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(rows) / sizeof(*rows); i++)
		code = environment_format(
			surroundings, "%s=%s", rows[i].name, rows[i].path ? rows[i].path : "");
	return code;
}

static int environment_set_parameters(
	struct surroundings *surroundings, const struct manifest *manifest)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < manifest->parameters_count; i++)
		code = environment_format(surroundings, "AXE_PARAMETER_%s=%s",
			manifest->parameters[i].name, manifest->parameters[i].value);
	return code;
}

/* Lowest first: what every program gets, the client's, the job's coordinates, the manifest's. */
static int prepare_environment(struct surroundings *surroundings, const struct job_context *context,
	const struct assessment *assessment, const struct surroundings_places *places,
	unsigned index, unsigned try_number)
{
	const char *user = surroundings->user ? surroundings->user : "root";
	int code = environment_set(surroundings, "PATH=" DEFAULT_PATH);

	if (code == 0)
		code = environment_format(
			surroundings, "HOME=%s", surroundings->home ? surroundings->home : "/root");
	if (code == 0)
		code = environment_format(surroundings, "USER=%s", user);
	if (code == 0)
		code = environment_format(surroundings, "LOGNAME=%s", user);
	if (code == 0 && assessment->environment_inherited)
		code = environment_set_all(surroundings, context->environment);
	if (code == 0)
		code = environment_set_coordinates(surroundings, context, index, try_number);
	if (code == 0)
		code = environment_set_places(surroundings, places);
	if (code == 0)
		code = environment_set_parameters(surroundings, context->manifest);
	if (code == 0)
		code = environment_set_all(
			surroundings, (const char *const *)assessment->environment);
	return code;
}

static void prepare_rlimits(struct surroundings *surroundings, const struct assessment *assessment,
	const struct limit_set *set)
{
	struct spawn_plan *plan = &surroundings->plan;

	for (int kind = 0; kind < LIMIT_KINDS; kind++) {
		rlim_t value = assessment->limits.value[kind];

		if (!assessment->limits.set[kind] || limit_rows[kind].controller ||
			plan->rlimits_count == SURROUNDINGS_RLIMITS ||
			(set && limit_set_skipped(set, (enum limit_kind)kind)))
			continue;
		surroundings->rlimits[plan->rlimits_count++] = (struct spawn_rlimit){
			.resource = limit_rows[kind].rlimit,
			.value = { value, value },
		};
	}
	plan->rlimits = surroundings->rlimits;
}

int surroundings_init(struct surroundings *surroundings, const struct job_context *context,
	const struct assessment *assessment, struct error *error)
{
	memset(surroundings, 0, sizeof(*surroundings));
	surroundings->environment =
		calloc(ENVIRONMENT_MOST + 1, sizeof(*surroundings->environment));
	if (!surroundings->environment)
		return fail(error, ENOMEM, "prepare `%s`", assessment->name);
	if (context->owner)
		return surroundings_become_owner(surroundings, context->owner, error);
	return surroundings_become_user(surroundings, assessment, error);
}

int surroundings_prepare(struct surroundings *surroundings, const struct job_context *context,
	const struct assessment *assessment, const struct surroundings_places *places,
	const struct limit_set *set, unsigned index, unsigned try_number, struct error *error)
{
	int code =
		prepare_environment(surroundings, context, assessment, places, index, try_number);

	if (code == -E2BIG)
		return fail_plain(error, E2BIG, "prepare `%s`: more than %u environment variables",
			assessment->name, ENVIRONMENT_MOST);
	if (code < 0)
		return fail(error, -code, "prepare `%s`", assessment->name);
	surroundings->plan.heritage = context->engine->heritage;
	prepare_rlimits(surroundings, assessment, set);
	if (context->owner) {
		surroundings->plan.stdin_path = assessment->stdin_path;
		code = surroundings_check_owned(surroundings, error);
	}
	if (code == 0)
		code = engine_filter(
			context->engine, assessment->seccomp, &surroundings->plan.filter, error);
	if (code < 0)
		return code;
	surroundings->plan.argv = (const char *const *)assessment->argv;
	surroundings->plan.environment = (const char *const *)surroundings->environment;
	surroundings->plan.workdir = assessment->workdir;
	return 0;
}

void surroundings_finish(struct surroundings *surroundings)
{
	for (unsigned i = 0; i < surroundings->environment_count; i++)
		free(surroundings->environment[i]);
	free(surroundings->environment);
	free(surroundings->groups);
	free(surroundings->user);
	free(surroundings->home);
}
