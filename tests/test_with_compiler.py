"""What compiles is given the machine's compilers, or those of a wheel where it has none."""

import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / ".ci" / "with-compiler"
# Does as a Python would in whose environment the wheel lies at WHEEL; keeps what it was asked for.
PYTHON = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/asked"
if [ "$1" = -c ]; then echo "$(dirname "$0")/zig"; fi
"""


def program(path: Path, text: str = "#!/bin/sh\n") -> None:
    path.write_text(text)
    path.chmod(0o755)


def said(folder: Path, *command: str) -> str:
    """What the command says whose programs are those in the folder and a few of the system."""
    for name in ("bash", "sh", "dirname", "basename", "chmod", "env", "printenv"):
        if not (folder / name).exists():
            (folder / name).symlink_to(next(filter(os.path.exists, places(name))))
    program(folder / "python", PYTHON)
    command = (str(SCRIPT), str(folder / "python"), *command)
    done = subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True)
    return done.stdout


def places(name: str) -> list[str]:
    return [f"/usr/bin/{name}", f"/bin/{name}"]


def test_a_machine_with_compilers_uses_them(tmp_path: Path) -> None:
    program(tmp_path / "cc")
    program(tmp_path / "c++")

    assert said(tmp_path, "printenv", "CC", "CXX") == ""
    assert not (tmp_path / "asked").exists()


def test_a_machine_that_lacks_one_gets_both_from_the_wheel(tmp_path: Path) -> None:
    program(tmp_path / "cc")
    program(tmp_path / "zig", '#!/bin/sh\necho "$@"\n')

    assert said(tmp_path, "printenv", "CC", "CXX").split() == [
        *(str(tmp_path / "zig-cc"), str(tmp_path / "zig-c++"))
    ]
    assert "install --quiet --require-hashes" in (tmp_path / "asked").read_text()
    assert said(tmp_path, "sh", "-c", "$CC -c x.c; $CXX -c x.cc").splitlines() == [
        *("cc -mcpu=baseline -c x.c", "c++ -mcpu=baseline -c x.cc")
    ]
