/* What is left of a job for its caller: number, folder, results and what went wrong. */
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "libaxe/api_errors.h"
#include "libaxe/api_parts.h"

#define RESULTS_NAME     "results.json"
#define RESULTS_SIZE_MAX (256u << 20)

void axe_text_free(char *text)
{
	free(text);
}

static struct run *choose(axe_engine *engine, struct run *const *place)
{
	struct run *run;

	pthread_mutex_lock(&engine->lock);
	run = run_reference(*place);
	pthread_mutex_unlock(&engine->lock);
	return run;
}

uint64_t axe_engine_job_number(const axe_engine *engine)
{
	axe_engine *own = (axe_engine *)engine; /* only its lock is written */
	uint64_t number;

	if (!engine)
		return 0;
	pthread_mutex_lock(&own->lock);
	number = engine->run ? engine->run->number : 0;
	pthread_mutex_unlock(&own->lock);
	return number;
}

const char *axe_engine_job_directory(const axe_engine *engine)
{
	axe_engine *own = (axe_engine *)engine;
	const char *directory;

	if (!engine)
		return NULL;
	pthread_mutex_lock(&own->lock);
	directory = engine->run ? engine->run->directory : NULL;
	pthread_mutex_unlock(&own->lock);
	return directory;
}

/* As the supervisor wrote them; NULL: it did not, or we may not read them. */
static char *read_written(const struct run *run)
{
	auto_fd directory = -1;
	char *text;
	size_t size;

	if (!run->directory || run->summary == NULL || json_object_get(run->summary, "source"))
		return NULL;
	directory = open(run->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0 || file_read_whole_at(directory, RESULTS_NAME, RESULTS_SIZE_MAX, &text,
				     &size, NULL) < 0)
		return NULL;
	return text;
}

/* As the events told them: without what never ran. */
static char *make_told(const struct run *run)
{
	auto_json results = run->summary ? json_copy(run->summary) : json_object();

	if (!json_object_get(results, "assessments"))
		json_object_set(results, "assessments", run->results);
	return json_dumps(results, JSON_COMPACT | JSON_DECIMALS);
}

axe_result axe_engine_results(axe_engine *engine, char **ret_json)
{
	struct run *run;
	char *text;

	if (!engine || !ret_json)
		return AXE_E_INVALID_ARGUMENT;
	faults_clear(engine->faults);
	run = choose(engine, &engine->last);
	if (!run)
		return faults_say(engine->faults, AXE_E_NOT_FOUND, "no job has ended here yet");
	text = read_written(run);
	if (!text)
		text = make_told(run);
	run_drop(engine, run);
	if (!text)
		return faults_say(engine->faults, AXE_E_INTERNAL_ERROR, "out of memory");
	*ret_json = text;
	return S_OK;
}

axe_result axe_engine_errors(axe_engine *engine, axe_errors **ret_errors)
{
	axe_errors *copy;
	struct run *run;

	if (!engine || !ret_errors)
		return AXE_E_INVALID_ARGUMENT;
	faults_clear(engine->faults);
	run = choose(engine, &engine->last);
	if (!run)
		return faults_say(engine->faults, AXE_E_NOT_FOUND, "no job has ended here yet");
	copy = errors_copy(run->errors);
	run_drop(engine, run);
	if (!copy)
		return faults_say(engine->faults, AXE_E_INTERNAL_ERROR, "out of memory");
	*ret_errors = copy;
	return S_OK;
}
