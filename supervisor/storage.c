/* The store of a daemon: opened in its state directory, hung into its loop. */
#include "storage.h"

#include <sys/epoll.h>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "interrupted.h"
#include "record/store.h"

static int storage_done(sd_event_source *source, int fd, uint32_t events, void *data)
{
	store_dispatch(data);
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

int storage_open(
	struct storage *storage, sd_event *loop, const char *state_dir, struct error *error)
{
	struct store_config config = { .state_dir = state_dir };
	int code = store_open(&config, &storage->store, error);

	if (code < 0)
		return code;
	log_notices(storage->store);
	interrupted_mend(storage->store, state_dir);
	code = sd_event_add_io(loop, &storage->done, store_descriptor(storage->store), EPOLLIN,
		storage_done, storage->store);
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
