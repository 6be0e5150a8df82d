"""`orchestrate init` on the host of each project, from the installed package: what it writes is enough to migrate, by a
worker in its sandbox, but for the lines that it marked.
"""

import json

import pytest

import debian
import worker
from byte_bot import BYTE_BOT
from create_all import EVENT_BOT
from guild_bot import GUILD_BOT
from magikal import MAGIKAL
from project import boot
from sqlmodel_service import SQLMODEL_SERVICE
from test_create_all import adopt, generate, mend_and_commit
from vps import line_with

PROJECTS = {debian.BOOKWORM: [MAGIKAL, GUILD_BOT, EVENT_BOT, SQLMODEL_SERVICE], debian.TRIXIE: [BYTE_BOT]}


@pytest.fixture(scope="module", params=PROJECTS[debian.wanted()], ids=lambda project: project.app)
def project(request):
    return request.param


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.PackagedVps(host, project)


@pytest.fixture
def bare(vps):
    """The host before anybody wrote a policy, and without a directory for dumps where no job of its own makes them."""
    vps.host.run("rm", vps.project.installed_policy).ok()
    if vps.project is not MAGIKAL:
        vps.host.run("rmdir", vps.project.backups).ok()
    if vps.project is EVENT_BOT:
        adopt(vps)
        generate(vps)
        mend_and_commit(vps)
    return vps


def test_what_it_writes_takes_the_pending_migration_to_a_restarted_service(bare):
    app = bare.project.app
    written = bare.orchestrate("init", bare.project.checkout, "--write")
    assert written.code == 0, str(written)
    line_with(written, f"wrote {bare.project.installed_policy}")
    assert "FILL IN" not in bare.host.path(bare.project.installed_policy).read_text(), str(written)
    for step in ("systemctl daemon-reload", f"orchestrate check {app}", f"orchestrate plan {app}"):
        line_with(written, f"next: {step}")
    bare.host.run("systemctl", "daemon-reload").ok()
    assert bare.orchestrate("check", app).code == 0

    before = bare.invocation()
    ended = bare.apply_approving()

    assert ended.code == 0, str(ended)
    line_with(ended, worker.worker_of(bare))
    line_with(ended, "rehearsal ", "way back")
    assert bare.revision() == ("0002" if bare.project is EVENT_BOT else bare.project.pending)
    assert bare.invocation() not in ("", before)
    assert bare.unit("ActiveState") == {"ActiveState": "active"}
    line_with(bare.apply(), "nothing to do")

    looked = json.loads(bare.orchestrate("doctor", app, "--json").out)
    expected = {"upgrade at start"} if bare.project is BYTE_BOT else set()
    assert {check["check"] for check in looked["checks"] if not check["passed"]} == expected, looked
