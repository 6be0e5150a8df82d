"""A service that runs and does not work: its probe tells, and the run is held until it does."""

from magikal import UNIT
from vps import SHORT_HOLD, line_with

# The bot, with an answer to those who ask how it is: 503 while /run/ill is there.
HEALTH = '''[Service]
ExecStart=
ExecStart=/usr/bin/python3 -c "import http.server, os; H = type('H', (http.server.BaseHTTPRequestHandler,), \\
  {'do_GET': lambda self: (self.send_response(503 if os.path.exists('/srv/ill') else 200), self.end_headers())}); \\
  http.server.HTTPServer(('127.0.0.1', 8080), H).serve_forever()"
'''
DROP_IN = f"/run/systemd/system/{UNIT}.d"
PROBE = (r"restart: \{ stable_for: 1s \}", 'restart: { stable_for: 2s, probe: { http: "http://127.0.0.1:8080/health" } }')


def test_a_service_that_answers_503_is_held_until_it_is_well(vps):
    vps.host.shell(f"mkdir -p {DROP_IN}; cat >{DROP_IN}/health.conf <<'EOF'\n{HEALTH}EOF\nsystemctl daemon-reload; touch /srv/ill")
    try:
        vps.use_policy(SHORT_HOLD, PROBE)
        held = vps.apply()
        assert held.code == 5, str(held)
        line_with(held, UNIT, "its probe http://127.0.0.1:8080/health did not pass", "HTTP 503")
        assert vps.unit("ActiveState")["ActiveState"] == "active"
        assert vps.revision() == "003_tempvc"

        vps.host.shell("rm /srv/ill")
        again = vps.apply()
        assert again.code == 0, str(again)
    finally:
        vps.host.shell(f"rm -rf {DROP_IN} /srv/ill; systemctl daemon-reload")


def test_a_service_that_listens_nowhere_is_held(vps):
    vps.use_policy(SHORT_HOLD, (PROBE[0], "restart: { stable_for: 1s, probe: { tcp: 127.0.0.1:8080 } }"))
    held = vps.apply()
    assert held.code == 5, str(held)
    line_with(held, "its probe 127.0.0.1:8080 did not pass", "refused")


def test_https_is_refused_with_the_way_out(vps):
    vps.use_policy(SHORT_HOLD, (PROBE[0], 'restart: { probe: { http: "https://127.0.0.1/health" } }'))
    before = vps.snapshot()
    refused = vps.apply()
    assert refused.code == 78, str(refused)
    line_with(refused, "https", "curl")
    assert vps.snapshot() == before
