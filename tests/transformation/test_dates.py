"""Dates move together and keep their form; each move has an exact inverse."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.transformation.dates import find_dates, shift

days = st.integers(-52, 52).filter(bool).map(lambda weeks: 7 * weeks)
dates = st.dates(date(1910, 1, 1), date(2090, 12, 31))
FORMS = [
    "{0:%m/%d/%Y}", "{0:%d.%m.%Y}", "{0:%Y-%m-%d}", "{0:%B} {0.day}, {0.year}", "{0.day} {0:%B} {0.year}",
    "{0:%Y-%m-%d}T10:22:00Z",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("03/14/1985", "04/11/1985"),
        ("14 March 1985", "11 April 1985"),
        ("1985-03-14", "1985-04-11"),
        ("March 14th", "April 11th"),
        ("the 4th of MARCH", "the 1st of APRIL"),
        ("3/5/24", "4/2/24"),
        ("14.03.1985", "11.04.1985"),
        ("13/04/2025", "11/05/2025"),
        ("Friday, March 14th, 2025 at 3 pm", "Friday, April 11th, 2025 at 3 pm"),
        ("14 de marzo de 2021", "11 de abril de 2021"),
        ("March 2024", "April 2024"),
    ],
)
def test_a_moved_date_keeps_its_form(text, moved):
    assert shift(text, 28) == moved


@pytest.mark.parametrize("text", ["tomorrow", "at 10:30", "1985", "31/31/2020", "version 1.2.3.4"])
def test_what_is_no_date_is_not_moved(text):
    assert shift(text, 28) is None


@given(dates, days, st.sampled_from(FORMS))
def test_a_move_back_leads_to_the_date_it_came_from(day, by, form):
    text = form.format(day)

    assert shift(shift(text, by), -by) == text


@given(dates, dates, days)
def test_the_time_between_two_dates_survives(one, other, by):
    moved = [date.fromisoformat(shift(day.isoformat(), by)) for day in (one, other)]

    assert moved[1] - moved[0] == other - one
    assert moved[0] - one == timedelta(by)
    assert moved[0].weekday() == one.weekday()


@given(st.dates(date(2023, 1, 1), date(2023, 12, 31)), days)
def test_a_date_without_a_year_moves_back_too(day, by):
    text = f"{day:%B} {day.day}"

    assert shift(shift(text, by), -by) == text


def test_an_ambiguous_date_is_read_as_the_session_reads_dates():
    assert [d.key for d in find_dates("3/4/2025")] == [(2025, 3, 4)]
    assert [d.key for d in find_dates("3/4/2025", day_first=True)] == [(2025, 4, 3)]
