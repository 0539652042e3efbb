/* Whether what jobs left behind is still as they left it: asked by `axe repair`, without a daemon.
 */
#include "residue_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "survey/source.h"
#include "survey/survey.h"

static json_t *check(const struct survey_host *host, const json_t *finding)
{
	struct error error = { 0 };
	int code = survey_check(host, finding, &error);

	return json_pack("{s:s, s:o}", "state",
		code > 0    ? "left"
		: code == 0 ? "changed"
			    : "unknown",
		"text", json_text(error.text, strlen(error.text)));
}

int residue_check(void)
{
	struct survey_host host = { .live = true };
	auto_json findings = json_loadf(stdin, 0, NULL);
	auto_json answer = json_array();
	auto_fd root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	json_t *finding;
	size_t index;

	if (!json_is_array(findings) || root < 0) {
		fprintf(stderr, "axed: --check-residue wants findings on its standard input\n");
		return EXIT_FAILURE;
	}
	host.root = root;
	json_array_foreach (findings, index, finding)
		json_array_append_new(answer, check(&host, finding));
	return json_dumpf(answer, stdout, JSON_COMPACT) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
