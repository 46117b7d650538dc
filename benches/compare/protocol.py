"""What the peers in Python have in common: how a step is timed, and how a peer is asked for it."""

import json
import sys
import time


def timed(step, seconds):
    """The median and the shortest time of a step in milliseconds; two go before, then at least five are timed."""
    step()
    step()
    times = []
    start = time.perf_counter()
    while len(times) < 5 or time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        step()
        times.append((time.perf_counter() - begin) * 1e3)
    times.sort()
    return {"ms": round(times[len(times) // 2], 4), "min": round(times[0], 4)}


def serve(workloads, seconds):
    """Times each workload that is named on a line of the input, and answers with a line of JSON.

    The last one stays prepared, so that whoever asks for it several times in a row does not wait for a compiler again.
    """
    current, step = None, None
    for line in sys.stdin:
        name = line.strip()
        answer = {"name": name}
        try:
            if name != current:
                current, step = name, None
                step = workloads[name]()
            answer |= timed(step, seconds)
        except KeyError:
            answer["error"] = "no such workload here"
        except Exception as error:  # Another workload may do.
            answer["error"] = " ".join(str(error).split())[:200]
        print(json.dumps(answer), flush=True)
