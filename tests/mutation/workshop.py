# SPDX-License-Identifier: MIT
"""The tree, built once, and copies of it in which one change at a time is tried.

The library is one shared object with all of its functions visible, so that a changed file costs
one compilation and one link, and the test programs stay as they are. A function that a test
defines itself stands in for the library's by the rules of dynamic linking."""

import concurrent.futures
import glob
import hashlib
import os
import re
import resource
import shutil
import signal
import subprocess

COMPILER = os.environ.get("CC", "gcc")
FLAGS = [
    "-std=c11", "-O1", "-w", "-fPIC", "-fvisibility=default", "-ffp-contract=off", "-Iinclude",
    "-Igenerated", "-Ilibsvasim", "-Itests",
]
FEWER_CASES = ["-DLAYOUTS=3"]  # of the property tests
CORE = ["base", "spec", "arch", "uarch", "tables", "device", "sva", "trace", "machine"]
QUICK_SECONDS = 6.0
# Tests of other rooms, and of what things cost: nothing that a change in arch must answer to.
NOT_ARCH = re.compile(r"test_(dsa|trace|sva|tables|core_memory)|check_(laws|races|throughput|performance)$")


def run(command, cwd, limit=None, env=None):
    """Exit code, or None after `limit` seconds; the whole process group ends with it."""
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def processor_seconds():
    """Of all ended children: unlike a clock, the same on a busy machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def files(root, *patterns):
    found = set()
    for pattern in patterns:
        found.update(glob.glob(os.path.join(root, pattern)))
    return sorted(os.path.relpath(path, root) for path in found)


class Test:
    def __init__(self, name, command, relations=()):
        self.name, self.command, self.relations = name, command, relations
        self.seconds = 0.0
        # Without a process for each test: quicker, and a crash that ends the program is as good.
        # Memory that a test frees stays with the process, as most make one unit after another.
        self.plain = {"CK_FORK": "no", "GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=1073741824:"
                      "glibc.malloc.trim_threshold=4294967296"}

    def run(self, tree, limit):
        env = dict(os.environ, LD_LIBRARY_PATH=os.path.join(tree, "obj"), **self.plain)
        return run(self.command, tree, limit, env)


class Workshop:
    """A copy of the sources under `root`/obj with everything built, unchanged."""

    def __init__(self, project, root, jobs):
        self.project, self.root, self.jobs = project, root, jobs
        self.programs = {}  # program -> its objects and archives
        self.archives = {}  # archive -> its objects
        self.tests = []

    # --- building ---

    def copy_sources(self):
        for part in ("include", "libsvasim", "tests", "tools", "docs/examples"):
            shutil.copytree(os.path.join(self.project, part), os.path.join(self.root, part))
        version = re.search(r"VERSION (\d+)\.(\d+)\.(\d+)",
                            open(os.path.join(self.project, "CMakeLists.txt")).read())
        text = open(os.path.join(self.root, "tools/cmake/version.h.in")).read()
        for name, value in zip(("MAJOR", "MINOR", "PATCH"), version.groups()):
            text = text.replace(f"@PROJECT_VERSION_{name}@", value)
        text = text.replace("@PROJECT_VERSION@", ".".join(version.groups()))
        os.makedirs(os.path.join(self.root, "generated/svasim"))
        with open(os.path.join(self.root, "generated/svasim/version.h"), "w") as out:
            out.write(text)

    @staticmethod
    def object_of(source):
        return "obj/" + source.replace("/", "_")[:-2] + ".o"

    def compile(self, tree, source):
        more = FEWER_CASES if source.startswith("tests/property/") else []
        return run([COMPILER, *FLAGS, *more, "-MD", "-c", source, "-o", self.object_of(source)],
                   tree, 120) == 0

    def link_library(self, tree):
        objects = [self.object_of(s) for s in self.library]
        return run([COMPILER, "-shared", "-o", "obj/libsvasim-mutant.so", *objects, "-lz"],
                   tree, 120) == 0

    def link(self, tree, program):
        """Archives are made new too: one of their members may have changed."""
        inputs = []
        for name in self.programs[program]:
            if name in self.archives:
                if os.path.exists(os.path.join(tree, name)):
                    os.remove(os.path.join(tree, name))
                run(["ar", "rcs", name, *self.archives[name]], tree, 60)
            inputs.append(name)
        return run([COMPILER, "-o", program, *inputs, "-Lobj", "-lsvasim-mutant", "-lcmocka",
                    "-lcheck", "-lsubunit", "-lpthread", "-lrt", "-lm", "-lz", "-linih",
                    "-ljansson"], tree, 120) == 0

    def plan(self):
        self.library = files(self.root, "libsvasim/*.c",
                             *[f"libsvasim/{room}/*.c" for room in CORE])
        sources = list(self.library)

        def program(name, own, helpers):
            members = [self.object_of(s) for s in own]
            if helpers:
                archive = f"obj/lib{os.path.dirname(helpers[0]).replace('/', '_')}.a"
                self.archives[archive] = [self.object_of(s) for s in helpers]
                members.append(archive)
            self.programs["obj/" + name] = members
            sources.extend(s for s in own + helpers if s not in sources)

        program("svasim", files(self.root, "tools/*.c"), [])
        scenarios = files(self.root, "tests/conformance/*/*.svt")
        for topic in sorted({os.path.dirname(s) for s in scenarios}):
            self.tests.append(Test(f"scenarios of {os.path.basename(topic)}",
                                   ["obj/svasim", "check", "--jobs", "1", topic]))
        for room, prefix in (("conformance", "check_"), ("unit", "test_"), ("property", "check_")):
            mains = files(self.root, f"tests/{room}/{prefix}*.c")
            helpers = [s for s in files(self.root, f"tests/{room}/*.c") if s not in mains]
            for source in mains:
                name = os.path.basename(source)[:-2]
                if NOT_ARCH.match(name):
                    continue
                program(name, [source], helpers)
                self.tests.append(Test(name, ["obj/" + name]))
        program("driver", files(self.root, "docs/examples/driver/*.c"), [])
        self.tests.append(Test("driver", ["obj/driver"]))
        oracle = files(self.root, "tests/oracle/*.c")
        helpers = [s for s in oracle if not s.endswith(("/oracle_check.c", "/exhaustive.c"))]
        program("oracle_check", ["tests/oracle/oracle_check.c"], helpers)
        self.tests.append(Test("oracle_check", ["obj/oracle_check", "20000"]))
        return sources

    def build(self):
        self.copy_sources()
        os.makedirs(os.path.join(self.root, "obj"))
        sources = self.plan()
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            done = list(pool.map(lambda s: self.compile(self.root, s), sources))
        broken = [s for s, ok in zip(sources, done) if not ok]
        if broken or not self.link_library(self.root):
            raise SystemExit(f"the unchanged tree does not build: {broken}")
        for name in self.programs:
            if not self.link(self.root, name):
                raise SystemExit(f"{name} does not link")
        self.sources = sources
        self.depends = {s: self.read_depends(s) for s in sources}

    def read_depends(self, source):
        text = open(os.path.join(self.root, self.object_of(source)[:-2] + ".d")).read()
        return set(text.replace("\\\n", " ").split()[1:])

    def measure(self):
        """Run every test on the unchanged tree: those that pass and are quick are used."""
        kept, left_out = [], []
        for test in self.tests:
            began = processor_seconds()
            code = test.run(self.root, 300)
            if code != 0:
                test.plain = {}
                began = processor_seconds()
                code = test.run(self.root, 300)
            test.seconds = processor_seconds() - began
            if code != 0:
                raise SystemExit(f"{test.name} fails on the unchanged tree")
            (kept if test.seconds <= QUICK_SECONDS else left_out).append(test)
        self.tests = sorted(kept, key=lambda t: t.seconds)
        return left_out

    # --- what a changed file touches ---

    def shape(self, tree, source):
        """Hash of a preprocessed source: same shape, same object."""
        done = subprocess.run([COMPILER, *FLAGS, "-E", "-P", source], cwd=tree,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return hashlib.sha256(done.stdout).digest()

    def unaffected_headers(self, tree, path):
        """Headers that include `path` directly and come out the same in spite of its change."""
        out = set()
        pattern = re.compile(r'#include "([^"]*/)?' + re.escape(os.path.basename(path)) + '"')
        for header in files(self.root, "include/svasim/*.h", "libsvasim/*/*.h"):
            if pattern.search(open(os.path.join(self.root, header)).read()):
                if self.shape(tree, header) == self.shape(self.root, header):
                    out.add(header)
        return out

    def affected(self, tree, path):
        """Sources to compile again after a change of `path` in `tree`."""
        if path.endswith(".c"):
            return [path]
        same = self.unaffected_headers(tree, path) if path.endswith(".def") else set()
        out = []
        for source in self.sources:
            if path not in self.depends[source]:
                continue
            if same and self.direct(source, path) is False:
                continue
            if self.shape(tree, source) != self.shape(self.root, source):
                out.append(source)
        return out

    def direct(self, source, path):
        """Does `source` itself include `path`, or a table that does?"""
        text = open(os.path.join(self.root, source)).read()
        names = [os.path.basename(path)]
        if "/layouts/" in path:
            names.append("layouts.def")
        return any(re.search(r'#include "[^"]*' + re.escape(name) + '"', text) for name in names)
