/* A server with a directory for its doors, over the bench's supervisor. */
#pragma once

#include "unit/control/bench.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "control/server.h"

struct site {
	struct bench *bench;
	struct server *server;
	char directory[64];
	char path[100];
};

static struct site site;

static inline const char *announce(uint64_t job, void *data)
{
	return server_announce(site.server, site.directory, job);
}

static inline void withdraw(void *data)
{
	server_withdraw(site.server);
}

static inline int site_setup(void **state)
{
	const struct supervisor_config config = {
		.engine_per_job = true,
		.announce = announce,
		.withdraw = withdraw,
	};

	bench_setup_with(state, &config);
	site.bench = *state;
	strcpy(site.directory, "/tmp/axe-server-XXXXXX");
	assert_non_null(mkdtemp(site.directory));
	assert_int_equal(0, chmod(site.directory, 0755));
	snprintf(site.path, sizeof(site.path), "%s/axed.sock", site.directory);
	assert_int_equal(
		0, server_create(site.bench->loop, site.bench->supervisor, &site.server, NULL));
	return 0;
}

static inline int site_teardown(void **state)
{
	char lock[100];

	server_destroy(site.server);
	supervisor_destroy(site.bench->supervisor);
	sd_event_unref(site.bench->loop);
	free(site.bench);
	assert_null(fake.job);
	snprintf(lock, sizeof(lock), "%s/.lock", site.directory);
	unlink(lock);
	assert_int_equal(0, rmdir(site.directory));
	return 0;
}

static inline int connect_to(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static inline void client_enter(struct client *client, const char *path)
{
	int fd = connect_to(path);

	assert_true(fd >= 0);
	client_init(client, site.bench, fd);
}

static inline void client_adopt(struct client *client)
{
	int pair[2];

	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	assert_int_equal(0, server_adopt(site.server, pair[0], NULL));
	client_init(client, site.bench, pair[1]);
}

static inline void leave_loop(void)
{
	while (sd_event_get_state(site.bench->loop) != SD_EVENT_FINISHED)
		assert_true(sd_event_run(site.bench->loop, BENCH_PATIENCE_US) >= 0);
}

#define site_test(name) cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)
