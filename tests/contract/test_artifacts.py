"""What every artifact store must do. A new store joins by adding its factory to STORES."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixline.artifacts.contract import ArtifactStore
from mixline.artifacts.opening import open_artifacts
from mixline.errors import InputError, IntegrityError, NotFoundError

STORES: dict[str, Callable[[Path], str]] = {"folder": lambda path: (path / "store with space").as_uri()}
FILES = {"model.json": b'{"a": 1}', "draws/part 1.parquet": bytes(range(256)) * 40, "empty": b""}
UNKNOWN = "0" * 64


@pytest.fixture(params=sorted(STORES))
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return STORES[request.param](tmp_path)


@pytest.fixture
def store(store_address: str) -> ArtifactStore:
    return open_artifacts(store_address)


def test_it_is_an_artifact_store(store: ArtifactStore) -> None:
    assert isinstance(store, ArtifactStore)


def test_what_was_published_is_read_back(store: ArtifactStore) -> None:
    bundle = store.publish(FILES)
    assert store.read_all(bundle) == FILES
    assert {name: store.read(bundle, name) for name in FILES} == FILES
    assert store.list_files(bundle) == {"draws/part 1.parquet": 10240, "empty": 0, "model.json": 8}
    assert list(store.list_files(bundle)) == sorted(FILES)
    assert store.exists(bundle)


def test_another_process_reads_it(store: ArtifactStore, store_address: str) -> None:
    bundle = store.publish(FILES)
    assert open_artifacts(store_address).read_all(bundle) == FILES


def test_the_id_follows_from_the_content_alone(store: ArtifactStore, tmp_path: Path) -> None:
    bundle = store.publish(FILES)
    assert store.publish(dict(reversed(FILES.items()))) == bundle
    assert open_artifacts((tmp_path / "other").as_uri()).publish(FILES) == bundle
    assert store.publish({**FILES, "model.json": b"{}"}) != bundle
    assert store.publish({"x": b"ab", "y": b""}) != store.publish({"x": b"a", "y": b"b"})


def test_the_id_is_a_promise_about_the_manifest_format(store: ArtifactStore) -> None:
    digest = hashlib.sha256(b"hi").hexdigest()
    manifest = f'{{"files":[{{"name":"a","sha256":"{digest}","size":2}}],"version":1}}'
    assert store.publish({"a": b"hi"}) == hashlib.sha256(manifest.encode()).hexdigest()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.dictionaries(
        st.text(alphabet="abcdefäß0123456789_-.", min_size=1, max_size=30).filter(lambda name: name.strip(".")),
        st.binary(max_size=200),
        min_size=1,
        max_size=5,
    )
)
def test_any_bundle_survives_the_round_trip(store: ArtifactStore, files: dict[str, bytes]) -> None:
    assert store.read_all(store.publish(files)) == files


@pytest.mark.parametrize("bundle", [UNKNOWN, "", "abc", "../../etc/passwd", UNKNOWN.replace("0", "A"), UNKNOWN + "\n"])
def test_an_unknown_bundle_is_not_found(store: ArtifactStore, bundle: str) -> None:
    store.publish(FILES)
    assert not store.exists(bundle)
    for read in (store.read_all, store.list_files, lambda name: store.read(name, "model.json")):
        with pytest.raises(NotFoundError):
            read(bundle)


@pytest.mark.parametrize("name", ["missing", "../model.json", "/etc/passwd", ""])
def test_an_unknown_file_is_not_found(store: ArtifactStore, name: str) -> None:
    with pytest.raises(NotFoundError):
        store.read(store.publish(FILES), name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../a", "a/../b", "/a", "a//b", "a/", "a\\b", "C:/a", "a\0b", "a\nb", " a", "a" * 256, "a/./b"],
)
def test_a_name_that_leaves_the_bundle_is_refused(store: ArtifactStore, name: str) -> None:
    with pytest.raises(InputError):
        store.publish({name: b""})


def test_a_bundle_without_files_is_refused(store: ArtifactStore) -> None:
    with pytest.raises(InputError):
        store.publish({})


def _publish_many(address: str, worker: int) -> list[str]:
    store = open_artifacts(address)
    return [store.publish({"shared": b"s" * 50_000, "number": str(number % 5).encode()}) for number in range(15)]


def test_many_processes_publish_the_same_and_other_bundles(store: ArtifactStore, store_address: str) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        ids = pool.starmap(_publish_many, [(store_address, worker) for worker in range(3)])
    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids[0])) == 5
    for bundle in set(ids[0]):
        assert store.read(bundle, "shared") == b"s" * 50_000


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

_PUBLISH_FOR_EVER = """
import sys
from mixline.artifacts.opening import open_artifacts
store = open_artifacts(sys.argv[1])
print("started", flush=True)
for number in range(100_000):
    files = {f"part{n}": bytes([n]) * 200_000 + str(number).encode() for n in range(8)}
    print(store.publish(files), flush=True)
"""


@pytest.mark.parametrize("delay", [0.03, 0.06, 0.1, 0.17])
def test_a_killed_publisher_leaves_only_whole_bundles(
    store: ArtifactStore, store_address: str, tmp_path: Path, delay: float
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PUBLISH_FOR_EVER, store_address], stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"started\n"
        time.sleep(delay)
        os.kill(writer.pid, signal.SIGKILL)
        announced = [line.decode().strip() for line in writer.stdout.read().splitlines() if len(line) == 64]
    for bundle in announced:
        assert len(store.read_all(bundle)) == 8
    manifests = [path.name for path in tmp_path.glob("*/bundles/*/*")]  # a folder store; others have no such view
    for bundle in manifests:
        assert store.exists(bundle)
        assert len(store.read_all(bundle)) == 8
    assert len(manifests) - len(announced) in {0, 1}
    again = store.publish({f"part{n}": bytes([n]) * 200_000 + b"0" for n in range(8)})
    assert len(store.read_all(again)) == 8


# What only a store whose bytes can be touched lets us check. Other stores bring their own way to do damage.


def _path_of(tmp_path: Path, digest: str) -> Path:
    return next(path for path in tmp_path.rglob(digest) if path.is_file())


def test_changed_bytes_are_noticed_and_healed_by_publishing_again(store: ArtifactStore, tmp_path: Path) -> None:
    bundle = store.publish(FILES)
    path = _path_of(tmp_path, hashlib.sha256(FILES["model.json"]).hexdigest())
    path.chmod(0o644)
    path.write_bytes(b'{"a": 2}')
    with pytest.raises(IntegrityError, match=r"model\.json"):
        store.read(bundle, "model.json")
    with pytest.raises(IntegrityError):
        store.read_all(bundle)
    assert store.read(bundle, "empty") == b""
    assert store.publish(FILES) == bundle
    assert store.read_all(bundle) == FILES


def test_lost_bytes_are_noticed(store: ArtifactStore, tmp_path: Path) -> None:
    bundle = store.publish(FILES)
    _path_of(tmp_path, hashlib.sha256(FILES["model.json"]).hexdigest()).unlink()
    assert not store.exists(bundle)
    with pytest.raises(IntegrityError):
        store.read(bundle, "model.json")


def test_a_changed_manifest_is_noticed(store: ArtifactStore, tmp_path: Path) -> None:
    bundle = store.publish(FILES)
    path = _path_of(tmp_path, bundle)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"model.json", b"modem.json"))
    assert not store.exists(bundle)
    with pytest.raises(IntegrityError, match="manifest"):
        store.list_files(bundle)
