"""The peers in Python's multiprocessing, run by python.ts.

    main.py METHOD flow CHANNEL KIND PRODUCERS CONSUMERS
    main.py METHOD "flow to" | "flow from" CHANNEL KIND
    main.py METHOD trips HEAT
    main.py METHOD "trips to"
    main.py METHOD calls IN_FLIGHT
    main.py METHOD increments PROCESSES
    main.py METHOD first
    main.py METHOD team
    main.py METHOD pool POOL all | one | map CHUNK | first

Each line of standard input is an order, answered by one line of output. At the
end of the input all processes end.
"""

import json
import multiprocessing
import signal
import sys

import calls
import flow
import increments
import pools
import starts
import trips

WORK = {
    "flow": flow.Flow,
    "flow to": flow.To,
    "flow from": flow.From,
    "trips": trips.Trips,
    "trips to": trips.To,
    "calls": calls.Calls,
    "increments": increments.Increments,
    "first": starts.First,
    "team": starts.Team,
    "pool": pools.work,
}


def main(method, what, *args):
    # Ends by the usual way when it is told to, so that its children end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    work = WORK[what](multiprocessing.get_context(method), *args)
    for line in sys.stdin:
        print(json.dumps(work.run(json.loads(line)["count"])), flush=True)
    work.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
