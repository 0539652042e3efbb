/* How full the kernel half is: the fill of its ring and of its table of processes. */
#pragma once

struct error;
struct probe;

int pressure_open(struct probe *probe, struct error *error);
void pressure_close(struct probe *probe);
