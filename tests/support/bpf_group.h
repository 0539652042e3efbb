/* A group below a test's own, held by descriptor and id, with processes born in it. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct bpf_group {
	char path[320];
	int fd;
	uint64_t id; /* the kernel's cgroup id */
};

/* Make the group `parent`/`name`; its removal is the business of test_groups. 0 or -errno. */
int bpf_group_create(struct bpf_group *ret_group, const char *parent, const char *name);

/* Hold an existing group. 0 or -errno. */
int bpf_group_open(struct bpf_group *ret_group, const char *path);
void bpf_group_close(struct bpf_group *group);

/* A child of the caller, born in the group, that runs `body` and exits with what it returns. */
pid_t bpf_group_spawn(const struct bpf_group *group, int (*body)(void *data), void *data);

/* 0 or -errno. */
int bpf_group_write(const struct bpf_group *group, const char *attribute, const char *text);
