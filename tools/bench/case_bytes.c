/* (g) Bytes on disk: of the trace for a process, of the store for an assessment. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "bench/cases.h"
#include "bench/report.h"
#include "bench/supervised.h"

#define PROCESSES   2000
#define ASSESSMENTS 500

static double size_of(const char *folder, const char *name)
{
	struct stat info;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &info) == 0 ? (double)info.st_size : 0;
}

/* With what is not yet in the file itself. */
static double store_size(const struct supervised *supervised)
{
	const char *folder = supervised_folder(supervised);

	return size_of(folder, "axe.db") + size_of(folder, "axe.db-wal");
}

static int trace_bytes(struct bench *bench, struct error *error)
{
	static const char loop[] = "i=0; while [ $i -lt 2000 ]; do (:); i=$((i+1)); done";
	const char *const command[] = { "/bin/sh", "-c", loop, NULL };
	auto_free char *directory = NULL;
	int code = supervised_run(
		bench->supervised, manifest_of(1, 1, command), NULL, &directory, error);

	if (code < 0)
		return code;
	report_add(
		bench->report, &(struct measurement){ .name = "g  trace, for each process",
				       .unit = "bytes",
				       .ours = size_of(directory, "trace.ndjson") / (PROCESSES + 1),
				       .reference = -1 });
	return 0;
}

static int store_bytes(struct bench *bench, struct error *error)
{
	static const char *const command[] = { "/bin/true", NULL };
	double before = store_size(bench->supervised);
	int code = supervised_run(
		bench->supervised, manifest_of(ASSESSMENTS, 1, command), NULL, NULL, error);

	if (code < 0)
		return code;
	report_add(bench->report,
		&(struct measurement){ .name = "g  store, for each assessment",
			.unit = "bytes",
			.ours = (store_size(bench->supervised) - before) / ASSESSMENTS,
			.reference = -1 });
	return 0;
}

int case_bytes(struct bench *bench, struct error *error)
{
	int code = trace_bytes(bench, error);

	return code < 0 ? code : store_bytes(bench, error);
}
