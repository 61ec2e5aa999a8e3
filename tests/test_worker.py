"""What a worker process does with memory; each in a process of its own."""

import subprocess

import pytest

from tests.programs import program


def answer_of(name: str) -> tuple[str, str]:
    """What worker_program.py prints for a function of it, and what stands on stderr."""
    command = [*program(__file__, "worker"), name]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout.strip(), done.stderr


def test_what_is_loaded_is_no_longer_looked_through():
    assert answer_of("loaded")[0] == "True"


def test_what_comes_later_is_collected_as_ever():
    assert answer_of("later")[0] == "True"


def test_garbage_of_a_first_task_is_not_kept():
    assert answer_of("garbage")[0] == "True"


def test_no_more_than_the_first_tasks_cost_anything():
    assert answer_of("tasks")[0] == "True"


def test_reading_an_archive_settles_the_process():
    assert answer_of("archive")[0] == "True"


@pytest.mark.spark
def test_workers_of_a_local_session_end_in_silence():
    answer, said = answer_of("limited")

    assert answer == "True"
    assert "Traceback" not in said
