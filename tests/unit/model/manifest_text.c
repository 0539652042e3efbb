/* What a manifest came to mean, as one text: two that mean the same have the same. */
#include "unit/model/manifest_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "support/unit.h"

static void put_words(FILE *file, const char *what, char *const *words)
{
	for (; words && *words; words++)
		fprintf(file, "%s `%s`\n", what, *words);
}

static void put_limits(FILE *file, const struct limits *limits)
{
	for (int kind = 0; kind < LIMIT_KINDS; kind++)
		if (limits->set[kind])
			fprintf(file, "limit %s %" PRIu64 "\n", limit_rows[kind].name,
				limits->value[kind]);
	fprintf(file, "cpus `%s`\n", limits->cpus);
	for (int rate = 0; rate < LIMIT_RATES; rate++)
		fprintf(file, "rate %s %" PRIu64 "\n", limit_rates[rate].name,
			limit_rate_value(&limits->io, (enum limit_rate)rate));
}

static void put_ends(FILE *file, const struct assessment *it)
{
	for (int code = 0; code < 256; code++)
		fprintf(file, "%d", it->exit_codes.meaning[code]);
	fprintf(file, "\ncancel %d timeout %" PRIu64 " signal %d grace %" PRIu64 "\n",
		it->cancel_signal, it->timeout_ns, it->timeout_signal, it->timeout_grace_ns);
	fprintf(file, "leaks %d grace %" PRIu64 " residue %d\n", it->leaks, it->leak_grace_ns,
		it->residue);
	fprintf(file, "repetition %u of %u, retry %u on %x\n", it->repetition, it->repeat,
		it->retry_times, it->retry_on);
	for (size_t at = 0; at < it->depends_count; at++)
		fprintf(file, "depends on %zu\n", it->depends[at]);
}

static void put_assessment(FILE *file, const struct assessment *it)
{
	fprintf(file, "name `%s`\n", it->name);
	put_words(file, "word", it->argv);
	put_words(file, "variable", it->environment);
	fprintf(file, "inherited: environment %d stdin %d\n", it->environment_inherited,
		it->stdin_inherited);
	fprintf(file, "workdir `%s` stdin `%s` user `%s`\n", it->workdir ? it->workdir : "",
		it->stdin_path ? it->stdin_path : "", it->user ? it->user : "");
	fprintf(file, "optional %d seccomp %d rerunnable %d keep_temp %d\n", it->limits_optional,
		it->seccomp, it->rerunnable, it->keep_temp);
	put_limits(file, &it->limits);
	put_ends(file, it);
}

char *manifest_text(const struct manifest *manifest)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fprintf(file,
		"job `%s` parallel %u runtime %" PRIu64 " stop %d reboot %d left %d "
		"optional %d\n",
		manifest->name, manifest->parallel, manifest->runtime_ns, manifest->stop_on_failure,
		manifest->on_reboot, manifest->on_supervisor_stop, manifest->limits_optional);
	for (size_t at = 0; at < manifest->parameters_count; at++)
		fprintf(file, "parameter %s `%s` %d\n", manifest->parameters[at].name,
			manifest->parameters[at].value, manifest->parameters[at].read_only);
	for (size_t at = 0; at < manifest->assessments_count; at++)
		put_assessment(file, manifest->assessments[at]);
	if (manifest->post)
		put_assessment(file, manifest->post);
	assert_int_equal(0, fclose(file));
	return text;
}
