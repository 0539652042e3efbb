/* The parameters of a cluster, and how many jobs it has. */
#include <stdlib.h>
#include <strings.h>

#include "base/cleanup.h"
#include "libaxe/api_cluster.h"

struct axe_parameters {
	json_t *list; /* owned */
};

axe_result axe_cluster_get_parameters(axe_cluster *cluster, axe_parameters **ret_parameters)
{
	auto_reply reply = { 0 };
	axe_parameters *parameters;
	axe_result code;

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	if (!ret_parameters)
		return cluster_fail(cluster, AXE_E_INVALID_ARGUMENT, "expected `ret_parameters`");
	code = cluster_ask(cluster, "Parameters", json_object(), &reply);
	if (code != S_OK)
		return code;
	parameters = calloc(1, sizeof(*parameters));
	if (!parameters)
		return cluster_fail(cluster, AXE_E_INTERNAL_ERROR, "out of memory");
	parameters->list = json_incref(json_object_get(reply.parameters, "parameters"));
	*ret_parameters = parameters;
	return S_OK;
}

uint32_t axe_parameters_count(const axe_parameters *parameters)
{
	return parameters ? (uint32_t)json_array_size(parameters->list) : 0;
}

axe_result axe_parameters_get(
	const axe_parameters *parameters, uint32_t index, axe_parameter *ret_parameter)
{
	const json_t *row = parameters ? json_array_get(parameters->list, index) : NULL;
	const char *name = cluster_text(row, "name"), *unit = cluster_text(row, "unit");

	if (!ret_parameter)
		return AXE_E_INVALID_ARGUMENT;
	if (!row)
		return AXE_E_INVALID_INDEX;
	*ret_parameter = (axe_parameter){
		.name = name ? name : "",
		.unit = unit ? unit : "",
		.value = cluster_number(row, "value"),
		.standard = cluster_number(row, "default"),
		.minimum = cluster_number(row, "minimum"),
		.maximum = cluster_number(row, "maximum"),
	};
	return S_OK;
}

void axe_parameters_free(axe_parameters *parameters)
{
	if (!parameters)
		return;
	json_decref(parameters->list);
	free(parameters);
}

axe_result axe_cluster_get_parameter(axe_cluster *cluster, const char *name, int64_t *ret_value)
{
	axe_parameters *parameters;
	axe_parameter each;
	axe_result code;

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	if (!name || !ret_value)
		return cluster_fail(
			cluster, AXE_E_INVALID_ARGUMENT, "expected a name and `ret_value`");
	code = axe_cluster_get_parameters(cluster, &parameters);
	if (code != S_OK)
		return code;
	code = AXE_E_PARAMETER_NOT_FOUND;
	for (uint32_t at = 0; axe_parameters_get(parameters, at, &each) == S_OK; at++) {
		if (strcasecmp(each.name, name) == 0) {
			*ret_value = each.value;
			code = S_OK;
		}
	}
	axe_parameters_free(parameters);
	return code == S_OK ? S_OK : cluster_fail(cluster, code, "there is no such parameter");
}

axe_result axe_cluster_set_parameter(axe_cluster *cluster, const char *name, int64_t value)
{
	json_t *asked;

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	asked = name ? json_pack("{s:s, s:I}", "name", name, "value", (json_int_t)value) : NULL;
	if (!asked)
		return cluster_fail(
			cluster, AXE_E_INVALID_ARGUMENT, "expected a name that is UTF-8");
	return cluster_ask(cluster, "SetClusterParameter", asked, NULL);
}

axe_result axe_cluster_get_job_counter(
	axe_cluster *cluster, uint32_t owner, uint64_t ret_counts[AXE_STATES])
{
	json_t *asked = json_object(), *counts;
	auto_reply reply = { 0 };
	axe_result code;

	if (!cluster || !ret_counts) {
		json_decref(asked);
		return cluster ? cluster_fail(
					 cluster, AXE_E_INVALID_ARGUMENT, "expected `ret_counts`")
			       : AXE_E_INVALID_ARGUMENT;
	}
	if (owner != AXE_ALL_OWNERS)
		json_object_set_new(asked, "owner", json_integer(owner));
	code = cluster_ask(cluster, "GetJobCounter", asked, &reply);
	if (code != S_OK)
		return code;
	counts = json_object_get(reply.parameters, "counts");
	for (int state = 0; state < AXE_STATES; state++)
		ret_counts[state] =
			(uint64_t)cluster_number(counts, axe_state_name((axe_state)state));
	return S_OK;
}
