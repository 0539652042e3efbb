/* A BPF file system of our own: where what is pinned outlives its supervisor. */
#pragma once

struct error;

/*
 * The folder, made when it is missing (its parent is not), with an instance mounted on it that only
 * root can enter. One that is mounted there already is used.
 */
int bpffs_open(const char *path, struct error *error);

/* Unmount it and remove the folder. With an instance go the pins that are left in it. */
void bpffs_close(const char *path);
