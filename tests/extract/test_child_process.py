"""A child process dies alone, within its limits, and never outlives its parent."""

import os
import signal
import socket
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from crawl2clip.extract.isolation.child_process import Child, DiedError


def wait(pipe: Connection) -> None:
    pipe.send(os.getpid())
    time.sleep(60)


def test_it_answers_over_a_pipe():
    def double(pipe: Connection) -> None:
        while True:
            pipe.send(2 * pipe.recv())

    with Child(double, 10, 10**9) as child:
        child.send("ab")
        assert child.receive() == "abab"
        child.send(4)
        assert child.receive() == 8
        assert child.is_alive

    assert not child.is_alive


def test_a_death_within_a_message_is_a_death():
    def die(pipe: Connection) -> None:
        os.write(pipe.fileno(), b"\0\0\0\x10half")
        os.kill(os.getpid(), signal.SIGBUS)

    with Child(die, 10, 10**9) as child, pytest.raises(DiedError, match="SIGBUS"):
        child.receive()


def test_one_that_is_dead_takes_no_message():
    child = Child(lambda pipe: os._exit(3), 10, 10**9)
    with child, pytest.raises(DiedError, match="exit code 3"):
        for _ in range(1000):
            child.send(b"x" * 1000)


def test_it_holds_no_socket_of_its_parent_open():
    ours, theirs = socket.socketpair()
    with Child(wait, 10, 10**9) as child:
        child.receive()
        ours.close()
        theirs.settimeout(5)
        assert theirs.recv(1) == b""
    theirs.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of such a death")
def test_it_dies_with_its_parent():
    code = """
import sys
from crawl2clip.extract.isolation.child_process import Child
from tests.extract.test_child_process import wait

with Child(wait, 10, 10**9) as child:
    print(child.receive(), flush=True)
    child.receive()
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout
    with parent.stdout as said:
        child = int(said.readline())
    parent.kill()
    parent.wait()

    deadline = time.monotonic() + 10
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        about = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return about.rpartition(")")[2].split()[0] != "Z"
