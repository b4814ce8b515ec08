"""Over HTTPS the browser restricts cookies to this host, requests HTTPS only, and clears everything at sign-out.

The effects of HTTPS are set when the settings are read, so they are read again here, in a process of their own.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.pages import browser_of

ASK = """
import json
from dakehu.project import settings as s
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_SAMESITE",
         "SESSION_COOKIE_HTTPONLY", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS")
print(json.dumps({name: getattr(s, name) for name in names}))
"""


def test_over_https_cookies_are_kept_to_this_host_and_https_is_demanded(tmp_path):
    around = {**os.environ, "DAKEHU_HTTPS": "1", "DAKEHU_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", ASK], env=around, capture_output=True, text=True, check=True)
    read = json.loads(ran.stdout)
    assert read["SESSION_COOKIE_NAME"].startswith("__Host-") and read["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert read["SESSION_COOKIE_SECURE"] and read["CSRF_COOKIE_SECURE"] and read["SESSION_COOKIE_HTTPONLY"]
    assert read["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert read["SECURE_HSTS_SECONDS"] >= 31536000 and read["SECURE_HSTS_INCLUDE_SUBDOMAINS"]


@pytest.mark.django_db
def test_signing_out_tells_the_browser_to_forget_what_it_kept(lin):
    answer = browser_of(lin).post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
