"""Books of the kernel for tests."""

from dakehu.analytics.kernel import Book


def slice_book(whole: Book, begin: int, end: int) -> Book:
    """Return the clients begin..end of a book, on the same days and prices."""
    first, last = int(whole.offsets[begin]), int(whole.offsets[end])
    return Book(
        offsets=whole.offsets[begin : end + 1] - first,
        asset=whole.asset[first:last],
        day=whole.day[first:last],
        quantity=whole.quantity[first:last],
        value=whole.value[first:last],
        fee=whole.fee[first:last],
        flow=whole.flow[first:last],
        prices=whole.prices,
        ordinals=whole.ordinals,
        market=whole.market,
        kind=whole.kind,
    )
