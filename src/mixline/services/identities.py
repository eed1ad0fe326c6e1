"""The id of a run, known from what it works on before it is stored."""

from __future__ import annotations

import hashlib

from mixline.jobs.rows import job_id_of
from mixline.services.code_version import code_version

FIT_KIND = "mmm.fit"


def run_key(dataset_id: str, specification_id: str, *, extra: str = "") -> str:
    """The idempotency key of a run: dataset, specification and code version; `extra` tells a repetition apart."""
    from mixline.mmm.specification import canonical_json

    identity = {"dataset": dataset_id, "specification": specification_id, "code": code_version()}
    if extra:
        identity["again"] = extra
    return f"{FIT_KIND}:{hashlib.sha256(canonical_json(identity)).hexdigest()}"


def run_id_of(dataset_id: str, specification_id: str) -> str:
    """The id the run of this specification on this dataset has."""
    return job_id_of(run_key(dataset_id, specification_id))
