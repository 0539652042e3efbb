/* What an assessment and its supervisor say to each other while it runs (axe/support.h). */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cooperation;
struct cooperation_place;
struct error;
struct report;

/* Where assessments knock; lent to the engine from above, since the engine speaks no protocol. */
struct cooperation_host {
	const char *folder; /* below which all its places are; borrowed; NULL: not told */
	/* Make a place where this uid and root may knock, and nobody else. */
	int (*open)(struct cooperation *cooperation, uid_t uid,
		struct cooperation_place **ret_place, struct error *error, void *data);
	const char *(*path)(const struct cooperation_place *place);
	/* Its assessment shall stop: answer those who await that. */
	void (*canceled)(struct cooperation_place *place);
	/* Take in what was said until now, and close it. May be called while it makes a call. */
	void (*close)(struct cooperation_place *place);
	/* No other try of this job comes now: what was kept for that goes. Twice is once. */
	void (*rest)(uint64_t job, void *data);
	void *data;
};

/* Which try this is. */
struct cooperation_identity {
	uint64_t job;
	unsigned attempt, assessment, try_number;
};

/* Told from inside cooperation_report. */
struct cooperation_owner {
	void (*reported)(json_t *event, void *data); /* taken: {"type", "value", "message"} */
	void (*acknowledged)(void *data); /* the cancel, once */
	void *data;
};

int cooperation_create(const struct cooperation_identity *identity,
	const struct cooperation_owner *owner, struct cooperation **ret_cooperation);

/* NULL is fine, here and where it says so. */
void cooperation_destroy(struct cooperation *cooperation);

/* Make it reachable; the host is borrowed. */
int cooperation_open(struct cooperation *cooperation, const struct cooperation_host *host,
	uid_t uid, struct error *error);

/* The socket's path; NULL: it is not reachable. */
const char *cooperation_path(const struct cooperation *cooperation);

/* From here on nothing is reported any more. NULL is fine. */
void cooperation_close(struct cooperation *cooperation);

/* The assessment shall stop. Twice is once. NULL is fine. */
void cooperation_cancel(struct cooperation *cooperation);
bool cooperation_is_canceled(const struct cooperation *cooperation);
bool cooperation_is_acknowledged(const struct cooperation *cooperation);

/* Go on where another supervisor was: what it canceled, and the events that were told, an array of
 * {"type", "value", "message"}, NULL: none. Behind cooperation_open. */
void cooperation_restore(
	struct cooperation *cooperation, bool canceled, bool acknowledged, const json_t *told);

/* For the places above: whose it is, */
const struct cooperation_identity *cooperation_identity(const struct cooperation *cooperation);

/* and  {"canceled", "job", "attempt", "assessment", "try"}. A new reference. */
json_t *cooperation_state(const struct cooperation *cooperation);

/*
 * Take a report in. -EINVAL: it has a fault, and `ret_expected` says what would be right;
 * `cancelling` where nothing was canceled is such a fault. -EBUSY: its share is used up, and it was
 * dropped; but the first `cancelling` always gets through.
 */
int cooperation_report(
	struct cooperation *cooperation, const struct report *report, const char **ret_expected);
uint64_t cooperation_dropped(const struct cooperation *cooperation);

/* As reported_json and reported_status. */
json_t *cooperation_result(const struct cooperation *cooperation);
json_t *cooperation_status(const struct cooperation *cooperation);
