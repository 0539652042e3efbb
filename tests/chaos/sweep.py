"""Faults at every point of a job or of a start, by supervisors that share the points among them."""

import random
import threading

import bad_calls
import faults

# Every so many points somebody looks whether there are stacks that nobody has seen yet.
LOOK_EVERY = 60
COUNTED_JOBS = 3
PERIODS = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
           89, 97, 127, 251, 509, 1021, 2039, 4093)


def key_of(point):
    """How often a stack asks is not the same in each job: its last time is one point all the same."""
    return point.period, point.stack, min(point.step, 2) if point.stack else point.step


class Passed:
    """The points that nothing was wrong with, in a file: whoever is given it again goes on there."""

    def __init__(self, path, build):
        self.path = path
        self.build = build
        self.lines = set()
        if path and path.exists():
            self.lines = set(path.read_text(encoding="ascii").splitlines())

    def line(self, sweep, point):
        """Each build has names of its own for its stacks."""
        return " ".join(map(str, (self.build, *sweep, *key_of(point))))

    def has(self, sweep, point):
        return self.line(sweep, point) in self.lines

    def add(self, sweep, point):
        if self.path:
            with open(self.path, "a", encoding="ascii") as file:
                file.write(self.line(sweep, point) + "\n")


class Sweep:
    """The points of one fault, each of which is tried once by somebody."""

    def __init__(self, form, name, seed, most=None, passed=None):
        self.form, self.name, self.most = form, name, most
        self.passed = passed or Passed(None, None)
        self.resumed = 0
        self.chance = random.Random(f"{seed}/{name}")
        self.lock = threading.Lock()
        self.known, self.waiting = set(), []
        self.taken = self.hits = 0
        self.failed = []

    def add(self, points):
        """Those that nobody knew yet; not so that they stand together."""
        with self.lock:
            fresh = [point for point in points if key_of(point) not in self.known]
            self.known.update(key_of(point) for point in fresh)
            left = [point for point in fresh if not self.passed.has(self.names(), point)]
            self.resumed += len(fresh) - len(left)
            self.waiting += self.chance.sample(left, len(left))

    def names(self):
        return self.form.__name__, self.name

    def take(self):
        with self.lock:
            if not self.waiting or self.taken == self.most:
                return None
            self.taken += 1
            return self.waiting.pop(0)

    def told(self, point, hit, wrong):
        with self.lock:
            self.hits += hit
            self.failed += [f"{self.form.__name__} {self.name} {point}: {each}" for each in wrong]
            if not wrong and isinstance(point, faults.Point):
                self.passed.add(self.names(), point)

    def run(self, folder, find, instances=1):
        """`find` gives the points that a sufferer knows of now."""
        workers = [threading.Thread(target=self.work, args=(folder / str(at), find))
                   for at in range(instances)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return self

    def work(self, folder, find):
        """Where one supervisor fails the next one takes its place."""
        life = 0
        while self.live(folder / str(life), find):
            life += 1

    def live(self, folder, find):
        """Whether there may be more to do."""
        sufferer = None
        try:
            sufferer = self.form(folder, self.name)
            self.add(find(sufferer))
            count = 0
            while point := self.take():
                hit, wrong = sufferer.suffer(point)
                self.told(point, hit, list(wrong))
                count += 1
                if count % LOOK_EVERY == 0:
                    self.add(find(sufferer))
            self.told("at the end", False, sufferer.finish())
            return False
        except Exception as problem:  # pylint: disable=broad-except
            self.told(sufferer and sufferer.point, True, [sufferer.problem(problem) if sufferer
                                                         else f"no supervisor: {problem}"])
            return bool(sufferer)
        finally:
            if sufferer:
                sufferer.close()


def every_call(sufferer):
    return [faults.Point(step) for step in range(1, sufferer.count() + 1)]


def every_stack(sufferer):
    """Where it asks for the first time, and where for the last."""
    least = {}
    for _ in range(COUNTED_JOBS):
        with sufferer.instance.calls.naming() as stacks:
            sufferer.count()
        for name, seen in stacks.items():
            least[name] = min(seen, least.get(name, seen))
    return [faults.Point(step, name) for name in sorted(least) for step in sorted({1, least[name]})]


def once(sufferer):
    """Each call fails once; where there are too many for that, it is each stack that makes them."""
    return (every_stack if sufferer.fault.kinds == bad_calls.MEMORY else every_call)(sufferer)


def periodic(sufferer):
    """Every second, third, fifth ... call fails, for as long as it lasts."""
    calls = sufferer.count()
    return [faults.Point(period=period) for period in PERIODS if period <= calls]


FORMS = {"job": faults.OfJob, "start": faults.OfStart}
WAYS = {"once": once, "periodic": periodic}
# How long each of them lasts makes no difference to what comes again and again.
PERIODIC = ("full", "broken", "read-only", "no-descriptors", "no-groups", "no-memory")
SWEEPS = tuple((name, form, way) for name in faults.FAULTS for form in FORMS for way in WAYS
               if way != "periodic" or name in PERIODIC)


def run(sweep, folder, seed, most=None, instances=1, passed=None):
    """One of SWEEPS."""
    name, form, way = sweep
    return Sweep(FORMS[form], name, seed, most, passed).run(folder, WAYS[way], instances)
