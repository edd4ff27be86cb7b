"""Many turns of one session at once, in several processes: all agree, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.redis_store import RedisStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault

WRITERS, TURNS, SHARED = 4, 25, 10
WRITER = """
import json, sys
from pathlib import Path
from hushgate.sessions.redis_store import RedisStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.facts import Known
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.vault import Vault
url, own, turns, shared = sys.argv[1], *map(int, sys.argv[2:])
store = SqliteStore(Path(url)) if url.startswith("/") else RedisStore(url)
vault = Vault(store, TenantKeys.of(b"m" * 32))
print("ready", flush=True)
sys.stdin.readline()
said = {}
for turn in range(turns):
    values = [f"{turn % shared:08d}", f"{own:04d}{turn:04d}5"]
    while True:
        session = vault.open("acme", "s-1")
        tokens = {value: session.pseudonym(Known(value, "ACCOUNT_ID")) for value in values}
        if vault.save("acme", "s-1"):
            break
    for value, token in tokens.items():
        assert said.setdefault(value, token) == token
print(json.dumps(said))
"""


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_processes_that_write_to_one_session_agree(kind, tmp_path, request):
    if kind == "redis":
        request.getfixturevalue("redis_store")
        url = request.getfixturevalue("redis_server").url
    else:
        url = str(tmp_path / "sessions.db")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(own), str(TURNS), str(SHARED)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for own in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = [json.loads(writer.communicate(timeout=60)[0]) for writer in writers]

    store = RedisStore(url) if kind == "redis" else SqliteStore(tmp_path / "sessions.db")
    session = Vault(store, TenantKeys.of(b"m" * 32)).open("acme", "s-1")
    store.close()
    kept = {value: session.token_of("ACCOUNT_ID", value) for each in said for value in each}

    assert len(kept) == SHARED + WRITERS * TURNS
    assert len(set(kept.values())) == len(kept)
    assert [each for each in said if any(kept[value] != token for value, token in each.items())] == []
