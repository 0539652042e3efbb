/* The inside of the support sockets, for the files that together are their service. */
#pragma once

#include <stdbool.h>
#include <sys/un.h>

#include "base/frame.h"
#include "base/list.h"
#include "control/support.h"
#include "control/support_folder.h"
#include "control/support_spare.h"

struct support {
	sd_event *loop;
	char *base;
	const char *name; /* borrowed; NULL: none */
	struct cooperation_host host;
	struct support_folder folder; /* made with the first place */
	struct support_spare spare;
	unsigned connections; /* of all places */
};

/* The socket of one assessment. */
struct cooperation_place {
	struct support *support;
	struct cooperation *cooperation; /* borrowed */
	uid_t uid;
	int fd;
	sd_event_source *source;
	struct sockaddr_un address;
	struct list_link visits; /* visit::link */
	unsigned visits_count;
};

/* One connection. */
struct visit {
	struct list_link link; /* cooperation_place::visits */
	struct cooperation_place *place; /* NULL: it has closed, and so has this */
	int fd;
	sd_event_source *source;
	struct frame_buffer inbox, outbox;
	bool busy; /* in a call of its own: whoever closes it leaves it to that */
	bool ended; /* it sends no more */
	bool deaf; /* it cannot be written to, but what it said counts */
	bool oneway; /* the call wants no answer */
	bool awaiting; /* its call of AwaitCancel is open */
	bool closed;
};

/* support_visit.c. The descriptor is taken, also on failure. */
int visit_create(struct cooperation_place *place, int fd);
void visit_close(struct visit *visit);

/* Take in what has come until now. */
void visit_drain(struct visit *visit);

/* Answer the open call. `parameters` is taken; NULL, when memory is short, hangs up. */
void visit_reply(struct visit *visit, json_t *parameters);
void visit_fail(struct visit *visit, const char *error_name, json_t *parameters);

/* Answer the call of AwaitCancel, if there is one. */
void visit_tell_cancel(struct visit *visit);

/* support_calls.c: answer one message; false: it is no call. */
bool visit_answer(struct visit *visit, const json_t *message);
