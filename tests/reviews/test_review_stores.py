"""What every store promises the queue of reviews, tried on memory, SQLite and a real Redis."""

from __future__ import annotations

import time
from dataclasses import replace

from hushgate.reviews.store import Row, Waits

LATER = time.time() + 3600.25
ONE = Row(b"\xffone\0", b"\0acme", b"whose", b"\0key\xff", b"\0sealed\xff", LATER)
TWO = replace(ONE, name=b"two")
THREE = replace(ONE, name=b"three", tenant=b"other")


def test_a_row_comes_back_as_it_was_added_and_is_added_once(store):
    assert store.reviews.find(ONE.name) is None

    assert store.reviews.add(ONE, [b"tag"], 10)
    assert store.reviews.add(replace(ONE, sealed=b"second"), [b"tag"], 10)

    there = store.reviews.find(ONE.name)
    assert there == replace(ONE, arrival=there.arrival)
    assert list(store.wrapped_keys()) == [ONE.wrapped_key]


def test_what_waits_comes_in_the_order_of_its_arrival_and_in_pages(store):
    for row in (ONE, TWO, THREE):
        store.reviews.add(row, [], 10)

    first = store.reviews.waiting(Waits.DECISION, None, 0, 2)
    rest = store.reviews.waiting(Waits.DECISION, None, first[-1].arrival, 2)

    assert [row.name for row in (*first, *rest)] == [ONE.name, TWO.name, THREE.name]
    assert [row.name for row in store.reviews.waiting(Waits.DECISION, b"other", 0, 2)] == [THREE.name]


def test_a_tenant_has_so_many_that_wait_and_no_more(store):
    assert store.reviews.add(ONE, [], 1)
    assert not store.reviews.add(TWO, [], 1)
    assert store.reviews.find(TWO.name) is None
    assert store.reviews.add(THREE, [], 1)

    store.reviews.replace(ONE, replace(ONE, sealed=b"decided", waits=Waits.NOTHING))

    assert store.reviews.add(TWO, [], 1)


def test_what_waits_for_a_label_takes_no_room_of_what_waits_for_a_decision(store):
    label = replace(TWO, waits=Waits.LABEL)
    assert store.reviews.add(label, [b"tag"], 1)
    assert store.reviews.add(ONE, [], 1)
    assert not store.reviews.add(replace(label, name=b"more"), [], 1)

    [there] = store.reviews.waiting(Waits.LABEL, None, 0, 5)
    assert there == replace(label, arrival=there.arrival)
    assert [row.name for row in store.reviews.waiting(Waits.DECISION, b"\0acme", 0, 5)] == [ONE.name]
    assert store.reviews.replace(there, replace(there, sealed=b"called good", waits=Waits.NOTHING))
    assert not store.reviews.waiting(Waits.LABEL, b"\0acme", 0, 5)
    assert store.reviews.add(replace(label, name=b"more"), [b"tag"], 1)
    assert store.reviews.forget(b"tag") == 2
    assert not store.reviews.waiting(Waits.LABEL, None, 0, 5)


def test_it_is_known_how_many_wait_for_what(store):
    over = replace(ONE, name=b"over", expires=time.time() + 0.2)
    for row in (ONE, over, TWO, THREE, replace(ONE, name=b"label", waits=Waits.LABEL)):
        store.reviews.add(row, [], 10)
    store.reviews.replace(TWO, replace(TWO, sealed=b"decided", waits=Waits.NOTHING))
    time.sleep(0.3)
    store.reviews.tend(time.time())

    assert [store.reviews.count(each) for each in (Waits.DECISION, Waits.LABEL)] == [2, 1]
    store.reviews.forget(b"tag")


def test_what_has_expired_counts_no_more(store):
    soon = time.time() + 0.2
    store.reviews.add(replace(ONE, expires=soon), [b"tag"], 1)
    time.sleep(0.3)
    store.reviews.tend(time.time())

    assert store.reviews.add(TWO, [], 1)
    assert [row.name for row in store.reviews.waiting(Waits.DECISION, None, 0, 5)] == [TWO.name]
    assert store.reviews.find(ONE.name) is None


def test_only_who_knows_what_is_there_replaces_it_and_a_decided_row_waits_no_more(store):
    store.reviews.add(ONE, [], 10)
    decided = replace(ONE, sealed=b"decided", wrapped_key=b"new", waits=Waits.NOTHING, expires=LATER + 60)

    assert not store.reviews.replace(replace(ONE, sealed=b"other"), decided)
    assert store.reviews.replace(ONE, decided)
    assert not store.reviews.replace(ONE, decided)

    there = store.reviews.find(ONE.name)
    assert there == replace(decided, arrival=there.arrival)
    assert list(store.reviews.waiting(Waits.DECISION, None, 0, 5)) == []


def test_rows_are_forgotten_by_any_of_their_tags(store):
    store.reviews.add(ONE, [b"\0a", b"b"], 10)
    store.reviews.add(TWO, [b"b"], 10)
    store.reviews.add(THREE, [b"c"], 10)

    assert store.reviews.forget(b"unknown") == 0
    assert store.reviews.forget(b"\0a") == 1
    assert store.reviews.forget(b"b") == 1

    assert [row.name for row in store.reviews.waiting(Waits.DECISION, None, 0, 5)] == [THREE.name]
    assert store.reviews.find(ONE.name) is None
