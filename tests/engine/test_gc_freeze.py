"""What a worker process does with memory; each in a process of its own."""

import subprocess
import sys


def answer_of(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def test_what_is_loaded_is_no_longer_looked_through():
    script = "import gc; from crawl2clip.shared.gc_freeze import settle; settle()\n"
    script += "print(gc.get_freeze_count() > 1000, len(gc.get_objects()) < 1000)"

    assert answer_of(script) == "True True"


def test_what_comes_later_is_collected_as_ever():
    script = "import gc; from crawl2clip.shared.gc_freeze import settle; settle()\n"
    script += "gc.disable(); each = [[] for _ in range(50)]\n"
    script += "for one in each: one.append(one)\n"
    script += "del each, one; print(gc.collect() >= 50)"

    assert answer_of(script) == "True"


def test_garbage_of_a_first_task_is_not_kept():
    script = "import gc, weakref; from crawl2clip.shared.gc_freeze import settle\n"
    script += "class Own: pass\n"
    script += "gc.disable(); one = Own(); one.itself = one; gone = weakref.ref(one); del one\n"
    script += "settle(); print(gone() is None)"

    assert answer_of(script) == "True"


def test_no_more_than_the_first_tasks_cost_anything():
    script = "import gc; from crawl2clip.shared.gc_freeze import settle\n"
    script += "for _ in range(3): settle()\n"
    script += "kept = gc.get_freeze_count(); more = [[] for _ in range(100)]; settle()\n"
    script += "print(gc.get_freeze_count() == kept)"

    assert answer_of(script) == "True"


def test_reading_an_archive_settles_the_process():
    script = "import gc; from crawl2clip.extract.warc_pairs import *\n"
    script += "list(WarcPairsReader('x', None, from_options({})).read(Archive('x')))\n"
    script += "print(gc.get_freeze_count() > 1000)"

    assert answer_of(script) == "True"


def test_workers_of_a_local_session_end_in_silence():
    script = "from crawl2clip.engine.session import local_session\n"
    script += "spark = local_session(1)\n"
    script += "rows = spark.range(0, 400_000, 1, 2).mapInArrow(lambda all: all, 'id LONG')\n"
    script += "print(len(rows.limit(3).collect()))\n"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.stdout.strip() == "3"
    assert "Traceback" not in done.stderr
