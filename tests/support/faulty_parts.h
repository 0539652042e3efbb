/* The inside of the faulty file layer, for its two halves. */
#pragma once

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct faulty_vfs {
	sqlite3_vfs base; /* first: SQLite hands it back */
	sqlite3_vfs *real;
	pthread_mutex_t lock;
	pthread_cond_t turn;
	uint64_t steps, my_steps;
	bool has_watched;
	pthread_t watched;
	uint64_t kill_at; /* 0: never; counted like `steps` */
	uint64_t fail_from, fail_times;
	int code;
	bool hold;
	unsigned held;
	bool dirty;
};

struct faulty_file {
	sqlite3_file base; /* first: SQLite hands it back */
	struct faulty_vfs *vfs;
	bool is_log;
	_Alignas(8) unsigned char real[];
};

/* Count a step. 0, or the error that it is to fail with. *ret_kill: it is the last one. */
int faulty_vfs_step(struct faulty_vfs *vfs, bool *ret_kill);

/* The same for steps that are whole or not there at all: the last one does not return. */
int faulty_vfs_whole_step(struct faulty_vfs *vfs);

extern const sqlite3_io_methods faulty_file_methods;
