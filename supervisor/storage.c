/* The store of a daemon: opened in its state directory, hung into its loop. */
#include "storage.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "interrupted.h"
#include "record/store.h"

/* Once when it begins and once when it is over: callers wait for it, and nothing else would say
 * for what. */
static void log_disk(struct storage *storage)
{
	struct store_status status;

	store_status(storage->store, &status);
	if (status.error.code != 0 && !storage->waits)
		log_line(LOG_LEVEL_WARNING,
			"the store: %s; events, and callers for theirs, wait until the disk takes "
			"them",
			status.error.text);
	else if (status.error.code == 0 && storage->waits)
		log_line(LOG_LEVEL_WARNING, "the store is written again");
	storage->waits = status.error.code != 0;
}

static int storage_done(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct storage *storage = data;

	store_dispatch(storage->store);
	log_disk(storage);
	return 0;
}

static void log_notices(const struct store *store)
{
	auto_json notices = store_notices(store);
	const json_t *notice;
	size_t i;

	json_array_foreach (notices, i, notice)
		log_line(LOG_LEVEL_WARNING, "%s",
			json_string_value(json_object_get(notice, "text")));
}

/* Else whoever may rename in there puts own files in the place of ours. */
static int check_place(const char *state_dir, struct error *error)
{
	struct stat found;

	if (stat(state_dir, &found) < 0)
		return fail(error, errno, "look at the state directory `%s`", state_dir);
	if ((found.st_uid == 0 || found.st_uid == geteuid()) &&
		!(found.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	fail_plain(error, EPERM,
		"the state directory `%s` (uid %u, mode %04o) can be written to by others",
		state_dir, found.st_uid, found.st_mode & 07777);
	return fail_advice(error, "chown it to root and `chmod go-w`, or give another --state-dir");
}

int storage_open(
	struct storage *storage, sd_event *loop, const char *state_dir, struct error *error)
{
	struct store_config config = { .state_dir = state_dir };
	int code = file_make_directories(state_dir, 0755, error);

	if (code == 0)
		code = check_place(state_dir, error);
	if (code == 0)
		code = store_open(&config, &storage->store, error);
	if (code < 0)
		return code;
	log_notices(storage->store);
	interrupted_mend(storage->store, state_dir);
	code = sd_event_add_io(loop, &storage->done, store_descriptor(storage->store), EPOLLIN,
		storage_done, storage);
	return code < 0 ? fail(error, -code, "hang the store into the event loop") : 0;
}

void storage_close(struct storage *storage)
{
	struct error error = { 0 };

	storage->done = sd_event_source_disable_unref(storage->done);
	if (storage->store && store_close(storage->store, &error) < 0)
		log_line(LOG_LEVEL_ERROR, "%s", error.text);
	storage->store = NULL;
}
