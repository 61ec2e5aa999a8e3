"""Run the programs beside the tests, `*_program.py`, as processes of their own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyspark

# What a driver needs to start executors, and they to start Python workers.
ON_A_CLUSTER = {
    "PYSPARK_PYTHON": sys.executable,
    "SPARK_HOME": str(Path(pyspark.__file__).parent),
    "SPARK_LOCAL_IP": "127.0.0.1",
}


def program(beside: str, name: str) -> list[str]:
    """Command that runs NAME_program.py, which lies in the folder of the test file `beside`.

    That folder is not on its path: a module there could hide one that the program means.
    """
    path = Path(beside).with_name(f"{name}_program.py")
    assert path.is_file(), path
    return [sys.executable, "-P", str(path)]


def run_on_a_cluster(
    command: list[str], cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program that starts executors; return what it printed. It must end with 0."""
    settings: dict[str, Any] = {"capture_output": True, "text": True}
    env = os.environ | ON_A_CLUSTER | environment
    ended = subprocess.run(command, cwd=cwd, env=env, check=False, **settings)
    assert ended.returncode == 0, ended.stderr[-4000:]
    return ended
