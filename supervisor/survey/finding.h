/* One thing that is not as it was: what, how sure, and the command that puts it right. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* How sure it is that the assessment did it. */
enum certainty {
	CERTAINTY_UNATTRIBUTED, /* it changed meanwhile; nothing says whose doing it is */
	CERTAINTY_POSSIBLE,
	CERTAINTY_LIKELY,
	CERTAINTY_PROVED, /* the kernel keeps the name of a process of ours with it */
};

#define REMEDY_WORDS_MAX 8

struct finding {
	const char *kind; /* "mount": static, from the closed list of the documents */
	enum certainty certainty;
	pid_t pid; /* who did it; 0: not known */
	json_t *object; /* a string: what a person calls it. Owned, and so on. */
	json_t *evidence; /* a string: how it is known */
	json_t *remedy; /* the words of a command, as strings; NULL: there is none */
	bool safe; /* the remedy loses nothing that somebody may want */
};

const char *certainty_name(enum certainty certainty);

/* Printf into `object` and `evidence`; text that is not UTF-8 is escaped. -ENOMEM. */
int finding_set_object(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int finding_set_evidence(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The command, word by word up to NULL. -ENOMEM. (`safe` is a truth value; C wants a promoted type
 * before an ellipsis.) */
int finding_set_remedy(struct finding *finding, int safe, ...) __attribute__((sentinel));

void finding_finish(struct finding *finding);
static inline void cleanup_finding(struct finding *finding)
{
	finding_finish(finding);
}
#define auto_finding __attribute__((cleanup(cleanup_finding))) struct finding

/*
 * {"kind", "object", "certainty", "pid", "evidence", "remedy": [words], "safe"}; a member that is
 * not known is null. A new reference.
 */
json_t *finding_json(const struct finding *finding);

/* Add those of `more` of whose kind and object nothing is told yet: another saw the same. */
void findings_add_unknown(json_t *findings, json_t *more);
