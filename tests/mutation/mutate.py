# SPDX-License-Identifier: MIT
"""Changes the model one check at a time and counts which changes the tests notice."""

import argparse
import collections
import filecmp
import os
import queue
import random
import re
import shutil
import sys
import tempfile
import threading
import time

from operators import mutants_of
from workshop import Workshop, files

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
WANTED_SHARE = 0.95
TABLES = [
    "libsvasim/spec/scopes.def", "libsvasim/spec/registers.def", "libsvasim/spec/cap_fields.def",
    "libsvasim/spec/caps.def", "include/svasim/faults.def",
]
# Grants seconds beyond what a test needs on the unchanged tree: the machine may be busy.
PATIENCE_FACTOR, PATIENCE_SECONDS = 20, 20


def all_mutants():
    paths = files(PROJECT, "libsvasim/arch/*.[ch]", "libsvasim/spec/layouts/*.def") + TABLES
    with open(os.path.join(PROJECT, "include/svasim/faults.def")) as table:
        faults = re.findall(r"^FAULT\((\w+)", table.read(), re.M)
    out = []
    for path in paths:
        with open(os.path.join(PROJECT, path)) as text:
            out += mutants_of(path, text.read(), faults)
    return out


def read_equivalent():
    """Changes that alter no result, by content: key -> reason. A reason is the comment above."""
    out, reason = {}, ""
    fresh = False
    with open(os.path.join(HERE, "equivalent.txt")) as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("#"):
                reason = (reason + " " if fresh else "") + line[1:].strip()
                fresh = True
            elif line:
                out[line] = reason
                fresh = False
    return out


class Bench(threading.Thread):
    """One tree of its own, in which changes are tried one after the other."""

    def __init__(self, number, shop, work, report):
        super().__init__()
        self.tree = os.path.join(os.path.dirname(shop.root), f"bench{number}")
        self.shop, self.work, self.report = shop, work, report
        self.kills = collections.Counter()  # of a file and a test: what to try first
        self.relinked = []

    def run(self):
        shutil.copytree(self.shop.root, self.tree)
        while True:
            try:
                mutant = self.work.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            mutant.result, mutant.by = self.judge(mutant)
            self.report(mutant, time.monotonic() - began)

    def judge(self, mutant):
        path = os.path.join(self.tree, mutant.path)
        with open(path) as original:
            text = original.read()
        touched = []
        try:
            with open(path, "w") as changed:
                changed.write(text[:mutant.start] + mutant.text + text[mutant.end:])
            touched = self.shop.affected(self.tree, mutant.path)
            return self.build(mutant, touched)
        finally:
            with open(path, "w") as changed:
                changed.write(text)
            self.restore(touched)

    def build(self, mutant, touched):
        if not all(self.shop.compile(self.tree, s) for s in touched):
            return "not compiling", ""
        objects = {self.shop.object_of(s) for s in touched}
        changed = {o for o in objects if not filecmp.cmp(
            os.path.join(self.tree, o), os.path.join(self.shop.root, o), shallow=False)}
        if not changed:
            return "same code", ""
        if changed & {self.shop.object_of(s) for s in self.shop.library}:
            if not self.shop.link_library(self.tree):
                return "not compiling", ""
        for program, inputs in self.shop.programs.items():
            parts = set(inputs)
            for archive in inputs:
                parts |= set(self.shop.archives.get(archive, ()))
            if parts & changed:
                self.relinked.append(program)
                self.shop.link(self.tree, program)
        return self.test(mutant)

    def test(self, mutant):
        order = sorted(self.shop.tests,
                       key=lambda t: t.seconds / (1 + self.kills[mutant.path, t.name]))
        for test in order:
            limit = PATIENCE_FACTOR * test.seconds + PATIENCE_SECONDS
            code = test.run(self.tree, limit)
            if code != 0:
                self.kills[mutant.path, test.name] += 1
                return ("timeout" if code is None else "killed"), test.name
        return "survived", ""

    def restore(self, touched):
        names = [self.shop.object_of(s) for s in touched] + self.relinked
        for name in names + ["obj/libsvasim-mutant.so"]:
            shutil.copy2(os.path.join(self.shop.root, name), os.path.join(self.tree, name))
        self.relinked = []


class Report:
    def __init__(self, total, equivalent, quiet):
        self.total, self.equivalent, self.quiet = total, equivalent, quiet
        self.lock, self.done = threading.Lock(), []

    def __call__(self, mutant, seconds):
        if mutant.result == "survived" and mutant.key() in self.equivalent:
            mutant.result = "equivalent"
        with self.lock:
            self.done.append(mutant)
            if mutant.result == "survived":
                print("survived", mutant.describe(), flush=True)
            if not self.quiet and len(self.done) % 50 == 0:
                print(f"{len(self.done)} of {self.total}", file=sys.stderr, flush=True)

    def table(self, title, name):
        rows = collections.defaultdict(collections.Counter)
        for mutant in self.done:
            rows[name(mutant)][mutant.result] += 1
            rows["all"][mutant.result] += 1
        head = f"{title:32} changes  noticed  survived  equivalent  no code   share"
        print("\n" + head)
        for row in sorted(rows, key=lambda r: (r == "all", r)):
            count = rows[row]
            noticed = count["killed"] + count["timeout"]
            judged = noticed + count["survived"]
            share = f"{100 * noticed / judged:6.1f}%" if judged else "      -"
            print(f"{row:32} {sum(count.values()):7}  {noticed:7}  {count['survived']:8}  "
                  f"{count['equivalent'] + count['same code']:10}  {count['not compiling']:7}  "
                  f"{share}")

    def finish(self):
        self.table("file", lambda m: m.path)
        self.table("operator", lambda m: m.operator)
        by = collections.Counter(m.by for m in self.done if m.by)
        print("\nnoticed by: " + ", ".join(f"{name} {n}" for name, n in by.most_common()))
        for mutant in self.done:
            if mutant.result in ("killed", "timeout") and mutant.key() in self.equivalent:
                print(f"no longer equivalent: {mutant.key()}")
        noticed = sum(m.result in ("killed", "timeout") for m in self.done)
        survived = sum(m.result == "survived" for m in self.done)
        share = noticed / max(1, noticed + survived)
        print(f"\n{noticed} of {noticed + survived} changes noticed: {100 * share:.1f} %")
        return share >= WANTED_SHARE


def main():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="changes tried at a time")
    parser.add_argument("--sample", type=int, help="try so many, drawn by --seed; else all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only changes whose line in --list matches this regular expression")
    parser.add_argument("--list", action="store_true", help="print the changes, try none")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    options = parser.parse_args()

    equivalent = read_equivalent()
    mutants = all_mutants()
    keys = {m.key() for m in mutants}
    for key in equivalent:
        if key not in keys:
            print(f"equivalent.txt: nothing in the sources is: {key}", file=sys.stderr)
    only = re.compile(options.only)
    mutants = [m for m in mutants if only.search(m.describe())]
    if options.sample and options.sample < len(mutants):
        mutants = random.Random(options.seed).sample(mutants, options.sample)
        mutants.sort(key=lambda m: (m.path, m.start))
    if options.list:
        for m in mutants:
            print(m.describe())
        return 0

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="svasim-mutation-") as scratch:
        shop = Workshop(PROJECT, os.path.join(scratch, "clean"), options.jobs)
        shop.build()
        left_out = shop.measure()
        print(f"{len(mutants)} changes, seed {options.seed}; {len(shop.tests)} tests, "
              f"{sum(t.seconds for t in shop.tests):.1f} s together"
              + (f"; too slow: {', '.join(t.name for t in left_out)}" if left_out else ""),
              flush=True)
        work = queue.Queue()
        for mutant in mutants:
            work.put(mutant)
        report = Report(len(mutants), equivalent, options.quiet)
        benches = [Bench(n, shop, work, report) for n in range(options.jobs)]
        for bench in benches:
            bench.start()
        for bench in benches:
            bench.join()
    good = report.finish()
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
