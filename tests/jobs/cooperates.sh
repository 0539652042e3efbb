#!/bin/sh
# A test that cooperates: it tells how far it is, stops when it is asked to, and tidies up before it
# does. It needs nothing of axe: without it reports go nowhere and nothing is canceled.
axe=$(command -v "${AXE_PARAMETER_axe:-axe}") || axe=false
work=${AXE_TEMP:-$(mktemp -d)} # axe removes its own after the test
rounds=$("$axe" support parameter rounds || echo 3)
round=0

tidy_up() {
	# This acknowledges the cancel; the verdict is `canceled` then, whatever the exit code.
	"$axe" support cancelling "after $round of $rounds rounds"
	rm "$work/state"
	exit 0
}

while [ "$round" -lt "$rounds" ]; do
	"$axe" support canceled && tidy_up
	round=$((round + 1))
	echo "round $round" >>"$work/state"
	"$axe" support progress $((100 * round / rounds)) "round $round of $rounds"

	# Here the work would be. Whoever has nothing to do but to wait can wait for a cancel, too.
	"$axe" support wait-cancel --timeout "${AXE_PARAMETER_pause:-1s}" && tidy_up
done

"$axe" support test-case "counts to $rounds" pass
cp "$work/state" "${AXE_RESULTS:-.}/rounds" # what is put there is kept
echo "done after $rounds rounds"
