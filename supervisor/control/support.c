/* Where assessments reach their supervisor: a socket of its own for each that runs. */
#include "control/support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "control/support_parts.h"

#define BACKLOG           64
#define KNOCKS_PER_SECOND 1000 /* bounds the turns lost when accept fails again and again */

/* Before a byte of it is read. */
static bool is_welcome(const struct cooperation_place *place, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	return (peer.uid == 0 || peer.uid == place->uid) &&
	       place->visits_count < SUPPORT_CONNECTIONS_MAX &&
	       place->support->connections < SUPPORT_CONNECTIONS_ALL;
}

/* Whether somebody had knocked. */
static bool let_in(struct cooperation_place *place)
{
	int fd = accept4(place->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return false;
	if (is_welcome(place, fd))
		visit_create(place, fd);
	else
		close(fd);
	return true;
}

static int on_knock(sd_event_source *source, int fd, uint32_t events, void *data)
{
	let_in(data);
	return 0;
}

static int hang_into(struct cooperation_place *place, sd_event *loop)
{
	int code = sd_event_add_io(loop, &place->source, place->fd, EPOLLIN, on_knock, place);

	if (code >= 0)
		code = sd_event_source_set_ratelimit(
			place->source, 1000 * US_PER_MS, KNOCKS_PER_SECOND);
	/* What assessments say never comes before what is done with them. */
	if (code >= 0)
		code = sd_event_source_set_priority(place->source, SD_EVENT_PRIORITY_IDLE);
	return code;
}

/* After its try: whoever goes on with that listens at the same name. */
static int name_place(struct cooperation_place *place, struct error *error)
{
	const struct cooperation_identity *who = cooperation_identity(place->cooperation);
	const char *folder = place->support->folder.path;
	size_t room = sizeof(place->address.sun_path);
	int size = snprintf(place->address.sun_path, room, "%s/%" PRIu64 ".%u.%u.%u", folder,
		who->job, who->attempt, who->assessment, who->try_number);

	if (size < 0 || (size_t)size >= room) {
		fail_plain(error, ENAMETOOLONG, "`%s` is too long for this assessment", folder);
		return fail_advice(error, "choose a shorter --run-dir");
	}
	return 0;
}

static int listen_there(struct cooperation_place *place, struct error *error)
{
	const char *path = place->address.sun_path;

	if (support_spare_take(&place->support->spare, place->uid, path, &place->fd))
		return 0;
	place->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (place->fd < 0)
		return fail(error, errno, "make a socket");
	/* Linux gives the new name the mode of the descriptor: it is never open to others. */
	if (fchmod(place->fd, 0600) < 0 ||
		bind(place->fd, (struct sockaddr *)&place->address, sizeof(place->address)) < 0)
		return fail(error, errno, "listen at `%s`", path);
	/* The folder is ours alone, so the name is what we have just made. */
	if (lchown(path, place->uid, (gid_t)-1) < 0 || listen(place->fd, BACKLOG) < 0)
		return fail(error, errno, "listen at `%s` for uid %u", path, place->uid);
	return 0;
}

static void place_destroy(struct cooperation_place *place)
{
	struct visit *visit, *following;

	list_for_each_safe (visit, following, &place->visits, link)
		visit_close(visit);
	sd_event_source_disable_unref(place->source);
	if (place->fd >= 0)
		unlink(place->address.sun_path);
	cleanup_fd(&place->fd);
	free(place);
}

static int prepare(struct support *support, struct error *error)
{
	if (support->folder.fd >= 0)
		return 0;
	return support_folder_make(support->base, support->name, &support->folder, error);
}

static int place_open(struct cooperation *cooperation, uid_t uid,
	struct cooperation_place **ret_place, struct error *error, void *data)
{
	struct support *support = data;
	struct cooperation_place *place;
	int code = prepare(support, error);

	if (code < 0)
		return code;
	place = calloc(1, sizeof(*place));
	if (!place)
		return fail(error, ENOMEM, "make a support socket");
	*place = (struct cooperation_place){
		.support = support,
		.cooperation = cooperation,
		.uid = uid,
		.fd = -1,
		.address.sun_family = AF_UNIX,
	};
	list_init(&place->visits);
	code = name_place(place, error);
	if (code == 0)
		code = listen_there(place, error);
	if (code == 0) {
		code = hang_into(place, support->loop);
		if (code < 0)
			fail(error, -code, "hang `%s` into the loop", place->address.sun_path);
	}
	if (code < 0) {
		place_destroy(place);
		return code;
	}
	*ret_place = place;
	return 0;
}

static const char *place_path(const struct cooperation_place *place)
{
	return place->address.sun_path;
}

static void place_canceled(struct cooperation_place *place)
{
	struct visit *visit, *following;

	list_for_each_safe (visit, following, &place->visits, link)
		visit_tell_cancel(visit);
}

/* What a program said before it ended was said, though it did not wait for the answer. */
static void place_close(struct cooperation_place *place)
{
	struct visit *visit, *following;

	for (unsigned knocks = 0; knocks < BACKLOG && let_in(place); knocks++)
		;
	list_for_each_safe (visit, following, &place->visits, link)
		visit_drain(visit);
	if (support_spare_offer(&place->support->spare,
		    cooperation_identity(place->cooperation)->job, place->fd, place->uid,
		    &place->address)) {
		place->source = sd_event_source_disable_unref(place->source);
		place->fd = -1;
	}
	place_destroy(place);
}

static void support_rest(uint64_t job, void *data)
{
	support_spare_rest(&((struct support *)data)->spare, job);
}

static struct support *make(sd_event *loop, const char *run_dir)
{
	struct support *support = calloc(1, sizeof(*support));

	if (!support)
		return NULL;
	if (asprintf(&support->base, "%s/support", run_dir) < 0) {
		free(support);
		return NULL;
	}
	support->loop = loop;
	support->folder.fd = -1;
	if (support_spare_init(&support->spare, loop) < 0) {
		support_destroy(support);
		return NULL;
	}
	support->host = (struct cooperation_host){
		.folder = support->base,
		.open = place_open,
		.path = place_path,
		.canceled = place_canceled,
		.close = place_close,
		.rest = support_rest,
		.data = support,
	};
	return support;
}

int support_create(sd_event *loop, const char *run_dir, const char *name,
	struct support **ret_support, struct error *error)
{
	struct support *support = make(loop, run_dir);
	struct error refusal;

	if (!support)
		return fail(error, ENOMEM, "prepare the support sockets");
	support->name = name;
	if (name && prepare(support, &refusal) < 0)
		log_line(LOG_LEVEL_WARNING, "assessments cannot reach their supervisor: %s",
			refusal.text);
	*ret_support = support;
	return 0;
}

void support_destroy(struct support *support)
{
	if (!support)
		return;
	support_spare_finish(&support->spare);
	support_folder_remove(&support->folder);
	free(support->base);
	free(support);
}

const struct cooperation_host *support_host(const struct support *support)
{
	return &support->host;
}
