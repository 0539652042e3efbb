/* The end of a job, as its handlers learn it: said by the supervisor, or for it when it cannot. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/socket_name.h"
#include "libaxe/api_errors.h"
#include "libaxe/api_event.h"
#include "libaxe/api_job.h"
#include "libaxe/api_parts.h"
#include "model/result.h"

/* An end that the supervisor did not say. */
struct verdict_words {
	axe_result job, assessment;
	const char *outcome, *verdict, *text;
};

static json_t *make_event(const struct run *run, const char *type, json_t *data)
{
	char time[CLOCK_TEXT_SIZE];

	clock_format(clock_wall_ns(), time, sizeof(time));
	return json_pack("{s:i, s:s, s:I, s:s, s:s, s:o, s:I}", "v", 1, "time", time, "mono_ns",
		(json_int_t)clock_monotonic_ns(), "source", "libaxe", "type", type, "data", data,
		"job", (json_int_t)run->number);
}

/* The list of the last answer, else of job.end, else what was collected; with the job's code. */
static axe_errors *make_errors(
	const struct run *run, const json_t *answer, axe_result code, const char *text)
{
	const json_t *data = json_object_get(run->end_event, "data");
	const json_t *list = json_object_get(answer, "errors");
	axe_errors *errors;

	if (!list)
		list = json_object_get(json_object_get(answer, "summary"), "errors");
	if (!list)
		list = json_object_get(data, "errors");
	if (list || code == S_OK)
		return errors_read(list, code, AXE_NO_ASSESSMENT, text);
	errors = errors_copy(run->errors);
	if (errors)
		errors_add(errors, AXE_ERROR_ERROR, code, AXE_NO_ASSESSMENT, text);
	return errors;
}

static void seal(axe_engine *engine, struct run *run, axe_result code, axe_errors *errors)
{
	struct run *before;

	pthread_mutex_lock(&engine->lock);
	run->ended = true;
	run->handling_end = true;
	run->code = code;
	if (errors) {
		axe_errors_free(run->errors);
		run->errors = errors;
	}
	cleanup_fd(&run->line);
	before = engine->last;
	engine->last = run_reference(run);
	pthread_mutex_unlock(&engine->lock);
	run_drop(engine, before);
}

/* The handler may start the next job: then `run` is not the engine's any more. */
static void finish(axe_engine *engine, struct run *run, axe_result code, axe_errors *errors)
{
	struct run *held;

	pthread_mutex_lock(&engine->lock);
	held = run_reference(run);
	pthread_mutex_unlock(&engine->lock);
	seal(engine, run, code, errors);
	job_release(take_pointer(run->job));
	engine_raise(engine, run, run->end_event);
	pthread_mutex_lock(&engine->lock);
	run->handling_end = false;
	run->over = true;
	pthread_cond_broadcast(&engine->changed);
	pthread_mutex_unlock(&engine->lock);
	run_drop(engine, held);
}

static json_t *count_verdicts(const json_t *results)
{
	json_t *counts = json_object(), *result;
	size_t at;

	json_array_foreach (results, at, result) {
		const char *verdict = json_string_value(json_object_get(result, "verdict"));
		json_int_t count;

		if (!verdict)
			continue;
		count = json_integer_value(json_object_get(counts, verdict));
		json_object_set_new(counts, verdict, json_integer(count + 1));
	}
	return counts;
}

static json_t *make_summary(const struct run *run, const struct verdict_words *words)
{
	json_t *summary = json_pack("{s:i, s:I, s:s, s:s, s:I, s:s, s:s, s:o, s:s}", "v", 1, "job",
		(json_int_t)run->number, "name", axe_job_name(run->job), "outcome", words->outcome,
		"code", (json_int_t)words->job, "code_name", result_name(words->job), "message",
		words->text, "counts", count_verdicts(run->results), "source", "libaxe");

	if (run->directory && summary)
		json_object_set_new(summary, "incomplete", json_string(run->directory));
	return summary;
}

static void raise_assessment_end(
	axe_engine *engine, struct run *run, uint32_t index, const struct verdict_words *words)
{
	json_t *data = json_pack("{s:I, s:s, s:s, s:{s:I, s:s, s:s}, s:n}", "index",
		(json_int_t)index, "name", axe_job_assessment_name(run->job, index), "verdict",
		words->verdict, "error", "code", (json_int_t)words->assessment, "name",
		result_name(words->assessment), "text", words->text, "exit");
	auto_json event = make_event(run, "assessment.end", data);

	json_object_set_new(event, "assessment", json_integer(index));
	json_array_append(run->results, data);
	pthread_mutex_lock(&engine->lock);
	errors_add(run->errors, AXE_ERROR_ERROR, words->assessment, index, words->text);
	pthread_mutex_unlock(&engine->lock);
	engine_raise(engine, run, event);
}

static void end_by_words(axe_engine *engine, const struct verdict_words *words)
{
	struct run *run = engine->run;

	pthread_mutex_lock(&engine->lock);
	run->ended = true;
	pthread_mutex_unlock(&engine->lock);
	while (run->open_count)
		raise_assessment_end(engine, run, run->open[--run->open_count], words);
	run->summary = make_summary(run, words);
	run->end_event = make_event(run, "job.end", json_incref(run->summary));
	finish(engine, run, words->job, make_errors(run, NULL, words->job, words->text));
}

/* `answer` may be the summary itself. */
static void end_told(axe_engine *engine, const json_t *answer, json_t *summary)
{
	axe_result code = (axe_result)json_integer_value(json_object_get(answer, "code"));
	struct run *run = engine->run;

	run->summary = json_incref(summary);
	if (!run->end_event)
		run->end_event = make_event(run, "job.end", json_incref(summary));
	finish(engine, run, code,
		make_errors(
			run, answer, code, json_string_value(json_object_get(summary, "message"))));
}

void end_by_refusal(axe_engine *engine, axe_result code, const char *text)
{
	json_t *summary = json_object_get(engine->run->end_event, "data");
	const struct verdict_words words = {
		.job = code,
		.assessment = AXE_E_ASSESSMENT_COULD_NOT_FINISH,
		.outcome = "error",
		.verdict = "error",
		.text = text,
	};

	/* Of a job that was told of the same is said by its job.end. */
	if (summary)
		end_told(engine, summary, summary);
	else
		end_by_words(engine, &words);
}

void end_by_answer(axe_engine *engine, const json_t *answer)
{
	end_told(engine, answer, json_object_get(answer, "summary"));
}

static void end_lost_daemon(axe_engine *engine, const struct error *error)
{
	char text[sizeof(error->text) + 100];
	const struct verdict_words words = {
		.job = AXE_E_ENGINE_NOT_RUNNING,
		.assessment = AXE_E_ASSESSMENT_COULD_NOT_FINISH,
		.outcome = "error",
		.verdict = "error",
		.text = text,
	};

	snprintf(text, sizeof(text), "%s: job %" PRIu64 " may go on there", error->text,
		engine->run->number);
	end_by_words(engine, &words);
}

static void end_survivors(axe_engine *engine, unsigned survivors, const struct error *error)
{
	char text[sizeof(error->text) + 100];
	const struct verdict_words words = {
		.job = AXE_E_TERMINATE_FAILED,
		.assessment = AXE_E_TERMINATE_FAILED,
		.outcome = "abandoned",
		.verdict = "abandoned",
		.text = text,
	};

	snprintf(text, sizeof(text), "the supervisor died; %u processes may live on%s%s", survivors,
		error->text[0] ? ": " : "", error->text);
	end_by_words(engine, &words);
}

void end_by_loss(axe_engine *engine, const struct error *error)
{
	static const char text[] = "the supervisor died before the job's end; nothing of the job "
				   "is left, and its results are incomplete";
	struct verdict_words words = {
		.outcome = "error",
		.verdict = "error",
		.text = text,
	};
	struct run *run = engine->run;
	json_t *summary = json_object_get(run->end_event, "data");
	struct error rescue = { 0 };
	unsigned survivors;

	/* The job had ended already; only the last answer is lost. */
	if (summary)
		return end_told(engine, summary, summary);
	if (!engine->supervisor)
		return end_lost_daemon(engine, error);
	/* Kill first, talk later. */
	survivors = run_rescue(run, &rescue);
	if (run->socket)
		socket_name_clear(run->socket);
	if (survivors)
		return end_survivors(engine, survivors, &rescue);
	words.job = AXE_E_ENGINE_NOT_RUNNING;
	words.assessment = AXE_E_ASSESSMENT_COULD_NOT_FINISH;
	end_by_words(engine, &words);
}
