/* What went wrong in the last call of each thread on one engine. */
#include "libaxe/api_fault.h"

#include <pthread.h>
#include <string.h>

#include "axe/engine.h"

/* Threads whose failures are remembered; a program with more has other means to log them. */
#define THREADS_MAX 64

/* Found by thread id: a thread-specific key could not be given back without a race against threads
 * that end. */
struct fault {
	pid_t thread; /* 0: nobody's */
	uint64_t stamp;
	char text[sizeof(((struct error *)0)->text)];
};

struct faults {
	pthread_mutex_t lock;
	uint64_t stamp; /* of the newest */
	struct fault *rows[THREADS_MAX];
};

struct faults *faults_create(void)
{
	struct faults *faults = calloc(1, sizeof(*faults));

	if (faults)
		pthread_mutex_init(&faults->lock, NULL);
	return faults;
}

void faults_destroy(struct faults *faults)
{
	if (!faults)
		return;
	for (size_t at = 0; at < THREADS_MAX; at++)
		free(faults->rows[at]);
	pthread_mutex_destroy(&faults->lock);
	free(faults);
}

static struct fault *find(struct faults *faults)
{
	pid_t own = gettid();

	for (size_t at = 0; at < THREADS_MAX && faults->rows[at]; at++)
		if (faults->rows[at]->thread == own)
			return faults->rows[at];
	return NULL;
}

/* The own row, else a new one, else the oldest. NULL: out of memory. */
static struct fault *claim(struct faults *faults)
{
	struct fault *own = find(faults), *oldest = faults->rows[0];

	for (size_t at = 0; at < THREADS_MAX && !own; at++) {
		if (!faults->rows[at])
			return faults->rows[at] = calloc(1, sizeof(struct fault));
		if (faults->rows[at]->stamp < oldest->stamp)
			oldest = faults->rows[at];
	}
	return own ? own : oldest;
}

const char *faults_text(struct faults *faults)
{
	const struct fault *fault;

	pthread_mutex_lock(&faults->lock);
	fault = find(faults);
	pthread_mutex_unlock(&faults->lock);
	return fault ? fault->text : "";
}

void faults_clear(struct faults *faults)
{
	struct fault *fault;

	pthread_mutex_lock(&faults->lock);
	fault = find(faults);
	if (fault)
		fault->text[0] = '\0';
	pthread_mutex_unlock(&faults->lock);
}

axe_result faults_say(struct faults *faults, axe_result code, const char *text)
{
	struct fault *fault;

	pthread_mutex_lock(&faults->lock);
	fault = claim(faults);
	if (fault) {
		fault->thread = gettid();
		fault->stamp = ++faults->stamp;
		snprintf(fault->text, sizeof(fault->text), "%s",
			text && *text ? text : axe_result_text(code));
	}
	pthread_mutex_unlock(&faults->lock);
	return code;
}

axe_result faults_note(struct faults *faults, axe_result code, const struct error *error)
{
	return faults_say(faults, code, error->text);
}
