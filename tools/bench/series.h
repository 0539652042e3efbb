/* Measured values of one kind, and what is told of them. */
#pragma once

#include <stdint.h>

#define SERIES_MAX 1000

/* In the caller's memory; further values than it has room for replace none. */
struct series {
	double values[SERIES_MAX];
	unsigned count;
};

void series_add(struct series *series, double value);

/* 0 of an empty series. */
double series_median(const struct series *series);
double series_minimum(const struct series *series);
double series_maximum(const struct series *series);

/* Milliseconds of a monotonic clock that no step disturbs. */
double bench_now_ms(void);
