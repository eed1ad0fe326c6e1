"""Imports point downwards only. The table is the architecture; EXCEPTIONS may only shrink."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

BASE = {"mixline", "mixline.errors"}
SHARED = BASE | {"mixline.settings", "mixline.messages", "mixline.exchange"}
PURE = {"mixline.mmm", "mixline.data"}
ADAPTERS = {"mixline.warehouse", "mixline.artifacts", "mixline.state", "mixline.jobs", "mixline.tracking"}
SERVICES = SHARED | PURE | ADAPTERS | {"mixline.services"}

ALLOWED: dict[str, set[str]] = {
    "mixline": set(),
    "mixline.errors": set(),
    "mixline.messages": BASE | {"mixline.messages"},
    "mixline.settings": BASE | {"mixline.exchange"},
    "mixline.exchange": set(),
    "mixline.mmm": BASE | {"mixline.mmm"},
    "mixline.data": BASE | {"mixline.data", "mixline.mmm", "mixline.messages"},
    "mixline.warehouse": SHARED | {"mixline.warehouse"},
    "mixline.artifacts": SHARED | {"mixline.artifacts"},
    "mixline.state": SHARED | {"mixline.state"},
    "mixline.jobs": SHARED | {"mixline.jobs", "mixline.state"},
    "mixline.tracking": SHARED | {"mixline.tracking"},
    "mixline.services": SERVICES,
    "mixline.local": SERVICES | {"mixline.local"},
    "mixline.cli": SERVICES | {"mixline.local", "mixline.cli", "dashboard"},  # dashboard.reports: the same figures
    "gcp": SERVICES | {"gcp"},
    "dashboard": SHARED | {"dashboard", "mixline.mmm"},
    "pages": SHARED | {"dashboard", "pages"},
}

# The dashboard computes what-ifs from a model file; it may use these parts of the engine and no others.
DASHBOARD_ENGINE = {"mixline.mmm.model", "mixline.mmm.model_file", "mixline.mmm.response", "mixline.mmm.planner"}

# "importing file -> imported module", each with its reason. Remove lines; never add one.
EXCEPTIONS: set[tuple[str, str]] = set()

# What a pure module may use of the outside, each with its reason. Remove lines; never add one.
IMPURE = {
    ("mixline.mmm.search.trials", "time"),  # tells how long a search still takes; no result depends on it
}

HEAVY = {"sklearn", "nevergrad", "numba", "prophet", "scipy", "mlflow"}
CLOUD = {"mlflow", "duckdb", "google", "snowflake"}


def _files() -> list[Path]:
    roots = [ROOT / "src" / "mixline", ROOT / "dashboard", ROOT / "pages", ROOT / "gcp"]
    return sorted(path for root in roots for path in root.rglob("*.py"))


def _module(path: Path) -> str:
    base = ROOT / "src" if (ROOT / "src") in path.parents else ROOT
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _room(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "mixline" else parts[0]


def _imports(tree: ast.AST, module: str, path: Path) -> Iterator[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                name = ".".join([*base, node.module] if node.module else base)
            else:
                name = node.module or ""
            if name in {"mixline", "mixline.mmm", "mixline.services", "mixline.data"}:
                yield from (f"{name}.{alias.name}" if alias.name[0].islower() else name for alias in node.names)
            else:
                yield name


@pytest.mark.parametrize("path", _files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    module = _module(path)
    allowed = ALLOWED[_room(module)]
    wrong = []
    for name in _imports(ast.parse(path.read_text()), module, path):
        if name.split(".")[0] not in {"mixline", "gcp", "dashboard", "pages"}:
            continue
        if _room(name) not in allowed and (str(path.relative_to(ROOT)), name) not in EXCEPTIONS:
            wrong.append(name)
        if module.startswith("dashboard") and name.startswith("mixline.mmm") and name not in DASHBOARD_ENGINE:
            wrong.append(name)
    assert not wrong, f"{module} may not import {', '.join(wrong)}"


@pytest.mark.parametrize("path", _files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_clients_are_imported_inside_functions(path: Path) -> None:
    tree = ast.parse(path.read_text())
    top = {name.split(".")[0] for node in tree.body for name in _imports(node, _module(path), path)
           if isinstance(node, ast.Import | ast.ImportFrom)}  # fmt: skip
    assert not top & CLOUD, f"import {', '.join(top & CLOUD)} inside the adapter's functions, not at the top"


def test_pure_rooms_know_no_files_clocks_or_networks() -> None:
    banned = {"os", "time", "timeit", "socket", "subprocess", "requests", "httpx", "sqlalchemy", "tempfile", "shutil"}
    wrong = []
    for path in _files():
        module = _module(path)
        if _room(module) not in {"mixline.mmm", "mixline.data"}:
            continue
        names = {name.split(".")[0] for name in _imports(ast.parse(path.read_text()), module, path)}
        wrong += [f"{module} imports {name}" for name in sorted(names & banned) if (module, name) not in IMPURE]
    assert not wrong


def test_dashboard_process_imports_no_trainer_library() -> None:
    code = (
        "import sys; import dashboard.app as app; app.create_server(); "
        f"print(sorted({HEAVY!r} & {{name.split('.')[0] for name in sys.modules}}))"
    )
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"
