/* The numbers of jobs: each is given once, also when the folder that had it is long gone. */
#pragma once

#include <stdint.h>

struct error;

#define NUMBER_SIZE 24
void number_name(uint64_t number, char name[static NUMBER_SIZE]);

/*
 * Take the next number and make its empty folder (0750) below `jobs`. The highest number that was
 * ever given stands in `STATE/last-job`; `state` and `jobs` are directories.
 */
int number_reserve(int state, int jobs, uint64_t *ret_number, struct error *error);
