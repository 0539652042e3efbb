/* What a picture finds is looked at a second time before it is told: a sitting's whole way. */
#include "scene/sitting.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "scene/pid_set.h"
#include "scene/view.h"
#include "support/mounts.h"
#include "support/patience.h"
#include "support/require.h"
#include "support/unit.h"

#define PATIENCE_NS (60 * NS_PER_SEC)
#define SWAPS       "/proc/swaps"
#define READS       3 /* of the picture before, the picture after, and the second look at it */

static const char none[] = "Filename Type Size Used Priority\n";
static const char one[] = "Filename Type Size Used Priority\n/axe-second-look file 1 0 -2\n";

/* A list of swap files that is another one for each who reads it. */
struct stage {
	sd_event *loop;
	char folder[40], fifo[48];
	const char *const *contents; /* READS of them */
	int readers; /* inotify: told when one reads, and when it has ended */
	pthread_t teller;
};

static bool await(int readers, uint32_t what)
{
	/* Without a name: they are of the file itself, and so one is read at a time. */
	struct inotify_event event = { 0 };

	while (!(event.mask & what))
		if (read(readers, &event, sizeof(event)) != sizeof(event))
			return false;
	return true;
}

/*
 * The next content comes behind the last reader's close: before, that reader would get it, too. The
 * kernel tells of a close before it takes the reader from the FIFO, so it may still be there, and
 * go with all that was written to it. Hence this end is never the only one (O_RDWR) and stays open
 * until somebody has really read.
 */
static void *tell(void *data)
{
	const struct stage *stage = data;

	for (unsigned read_number = 0; read_number < READS; read_number++) {
		const char *text = stage->contents[read_number];
		int fd = open(stage->fifo, O_RDWR | O_CLOEXEC);
		bool was_read =
			write(fd, text, strlen(text)) > 0 && await(stage->readers, IN_ACCESS);

		close(fd);
		if (!was_read || !await(stage->readers, IN_CLOSE_NOWRITE))
			break;
	}
	return NULL;
}

static void begin(struct stage *stage, const char *const contents[static READS])
{
	assert_true(sd_event_new(&stage->loop) >= 0);
	strcpy(stage->folder, "/var/tmp/axe-second-look-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	snprintf(stage->fifo, sizeof(stage->fifo), "%s/fifo", stage->folder);
	assert_int_equal(mkfifo(stage->fifo, 0600), 0);
	assert_int_equal(mount(stage->fifo, SWAPS, NULL, MS_BIND, NULL), 0);
	stage->readers = inotify_init1(IN_CLOEXEC);
	assert_true(
		inotify_add_watch(stage->readers, stage->fifo, IN_ACCESS | IN_CLOSE_NOWRITE) >= 0);
	stage->contents = contents;
	assert_int_equal(pthread_create(&stage->teller, NULL, tell, stage), 0);
}

/* Fewer may have read than were expected. */
static void end(struct stage *stage)
{
	pthread_cancel(stage->teller);
	assert_int_equal(pthread_join(stage->teller, NULL), 0);
	assert_int_equal(umount2(SWAPS, MNT_DETACH), 0);
	close(stage->readers);
	unlink(stage->fifo);
	rmdir(stage->folder);
	sd_event_unref(stage->loop);
}

static void hear(struct sitting *sitting, void *data)
{
	*(bool *)data = true;
}

static struct sitting *sit(struct stage *stage, struct view *before)
{
	struct comparison_order *order = calloc(1, sizeof(*order));
	struct sitting *sitting = NULL;
	bool over = false;

	assert_int_equal(pid_set_create(&order->suspects), 0);
	order->before = before;
	assert_int_equal(sitting_create(stage->loop, NULL, hear, &over, &sitting), 0);
	sitting_give(sitting, order, 1);
	while (!over)
		assert_true(sd_event_run(stage->loop, patience_ns(PATIENCE_NS) / 1000) > 0);
	return sitting;
}

static unsigned count_ours(const json_t *findings)
{
	const json_t *finding;
	unsigned count = 0;
	size_t index;

	json_array_foreach ((json_t *)findings, index, finding) {
		const char *object = json_string_value(json_object_get(finding, "object"));

		count += object && strcmp(object, "/axe-second-look") == 0;
	}
	return count;
}

/* How often it is told when these are what is read. */
static unsigned look(const char *const contents[static READS])
{
	struct stage stage = { 0 };
	struct sitting *before, *after;
	unsigned told;

	begin(&stage, contents);
	before = sit(&stage, NULL);
	after = sit(&stage, view_reference(sitting_view(before)));
	told = count_ours(sitting_order(after, 0)->findings);
	sitting_destroy(before);
	sitting_destroy(after);
	end(&stage);
	return told;
}

static void what_is_gone_when_looked_at_again_is_not_told(void **state)
{
	static const char *const contents[READS] = { none, one, none };

	assert_int_equal(look(contents), 0);
}

static void what_is_still_there_is_told_once(void **state)
{
	static const char *const contents[READS] = { none, one, one };

	assert_int_equal(look(contents), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_gone_when_looked_at_again_is_not_told),
		cmocka_unit_test(what_is_still_there_is_told_once),
	};

	require_root();
	if (access(SWAPS, F_OK) < 0)
		skip_all("this kernel knows of no swap");
	/* So that the host's own list stays what it is. */
	if (mounts_leave_host("/proc") < 0)
		skip_all("needs a mount namespace of its own");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
