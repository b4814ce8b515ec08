"""The per-process cache: values expire, their number is bounded, and threads may share it."""

from concurrent.futures import ThreadPoolExecutor

from dakehu.foundation.base.ttl_cache import TTLCache


def test_a_value_that_has_no_time_left_is_not_returned():
    assert TTLCache(seconds=60).get("long") is None
    lasting, ended = TTLCache(seconds=60), TTLCache(seconds=0)
    for cache in (lasting, ended):
        cache.put("long", (3000, True))
    assert lasting.get("long") == (3000, True) and ended.get("long") is None


def test_no_more_than_the_stated_number_is_held_and_the_one_used_last_stays():
    cache = TTLCache(most=3)
    for number in range(10):
        cache.put(number, number)
        cache.get(0)
    assert [number for number in range(10) if cache.get(number) is not None] == [0, 8, 9]
    cache.clear()
    assert cache.get(9) is None


def test_threads_that_share_a_cache_never_see_an_error_or_a_foreign_value():
    cache = TTLCache(most=20)

    def work(start: int) -> bool:
        for number in range(start, start + 500):
            cache.put(number % 50, number % 50)
            if cache.get(number % 50) not in (None, number % 50):
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(0, 4000, 500)))
