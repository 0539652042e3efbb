/* Measured values of one kind, and what is told of them. */
#include "bench/series.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void series_add(struct series *series, double value)
{
	if (series->count < SERIES_MAX)
		series->values[series->count++] = value;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double at(const struct series *series, double part)
{
	double sorted[SERIES_MAX];

	if (!series->count)
		return 0;
	memcpy(sorted, series->values, series->count * sizeof(*sorted));
	qsort(sorted, series->count, sizeof(*sorted), compare);
	return sorted[(unsigned)(part * (series->count - 1) + 0.5)];
}

double series_median(const struct series *series)
{
	return at(series, 0.5);
}

double series_minimum(const struct series *series)
{
	return at(series, 0);
}

double series_maximum(const struct series *series)
{
	return at(series, 1);
}

double bench_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}
