"""Views: each disguise undone, and every character of a view mapped to what it stands for."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.detection.rewriting import Change, plain, rewritten
from hushgate.detection.views import views


def seen(text):
    """Each view's text by its name."""
    return [(view.name, view.text) for view in views(text)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "thanks, could you change the delivery address of my last order please?",
        "one or two parcels, and the second one is late",
        "order 83211 of 2026-11-21 costs 12.50, call 212-555-0188",
        "“Quoted” — she said… café, naïve, Straße, Привет, مرحبا ❤️ 👨‍👩‍👧 m²",
        "write to dana@example.com or visit us at example.com",
    ],
)
def test_a_clean_text_has_no_views(text):
    assert seen(text) == []


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("4111\u200b1111\u00ad1111\u20601111", "4111111111111111"),
        ("212\u00a0555\u20110188", "212 555-0188"),
        ("４１１１ and ٤١١١ and १२३४", "4111 and 4111 and 1234"),
        ("4\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e3", "411"),
        ("①②③", "123"),
        ("4\u03361\u03361\u0336", "411"),
        ("𝐝𝐚𝐧𝐚@ｅｘａｍｐｌｅ．ｃｏｍ", "dana@example.com"),
        ("dаnа@еxample.com", "dana@example.com"),
        ("ᴅᴀɴᴀ", "dana"),
        ("pass\x00word", "password"),
        ("4111\u200b, \u20605", "4111, 5"),
        ("ｊｏｙ－ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "joy-li@example.com"),
        ("four ③ one", "four 3 one"),
        ("one-\ufe0ftwo", "one-two"),
        ("ΒΕ45 9308", "BE45 9308"),
        ("cafe\u0301", "café"),
    ],
)
def test_folding_undoes_what_only_looks_like_other_text(text, view):
    assert seen(text)[0] == ("folded", view)


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("four one one one", "4111"),
        ("two one two, five five five, oh one eight eight", "2125550188"),
        ("call two one two uh five five five then oh one double eight", "call 2125550188"),
        ("triple five double oh", "55500"),
        ("four 1 1 one", "4111"),
        ("4 1 1 1", "4111"),
        ("born in nineteen eighty-five", "born in 1985"),
        ("forty one eleven twenty two", "411122"),
        ("one eight hundred five five five", "1800555"),
        ("four hundred and twelve five five five", "412555"),
        ("cvv three two one", "cvv 321"),
        ("NINE OH TWO ONE OH", "90210"),
        ("dana at example dot com", "dana@example.com"),
        ("dana dot w underscore 2 at mail dot example dot co dot uk", "dana.w_2@mail.example.co.uk"),
        ("dana (at) example [dot] com", "dana@example.com"),
        ("dana @ example . com", "dana@example.com"),
        ("dana @ mail . example . com", "dana@mail.example.com"),
        ("d a n a dot w one nine at example dot org", "dana.w19@example.org"),
        ("dana four one one two at example dot com", "dana 4112@example.com"),
    ],
)
def test_what_is_read_out_is_written_down(text, view):
    assert seen(text)[-1] == ("spoken", view)


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("卡号4111有效", "卡号 4111 有效"),
        ("電話は090-1234です", "電話は 090-1234 です"),
        ("번호는+82입니다", "번호는 +82 입니다"),
        ("A和B", "A 和 B"),
        ("โทร081ครับ", "โทร 081 ครับ"),
    ],
)
def test_a_script_without_spaces_is_set_apart_from_numbers(text, view):
    assert seen(text) == [("apart", view)]


@pytest.mark.parametrize("text", ["你好 谢谢", "カード 4111 です", "тел. 4111"])
def test_what_is_apart_already_stays(text):
    assert seen(text) == []


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("locator alpha bravo 7 9 4", "locator AB794"),
        ("bravo, tango, niner, four, x-ray", "BT94X"),
        ("Lima Delta one nine kilo X ray romeo", "LD19KXR"),
        ("S for sugar, W for whisky, 1, A for apple, 2 double a", "SW1A2AA"),
        ("B as in boy, C as in cat, 4 4", "BC44"),
        ("bravo tango 794", "BT794"),
        ("d like david a b 4 charlie", "DAB4C"),
    ],
)
def test_a_code_that_is_spelled_is_written_down(text, view):
    assert ("spelled", view) in seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "mike and oscar play golf",
        "the hotel in lima, and in quebec",
        "B as in cat, C as in dog, 4 4",
        "a hotel for 2 in november",
        "I for one am in charge",
    ],
)
def test_words_that_spell_nothing_stay(text):
    assert [view for view in seen(text) if view[0] == "spelled"] == []


@pytest.mark.parametrize(
    "text",
    ["one two", "one 4111111111111111", "order two 12 inch", "we met at the dot", "look at example dot com"],
)
def test_everyday_numbers_and_places_are_not_rewritten(text):
    assert [view for view in seen(text) if view[0] == "spoken"] == []


@pytest.mark.parametrize(
    "hidden",
    [
        lambda text: quote(text, safe=""),
        lambda text: "".join(f"&#{ord(c)};" for c in text),
        lambda text: "".join(f"&#x{ord(c):x};" for c in text),
        lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
        lambda text: text.encode().hex(),
        lambda text: text.encode().hex(" ").upper(),
        lambda text: text.encode().hex("-"),
        lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
        lambda text: base64.encodebytes((text * 3).encode()).decode().strip(),
        lambda text: json.dumps(text + "é\n")[1:-1],
    ],
)
def test_what_is_encoded_is_decoded(hidden):
    value = "ssn 219-09-9999, naïve"

    name, text = seen(f"see {hidden(value)} there")[0]

    assert name == "decoded"
    assert value in text


@pytest.mark.parametrize("value", ["219 09 9999", "BE45 9308 4672 6938", "4111 1111 1111 1111"])
def test_a_number_in_hexadecimal_digits_without_letters_is_decoded(value):
    assert ("decoded", f"be {value}") in seen(f"be {value.encode().hex()}")


@pytest.mark.parametrize(
    "text",
    [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "AKIAIOSFODNN7EXAMPLE0",
        "internationalisation",
        "50 4736 7373 4443 7146 45",
        "100% AT&T",
    ],
)
def test_what_decodes_to_no_text_stays(text):
    assert [view for view in seen(text) if view[0] == "decoded"] == []


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("4111/1111/1111/1111", "4111-1111-1111-1111"),
        ("4111 💳 1111 💳 1111 💳 1111", "4111-1111-1111-1111"),
        ("219_09_9999", "219-09-9999"),
        ("4*1*1*1*1*1*1*1", "41111111"),
        ("2_1_2_5_5_5_0_1_8_8", "212-555-0188"),
        ("4111 - 1111 - 1111 - 1111", "4111-1111-1111-1111"),
        ("4111   1111   1111   1111", "4111-1111-1111-1111"),
        ("4111.1111/1111\n1111", "4111-1111-1111-1111"),
        ("219  09_9999", "219-09-9999"),
    ],
)
def test_odd_separators_become_plain(text, view):
    assert ("separators", view) in seen(text)


@pytest.mark.parametrize(
    "text",
    ["12/05/2024 and 12.5.2024", "2024.12.05", "1,212,555.0188", "4111, 1111. 1111 / 1111", "212-555-0188"],
)
def test_dates_amounts_and_lists_are_not_joined(text):
    assert [view for view in seen(text) if view[0] == "separators"] == []


@pytest.mark.parametrize(
    "text",
    [
        "IE26.AMCH.4018.6209.2734.28",
        "please refund it to IE26\nAMCH\n4018\n6209\n2734\n28 and close the case",
        "I E 2 6 A M C H 4 0 1 8 6 2 0 9 2 7 3 4 2 8",
        "I E two six A M C H four oh one eight six two zero nine 2 7 3 4 two eight",
        "IE26AMCH4O1862O9273428",
    ],
)
def test_a_scattered_iban_is_one_word(text):
    assert "IE26AMCH40186209273428" in dict(seen(text))["ibans"]


def test_what_fails_an_ibans_check_stays():
    assert [view for view in seen("IE26.AMCH.4018.6209.2734.29") if view[0] == "ibans"] == []


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("4I11 l111 11O1 1111", "4111 1111 1101 1111"),
        ("2I9-O9-9999", "219-09-9999"),
        ("account 6228 55o9", "account 6228 5509"),
    ],
)
def test_letters_among_digits_are_the_digits_that_they_look_like(text, view):
    assert ("letters", view) in seen(text)


@pytest.mark.parametrize("text", ["SOS 112", "order B0SS1", "10 Ill Bills 5", "model S8 B5 O2"])
def test_words_and_codes_keep_their_letters(text):
    assert [view for view in seen(text) if view[0] == "letters"] == []


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("acct88213409118", "acct 88213409118"),
        ("ssn219-09-9999", "ssn 219-09-9999"),
        ("tel:212.555.0188", "tel: 212.555.0188"),
        ("tel:+1 212 555 0188", "tel: +1 212 555 0188"),
        ("ibanIE26AMCH40186209273428", "iban IE26AMCH40186209273428"),
    ],
)
def test_a_number_glued_to_its_name_stands_apart(text, view):
    assert seen(text)[0] == ("apart", view)


@pytest.mark.parametrize("text", ["SKU88213409118", "card4you", "id 88213409118"])
def test_other_words_stay_whole(text):
    assert [view for view in seen(text) if view[0] == "apart"] == []


def test_a_telephone_number_backwards_is_turned_round():
    assert ("backwards", "call (212) 555-0188") in seen("call 8810-555 )212(")


def test_a_card_number_backwards_is_turned_round():
    assert ("backwards", "card 4111 1111 1111 1111") in seen("card 1111 1111 1111 1114")
    assert seen("card 4111 1111 1111 1111") == []


def test_disguises_upon_each_other_are_undone_in_turn():
    hidden = base64.b64encode("four １ \u200bone dоuble six".encode()).decode()

    assert seen(hidden)[-1] == ("spoken", "41166")


def test_a_finding_in_a_view_covers_the_whole_disguise():
    text = "card 4111\u200b-1111-1111-1111."
    (view, *_) = views(text)
    start = view.text.index("4111")

    assert view.origin(start, start + 19) == (5, 25)

    text = f"see {base64.b64encode(b'card 4111 1111 1111 1111').decode()}."
    (view, *_) = views(text)
    start = view.text.index("4111")

    assert view.origin(start, start + 19) == (4, len(text) - 1)


def test_a_view_of_a_view_has_offsets_of_the_text():
    under = rewritten("one", plain("abcdef"), [Change(1, 3, "XYZ"), Change(4, 5, "")])
    over = rewritten("two", under, [Change(2, 5, "-")])

    assert (under.text, over.text) == ("aXYZdf", "aX-f")
    assert list(zip(under.starts, under.ends, strict=True)) == [
        (0, 1),
        (1, 3),
        (1, 3),
        (1, 3),
        (3, 4),
        (5, 6),
    ]
    assert list(zip(over.starts, over.ends, strict=True)) == [(0, 1), (1, 3), (1, 4), (5, 6)]


def test_changes_that_change_nothing_make_no_view():
    assert rewritten("same", plain("abc"), [Change(0, 1, "a")]) is None


WORDS = "zero oh one two double twenty thirteen hundred and uh at dot @ 4 11 , - ."
SPOKEN = st.sampled_from(WORDS.split())
ODD = st.sampled_from("4\u200b\u00ad\u00a0–４٤①аеdana@.%41&#52;\\u0034\x00\ufe0f\u20e3\u0301💳_/\ud800 \n")
TEXTS = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=80),
    st.lists(SPOKEN, max_size=20).map(" ".join),
    st.lists(ODD, max_size=30).map("".join),
    st.binary(max_size=40).map(lambda data: base64.b64encode(data).decode()),
    st.text("0123456789 -/", max_size=40),
)


@settings(max_examples=500)
@given(st.lists(TEXTS, max_size=3).map(" ".join))
def test_every_character_of_a_view_stands_for_something_of_the_text_in_order(text):
    for view in views(text):
        assert view.text != text
        assert len(view.starts) == len(view.ends) == len(view.text)
        assert all(0 <= a < b <= len(text) for a, b in zip(view.starts, view.ends, strict=True))
        if view.name != "backwards":
            assert list(view.starts) == sorted(view.starts)
            assert list(view.ends) == sorted(view.ends)


@pytest.mark.parametrize(
    "piece",
    [
        "one ",
        "1 ",
        "1/",
        "%41",
        "&#52;",
        "a at b dot ",
        "(at)",
        "x.",
        "A",
        "4\u200b",
        "е",
        "4\u0301",
        "double ",
        "4111 1111 ",
    ],
)
def test_time_grows_with_the_text_and_no_faster(piece):
    def seconds_per_character(length):
        text = piece * (length // len(piece))
        begun = time.process_time()
        list(views(text))
        return (time.process_time() - begun) / len(text)

    assert seconds_per_character(50_000) < 1e-7 + 5 * min(seconds_per_character(5_000) for _ in range(3))
