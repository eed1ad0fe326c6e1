"""Reading and writing what the command line works on: data files, specifications and model folders."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mixline.errors import ConflictError, NotFoundError, TooLargeError

if TYPE_CHECKING:
    import pandas as pd

    from mixline.mmm.model import MixModel
    from mixline.mmm.specification import ModelSpec


def read_data(path: Path, limit_mb: int) -> pd.DataFrame:
    """The table in a file. Raises TooLargeError before reading, DataError for what is not a table."""
    from mixline.data.reading import read_table

    size = path.stat().st_size
    if size > limit_mb * 1_000_000:
        raise TooLargeError(
            "the file is too large",
            where=path.name,
            got=f"{size / 1_000_000:,.0f} MB",
            expected=f"at most {limit_mb} MB",
            action="Keep the columns and weeks you need, or raise MIXLINE_UPLOAD_LIMIT_MB.",
        )
    return read_table(path.read_bytes(), path.name)


def read_spec(path: Path) -> ModelSpec:
    """The specification in a YAML file. Raises SpecificationError naming the field."""
    from mixline.mmm.recipes.document import read_yaml

    return read_yaml(path.read_text(encoding="utf-8"))


def load_model(folder: Path) -> MixModel:
    """The model in a folder written by `mixline mmm fit`. Raises NotFoundError when there is none."""
    from mixline.mmm.model_file import read_model

    if not (folder / "model.json").is_file():
        raise NotFoundError(
            "there is no model in this folder",
            where=str(folder),
            expected="a folder written by `mixline mmm fit --out`",
            action="Fit a model first.",
        )
    return read_model({path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()})


def require_free_folder(folder: Path) -> None:
    """Refuse to write a model over files that are not a model. Raises ConflictError."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / "model.json").exists())):
        raise ConflictError(
            "the output folder holds other files",
            where=str(folder),
            expected="a new or empty folder, or an earlier model",
            action="Name another folder with --out.",
        )


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write files as a folder that appears whole or not at all; an earlier folder is replaced."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        fresh.chmod(0o755)
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent)) / "model"
            folder.rename(old)
            fresh.rename(folder)
            shutil.rmtree(old.parent)
        else:
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
