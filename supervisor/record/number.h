/* The numbers of jobs: each is given once, also when the folder that had it is long gone. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct error;

#define NUMBER_SIZE 24
void number_name(uint64_t number, char name[static NUMBER_SIZE]);

/*
 * Take the next number and make its empty folder (0750) below `jobs`. The highest number that was
 * ever given stands in `STATE/last-job`; `state` and `jobs` are directories.
 */
int number_reserve(int state, int jobs, uint64_t *ret_number, struct error *error);

/* So many; *ret_count of them were taken, also on failure. */
int number_reserve_all(int state, int jobs, size_t count, uint64_t *ret_numbers, size_t *ret_count,
	struct error *error);
