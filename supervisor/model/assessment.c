/* One assessment as its manifest asks for it: what to run, within which bounds. */
#include "model/assessment.h"

#include <stdlib.h>
#include <string.h>

static const char *const leak_policies[] = {
	[LEAKS_FAIL] = "fail",
	[LEAKS_WARN] = "warn",
	[LEAKS_ALLOW] = "allow",
};

static const char *const residue_policies[] = {
	[RESIDUE_WARN] = "warn",
	[RESIDUE_FAIL] = "fail",
	[RESIDUE_IGNORE] = "ignore",
};

static void words_free(char **words)
{
	if (!words)
		return;
	for (char **word = words; *word; word++)
		free(*word);
	free(words);
}

void assessment_destroy(struct assessment *assessment)
{
	if (!assessment)
		return;
	free(assessment->name);
	words_free(assessment->argv);
	words_free(assessment->environment);
	free(assessment->workdir);
	free(assessment->stdin_path);
	free(assessment->user);
	free(assessment->depends);
	free(assessment);
}

const char *leak_policy_name(enum leak_policy policy)
{
	return leak_policies[policy];
}

bool leak_policy_from_name(const char *name, enum leak_policy *ret_policy)
{
	for (unsigned at = 0; at < sizeof(leak_policies) / sizeof(*leak_policies); at++) {
		if (strcmp(name, leak_policies[at]) == 0) {
			*ret_policy = (enum leak_policy)at;
			return true;
		}
	}
	return false;
}

const char *residue_policy_name(enum residue_policy policy)
{
	return residue_policies[policy];
}

bool residue_policy_from_name(const char *name, enum residue_policy *ret_policy)
{
	for (unsigned at = 0; at < sizeof(residue_policies) / sizeof(*residue_policies); at++) {
		if (strcmp(name, residue_policies[at]) == 0) {
			*ret_policy = (enum residue_policy)at;
			return true;
		}
	}
	return false;
}
