#!/usr/bin/python3
"""Builds the engine by CMake, from the sources that this folder stands in, and puts scenarios and configuration beside
it. All else stands in pyproject.toml.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parent
OUTPUT = SOURCES / "build" / "pip"


def version() -> str:
    found = re.search(r"project\(meterbench VERSION (\S+)", (SOURCES / "CMakeLists.txt").read_text())
    assert found, "CMakeLists.txt names no version"
    return found[1]


class BuildEngine(build_ext):
    """One extension, made by CMake's target meterbench_engine; METERBENCH_BUILD names a folder where it has been made."""

    def build_extension(self, extension: Extension) -> None:
        made = os.environ.get("METERBENCH_BUILD")
        build = Path(made) if made else OUTPUT / "cmake"
        if not made:
            subprocess.run(
                ["cmake", "-S", SOURCES, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DBENCH_PYTHON=ON",
                 f"-DPython_EXECUTABLE={sys.executable}"],
                check=True,
            )  # fmt: skip
            subprocess.run(["cmake", "--build", build, "--target", "meterbench_engine"], check=True)
        package = Path(self.get_ext_fullpath(extension.name)).resolve().parent
        package.mkdir(parents=True, exist_ok=True)
        (module,) = (build / "python" / "meterbench").glob("_engine.*.so")
        shutil.copy(module, package)
        for folder in ("config", "scenarios"):
            shutil.copytree(SOURCES / folder, package / "data" / folder, dirs_exist_ok=True)


OUTPUT.mkdir(parents=True, exist_ok=True)  # nothing is written beside the sources
setup(
    version=version(),
    ext_modules=[Extension("meterbench._engine", [])],
    cmdclass={"build_ext": BuildEngine},
    options={"build": {"build_base": str(OUTPUT)}, "egg_info": {"egg_base": str(OUTPUT)}},
)
