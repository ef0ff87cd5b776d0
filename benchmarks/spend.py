#!/usr/bin/env python3
"""Runs a command and prints its seconds, peak memory and exit code as JSON: `spend.py SAID COMMAND...`.

A process of its own, and a small one: the kernel counts what the parent had in memory at the
fork as the child's.
"""

import json
import os
import sys
import time

said = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
began = time.perf_counter()
child = os.fork()
if child == 0:
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
spent = {"seconds": time.perf_counter() - began, "peak_mib": usage.ru_maxrss / 1024}
print(json.dumps(spent | {"code": os.waitstatus_to_exitcode(status)}))
