/* What a job needs of its host, looked at before anything is made. */
#pragma once

struct error;
struct hierarchy;
struct manifest;

/* The first limit that this host cannot enforce is an error, unless its assessment lets it go. */
int plan_check_limits(
	const struct hierarchy *hierarchy, const struct manifest *manifest, struct error *error);

/*
 * Whether as many assessments as may run at once find enough open files in this process's own
 * limit: else most of them would end as errors, for a reason that has nothing to do with them.
 */
int plan_check_descriptors(const struct manifest *manifest, struct error *error);
