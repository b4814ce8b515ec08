"""What is taken as known for a while is asked anew when its time is over."""

from dakehu.foundation.base import ttl_cache
from dakehu.foundation.base.ttl_cache import TTLCache


def test_a_value_is_known_until_its_time_is_over(monkeypatch):
    now = 100.0
    monkeypatch.setattr(ttl_cache, "monotonic", lambda: now)
    known = TTLCache(seconds=60)
    known.put("long", (3000, True))
    assert known.get("long") == (3000, True) and known.get("other") is None
    now = 160.0
    assert known.get("long") is None


def test_no_more_is_kept_than_was_said():
    known = TTLCache(most=3)
    for number in range(10):
        known.put(number, number)
        assert len(known._held) <= 3
    assert known.get(9) == 9
    known.forget()
    assert known.get(9) is None
