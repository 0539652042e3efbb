/* What a running axed consists of. */
#pragma once

#include <systemd/sd-event.h>

#include "confine/heritage.h"
#include "instance.h"
#include "options.h"
#include "queueing.h"
#include "storage.h"

struct error;
struct server;
struct supervisor;
struct support;

/* Everything that lives from the start to the end; finished in the reverse order. */
struct axed {
	const struct options *options;
	struct heritage heritage;
	int passed; /* a socket from the service manager; -1: none */
	int ready; /* of background_enter; -1: in the foreground */
	struct instance instance; /* of a daemon */
	char *cgroup_root; /* NULL: found */
	sd_event *loop;
	struct storage storage; /* of a daemon */
	struct support *support;
	struct supervisor *supervisor;
	struct queueing queueing; /* of a daemon */
	struct server *server;
};

static inline bool axed_is_private(const struct axed *axed)
{
	return axed->options->private_fd >= 0;
}

/* start.c: all of it, in its order. On failure what there is by then is to be finished. */
int axed_init(struct axed *axed, struct error *error);
