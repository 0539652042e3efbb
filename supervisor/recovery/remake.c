/* The files of jobs that ended before these were synced: made again from the store. */
#include "recovery/remake.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/result.h"
#include "model/manifest.h"
#include "record/attempt.h"
#include "record/results.h"
#include "record/store.h"
#include "record/store_read.h"
#include "record/trace.h"

/* A row of the store, with copies of its texts. */
struct ended {
	uint64_t job;
	unsigned attempt;
	char *environment, *not_run;
};

struct remaking {
	struct store *store;
	int state; /* the state directory */
	struct ended *all;
	size_t count;
	bool failed; /* out of memory */
};

/* What the events of one attempt tell. */
struct account {
	unsigned attempt;
	uint64_t last_seq;
	json_t *summary; /* of its end; NULL: there is none */
	json_t *results;
};

static void see_unsynced(const struct store_unsynced *row, void *data)
{
	struct remaking *remaking = data;
	struct ended *more = reallocarray(remaking->all, remaking->count + 1, sizeof(*more));
	struct ended *added;

	if (!more) {
		remaking->failed = true;
		return;
	}
	remaking->all = more;
	added = &more[remaking->count++];
	*added = (struct ended){
		.job = row->job,
		.attempt = row->attempt,
		.environment = strdup(row->environment),
		.not_run = strdup(row->not_run),
	};
	remaking->failed |= !added->environment || !added->not_run;
}

static void see_event(const struct store_event *event, void *data)
{
	struct account *account = data;

	account->last_seq = event->seq;
	if (event->attempt != account->attempt || !event->data)
		return;
	if (!strcmp(event->type, trace_type_name(TRACE_JOB_END))) {
		json_decref(account->summary);
		account->summary = json_loads(event->data, 0, NULL);
	} else if (!strcmp(event->type, trace_type_name(TRACE_ASSESSMENT_END))) {
		json_array_append_new(account->results, json_loads(event->data, 0, NULL));
	}
}

static int read_account(
	struct store *store, uint64_t job, struct account *account, struct error *error)
{
	bool more = true;
	int code = 0;

	while (code == 0 && more) {
		const struct store_event_page page = { .after_seq = account->last_seq, .job = job };

		code = store_read_events(store, &page, see_event, account, &more, error);
	}
	if (code == 0 && !account->summary)
		code = fail_plain(error, ENODATA, "the store does not tell of its end");
	return code;
}

static int read_manifest(
	struct store *store, uint64_t job, struct manifest **ret_manifest, struct error *error)
{
	struct manifest_error wrong;
	auto_free char *text = NULL;
	auto_json source = NULL;
	int code = store_read_manifest(store, job, &text, error);

	if (code < 0)
		return code;
	source = json_loads(text, 0, NULL);
	if (!source || manifest_parse(source, ret_manifest, &wrong) < 0)
		return fail_plain(error, EBADMSG, "its manifest cannot be read any more");
	return 0;
}

static int add_not_run(
	struct store *store, const struct ended *ended, json_t *results, struct error *error)
{
	auto_json indexes = json_loads(ended->not_run, 0, NULL);
	struct manifest *manifest = NULL;
	json_t *index;
	size_t at;
	int code;

	if (json_array_size(indexes) == 0)
		return 0;
	code = read_manifest(store, ended->job, &manifest, error);
	if (code < 0)
		return code;
	json_array_foreach (indexes, at, index) {
		size_t number = (size_t)json_integer_value(index);

		if (number < manifest->assessments_count)
			json_array_append_new(results,
				result_not_run(manifest->assessments[number], (unsigned)number));
	}
	manifest_destroy(manifest);
	return 0;
}

static void see_job(const struct store_job *job, void *data)
{
	*(unsigned *)data = job->attempt;
}

/* A folder that the power cut took is made again, too. */
static int open_folder(const struct remaking *remaking, const struct ended *ended, int *ret_folder,
	struct error *error)
{
	auto_fd directory = -1;
	unsigned last = 0;
	char path[40];
	int code = store_read_job(remaking->store, ended->job, see_job, &last, error);

	if (code < 0)
		return code;
	snprintf(path, sizeof(path), "jobs/%" PRIu64, ended->job);
	if (mkdirat(remaking->state, path, 0750) < 0 && errno != EEXIST)
		return fail(error, errno, "make `%s`", path);
	directory = file_open_beneath(remaking->state, path, O_RDONLY | O_DIRECTORY, 0);
	if (directory < 0)
		return fail(error, -directory, "open `%s`", path);
	*ret_folder = attempt_open(directory, ended->attempt, last, error);
	return *ret_folder < 0 ? *ret_folder : 0;
}

static int remake(const struct remaking *remaking, const struct ended *ended, struct error *error)
{
	auto_json results = json_array();
	struct account account = { .attempt = ended->attempt, .results = results };
	auto_fd folder = -1;
	int code = read_account(remaking->store, ended->job, &account, error);

	if (code == 0)
		code = add_not_run(remaking->store, ended, results, error);
	if (code == 0)
		code = open_folder(remaking, ended, &folder, error);
	if (code == 0)
		code = results_write(folder, account.summary, results, ended->environment, error);
	if (code == 0)
		code = results_sync(folder, ended->attempt, error);
	json_decref(account.summary);
	return code;
}

static void remake_one(const struct remaking *remaking, const struct ended *ended)
{
	const struct store_change forget = {
		.kind = STORE_UNSYNCED,
		.unsynced = { .job = ended->job, .attempt = ended->attempt, .synced = true },
	};
	struct error error = { 0 };
	int code = remake(remaking, ended, &error);

	if (code == 0)
		code = store_submit(remaking->store, &forget, 1, NULL, NULL, &error);
	if (code < 0)
		log_line(LOG_LEVEL_WARNING, "job %" PRIu64 ": its results are not made again: %s",
			ended->job, error.text);
}

int remake_files(struct store *store, const char *state_dir, struct error *error)
{
	auto_fd state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct remaking remaking = { .store = store, .state = state };
	int code;

	if (state < 0)
		return fail(error, errno, "open `%s`", state_dir);
	code = store_read_unsynced(store, see_unsynced, &remaking, error);
	if (code == 0 && remaking.failed)
		code = fail(error, ENOMEM, "make results again");
	for (size_t at = 0; at < remaking.count; at++) {
		if (code == 0)
			remake_one(&remaking, &remaking.all[at]);
		free(remaking.all[at].environment);
		free(remaking.all[at].not_run);
	}
	free(remaking.all);
	return code;
}
