"""Reading a policy: what each key comes to, and that all that is wrong is said at once, with its line."""

from __future__ import annotations

import copy

import pytest
import yaml

from hushgate.failure import Failure, Reason
from hushgate.finding import Action
from hushgate.policy.model import DESTINATIONS
from hushgate.policy.reader import PolicyProblems, check_policy, read_policy

SMALL = {
    "version": "2026-11-21.1",
    "intents": {"order_status": {"fields": {"order.id": "keep"}}},
    "destinations": {place: {"default": "redact"} for place in DESTINATIONS},
}


@pytest.fixture
def read(tmp_path):
    """The policy that is SMALL with other keys put in."""

    def read(**changes):
        path = tmp_path / "policy.yaml"
        path.write_text(yaml.safe_dump({**SMALL, **changes}, sort_keys=False), encoding="utf-8")
        return read_policy(path)

    return read


@pytest.fixture
def read_destination(read):
    def read_destination(place, written):
        return read(destinations={**SMALL["destinations"], place: written}).destination(place)

    return read_destination


@pytest.fixture
def problems(tmp_path):
    """What is wrong with a text, without the file's name."""

    def problems(text, **options):
        path = tmp_path / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        return [str(p).removeprefix(f"{path}:") for p in check_policy(path, **options)]

    return problems


def text_of(**changes):
    return yaml.safe_dump({**copy.deepcopy(SMALL), **changes}, sort_keys=False)


def test_a_small_policy_has_the_defaults(read):
    policy = read()

    assert policy.version == "2026-11-21.1"
    assert policy.admits("acme")
    assert not policy.admits("")
    assert policy.thresholds.of("PERSON") == 0.4
    assert (policy.allowed_trailing_digits, policy.note_overlap_words) == (4, 6)
    assert policy.entity_of(("order", "id")) == ""
    assert not policy.is_internal(("order", "id"))
    assert policy.agents is None
    assert policy.allow == frozenset()
    assert policy.deny == {}


def test_every_key_is_read(read):
    policy = read(
        tenants=["acme"],
        internal=["**.internal_notes", "case.text"],
        entities={"customer.loyalty.id": "LOYALTY_ID"},
        thresholds={"default": 0.3, "PERSON": 0.6},
        outbound={"allowed_trailing_digits": 2, "note_overlap_words": 9},
        agents={"bot": {"owner": "Support", "approved_by": "Privacy", "intents": ["order_status"]}},
        allow=["Ask Ann"],
        deny={"PRODUCT_CODE": ["Project Blue"]},
    )

    assert policy.admits("acme")
    assert not policy.admits("other")
    assert policy.is_internal(("case", "internalNotes", 0, "text"))
    assert policy.is_internal(("case", "text"))
    assert policy.entity_of(("customer", "loyalty", "id")) == "LOYALTY_ID"
    assert policy.thresholds.of("PERSON") == 0.6
    assert policy.thresholds.of("CREDIT_CARD") == 0.3
    assert (policy.allowed_trailing_digits, policy.note_overlap_words) == (2, 9)
    assert policy.allow == {"Ask Ann"}
    assert policy.deny == {"PRODUCT_CODE": ("Project Blue",)}
    assert policy.agents["bot"].owner == "Support"


def test_a_destination_has_its_own_thresholds_over_the_policys(read):
    destinations = copy.deepcopy(SMALL["destinations"])
    destinations["model"] = {"default": "redact", "thresholds": {"PERSON": 0.7}}
    destinations["log"] = {"default": "redact", "thresholds": {"default": 0.2, "PERSON": 0.9}}
    policy = read(thresholds={"default": 0.3, "PERSON": 0.6, "URL": 0.5}, destinations=destinations)

    def asked(name):
        return [policy.destination(name).thresholds.of(entity) for entity in ("PERSON", "URL", "AGE")]

    assert asked("tool") == [0.6, 0.5, 0.3]
    assert asked("model") == [0.7, 0.5, 0.3]
    assert asked("log") == [0.9, 0.2, 0.2]


def test_an_intent_answers_for_each_field(read):
    intent = read().intent("order_status")

    assert intent.fields.find(("order", "id")).action is Action.KEEP
    assert intent.fields.find(("order", "total")) is None


def test_an_intent_has_the_fields_of_its_sets_and_its_own_go_before_them(read):
    sets = {
        "who": {"name": "keep", "email": "keep"},
        "what": {"name": "keep", "item": "keep"},
        "not": {"pin": "keep"},
    }
    fields = {
        "a": {"field_sets": ["who", "what"], "fields": {"Email": "drop"}},
        "b": {"field_sets": ["what"]},
    }
    intent = read(field_sets=sets, intents=fields).intent("a")

    found = {name: intent.fields.find((name,)) for name in ("name", "item", "email", "pin")}

    assert {name: rule and rule.action.value for name, rule in found.items()} == {
        "name": "keep",
        "item": "keep",
        "email": "drop",
        "pin": None,
    }


def test_where_field_sets_differ_the_intent_itself_may_decide(read):
    sets = {"b": {"x": "keep"}, "c": {"X": "mask"}}
    policy = read(field_sets=sets, intents={"a": {"field_sets": ["b", "c"], "fields": {"x": "drop"}}})

    assert policy.intent("a").fields.find(("x",)).action is Action.DROP


def test_an_unknown_intent_and_destination_are_refused_without_saying_what_was_asked(read):
    policy = read()

    for ask, reason in (
        (policy.intent, Reason.INTENT_UNKNOWN),
        (policy.destination, Reason.DESTINATION_UNKNOWN),
    ):
        with pytest.raises(Failure) as failed:
            ask("90210")
        assert failed.value.reason is reason
        assert "90210" not in f"{failed.value} {failed.value!r}"


def test_without_a_register_any_agent_may_act(read):
    read().authorize("anyone", "order_status")


def test_a_register_admits_only_its_agents_to_their_intents(read):
    policy = read(
        intents={"a": {"fields": {}}, "b": {"fields": {}}},
        agents={"bot": {"owner": "o", "approved_by": "p", "intents": ["a"]}},
    )

    policy.authorize("bot", "a")
    for agent, intent in (("bot", "b"), ("other", "a"), ("", "a")):
        with pytest.raises(Failure) as failed:
            policy.authorize(agent, intent)
        assert failed.value.reason is Reason.AGENT_NOT_ALLOWED


def test_a_flat_destination_treats_all_values_alike(read_destination):
    log = read_destination("log", {"default": "hash", "CREDIT_CARD": "redact"})

    for treatment in (log.own, log.others, log.unknown):
        assert treatment.action("CREDIT_CARD") is Action.REDACT
        assert treatment.action("PERSON") is Action.HASH


def test_one_action_alone_is_the_default(read_destination):
    assert read_destination("tool", "keep").unknown.action("PERSON") is Action.KEEP
    assert read_destination("tool", {"own": "keep", "others": "block"}).others.action("X1") is Action.BLOCK


def test_a_destination_can_tell_own_others_and_unknown_values_apart(read_destination):
    customer = read_destination(
        "customer",
        {
            "own": {"ACCOUNT_ID": "last4"},
            "others": "block",
            "unknown": {"default": "mask", "US_SSN": "redact"},
        },
    )

    assert customer.own.action("ACCOUNT_ID") is Action.LAST4
    assert customer.own.action("PERSON") is Action.KEEP
    assert customer.others.action("PERSON") is Action.BLOCK
    assert customer.unknown.action("PERSON") is Action.MASK
    assert customer.unknown.action("US_SSN") is Action.REDACT


@pytest.mark.parametrize(
    ("place", "notes", "secrets", "dropped"),
    [
        ("model", "keep", "redact", "redact"),
        ("customer", "block", "block", "mask"),
        ("tool", "block", "block", "mask"),
        ("human_agent", "keep", "redact", "redact"),
        ("log", "keep", "redact", "redact"),
    ],
)
def test_a_destination_that_says_nothing_of_notes_and_secrets_is_strict_where_it_leads_out(
    read_destination, place, notes, secrets, dropped
):
    destination = read_destination(place, {"default": "keep"})

    assert (destination.internal_notes, destination.secrets, destination.dropped) == (notes, secrets, dropped)


def test_own_and_unknown_take_what_they_do_not_say_from_beside_them_and_others_never_does(read_destination):
    customer = read_destination(
        "customer",
        {
            "default": "keep",
            "CREDIT_CARD": "last4",
            "own": {"EMAIL_ADDRESS": "mask"},
            "others": {"PERSON": "mask"},
            "unknown": {"default": "redact"},
        },
    )
    entities = ("CREDIT_CARD", "EMAIL_ADDRESS", "PERSON")

    assert [customer.own.action(entity).value for entity in entities] == ["last4", "mask", "keep"]
    assert [customer.others.action(entity).value for entity in entities] == ["block", "block", "mask"]
    assert [customer.unknown.action(entity).value for entity in entities] == ["redact", "redact", "redact"]


def test_others_said_beside_actions_stands_alone(read_destination):
    tool = read_destination("tool", {"default": "keep", "US_SSN": "redact", "others": "block"})

    assert tool.own == tool.unknown
    assert tool.own.action("US_SSN") is Action.REDACT
    assert tool.others.action("US_SSN") is Action.BLOCK


def test_a_destination_that_says_nothing_at_all_redacts(read_destination):
    assert read_destination("log", {}).unknown.action("PERSON") is Action.REDACT


@pytest.mark.parametrize(("place", "action"), [("customer", "block"), ("tool", "block"), ("log", "redact")])
def test_others_values_are_never_treated_as_own_by_omission(read_destination, place, action):
    destination = read_destination(place, {"own": {"ACCOUNT_ID": "last4"}})

    assert destination.others.action("ACCOUNT_ID") == action
    assert destination.unknown == destination.own


def test_the_digest_is_of_what_is_said_and_not_of_how(tmp_path, read):
    first = read(intents={"a": {"fields": {"x": "keep", "y": "mask"}}})
    path = tmp_path / "other.yaml"
    path.write_text("# a comment\n" + text_of(intents={"a": {"fields": {"y": "mask", "x": "keep"}}}))

    assert read_policy(path).digest == first.digest
    assert len(first.digest) == 64
    assert read(intents={"a": {"fields": {"x": "keep", "y": "drop"}}}).digest != first.digest


def test_a_policy_holds_no_listed_value_in_its_repr(read):
    assert "90210" not in repr(read(allow=["90210"], deny={"CODE": ["90210"]}))


def test_all_problems_are_said_at_once_in_the_order_of_the_file(problems):
    text = """\
version: 1.0
intents:
  order_status:
    fields:
      order..id: keep
      order.name: keep
      Order.Name: keep
      order.total: block
      order.total: keep
    feilds: {}
destinations:
  model: {default: pseudonymise, credit_card: redact}
  customer: {own: {default: keep}, PERSON: mask}
  tool: keep
  log: {}
agents:
  bot: {owner: a, approved_by: b, intents: [refund]}
thresholds: {PERSON: 40}
internal: ["**.**"]
"""

    found = problems(text)

    lines = [int(problem.split(":")[0]) for problem in found]
    assert lines == sorted(lines)
    assert [problem.split(": ", 1)[0] for problem in found] == [
        "1", "5", "7", "8", "9", "10", "11", "12", "12", "17", "18", "19",
    ]  # fmt: skip


BOT = {"owner": "a", "approved_by": "b", "intents": ["order_status"]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"version": 1}, "in quotes"),
        ({"version": "1 / 2"}, "version"),
        ({"intents": {}}, "intents: is empty"),
        ({"intents": {"a": {}}}, "the intent a has neither fields nor field_sets"),
        ({"intents": {"a": {"field_sets": ["b"]}}}, "there is no field set b"),
        ({"field_sets": {"b": {"x..": "keep"}}}, "character 3"),
        ({"field_sets": {"b": {"x": "block"}}}, "field_sets.b.x must be 'keep'"),
        (
            {
                "field_sets": {"b": {"x.y": "keep"}, "c": {"X.Y": "mask"}},
                "intents": {"a": {"field_sets": ["b", "c"]}},
            },
            "the field sets b and c differ on X.Y",
        ),
        ({"intents": {"a": {"fields": {"x": "hide"}}}}, "'redact', 'mask', 'last4'"),
        ({"intents": {"a": {"fields": {"x": "block"}}}}, "intents.a.fields.x must be 'keep'"),
        ({"intents": {"a": {"fields": {"x[": "keep"}}}}, "character 2"),
        ({"intents": {"a": {"fields": {"x.y": "keep", "X.Y": "drop"}}}}, "the same as x.y"),
        ({"intents": {"a\n": {"fields": {}}}}, "an intent's name"),
        ({"internal": ["a..b"]}, "character 3"),
        ({"entities": {"a": "loyalty"}}, "loyalty is neither an entity"),
        ({"thresholds": {"person": 0.4}}, "person is neither an entity"),
        (
            {"destinations": {**SMALL["destinations"], "log": {"thresholds": {"person": 0.4}}}},
            "person is neither an entity",
        ),
        (
            {"destinations": {**SMALL["destinations"], "log": {"thresholds": {"PERSON": 2}}}},
            "destinations.log.thresholds.PERSON must be less than or equal to 1",
        ),
        ({"thresholds": {"PERSON": 2}}, "thresholds.PERSON must be less than or equal to 1"),
        ({"deny": {"x": ["y"]}}, "x is neither an entity"),
        ({"outbound": {"note_overlap_words": 1}}, "outbound.note_overlap_words must be"),
        ({"agents": {}}, "agents: is empty"),
        ({"agents": {"bot": BOT | {"autonomy": "full"}}}, "agents.bot.autonomy must be 'draft_only'"),
        ({"agents": {"bot": BOT | {"autonomy": "high"}}}, "name one in supervised_by"),
        ({"agents": {"bot": BOT | {"destinations": ["sms"]}}}, "agents.bot.destinations"),
        ({"agents": {"bot": BOT | {"sources": []}}}, "is empty"),
        ({"tenants": []}, "tenants: is empty"),
        ({"colour": "blue"}, "colour is not a key that is known here"),
        ({"destinations": {"model": "keep"}}, "destinations.log is required"),
        ({"destinations": {**SMALL["destinations"], "sms": "keep"}}, "destinations.sms is not a key"),
        ({"destinations": {**SMALL["destinations"], "tool": {"tools": {}}}}, "is empty"),
        (
            {"destinations": {**SMALL["destinations"], "tool": {"tools": {"a": {"x": "keep"}}}}},
            "x is neither",
        ),
        ({"subjects": {"a..b": "id"}}, "character 3"),
        ({"subjects": {"a": "b..id"}}, "character 3"),
        ({"subjects": {"**.a": "id"}}, "has a **"),
        ({"subjects": {"a.**": "**.id"}}, "has a **"),
        ({"destinations": {**SMALL["destinations"], "log": {"own": {"X_Y": "hold"}}}}, "asks none"),
        (
            {"destinations": {**SMALL["destinations"], "tool": {"unknown_tokens": "keep"}}},
            "'block' or 'hold'",
        ),
    ],
)
def test_what_is_wrong_is_said(problems, changes, sentence):
    found = problems(text_of(**changes))

    assert any(sentence in problem for problem in found), found


@pytest.mark.parametrize("text", ["", "- a\n", "just text\n", "a: [\n", "a: 1\na: 2\n"])
def test_a_file_that_is_no_policy_at_all_has_problems_and_no_traceback(problems, text):
    assert problems(text)


def test_a_missing_file_is_a_problem(tmp_path):
    with pytest.raises(PolicyProblems) as raised:
        read_policy(tmp_path / "none.yaml")

    assert str(raised.value.problems[0]) in str(raised.value)


def test_where_all_entities_are_known_a_misspelt_one_is_a_problem(problems):
    text = text_of(thresholds={"CREDIT_CARDS": 0.5, "LOYALTY_ID": 0.5}, deny={"LOYALTY_ID": ["x"]})

    assert problems(text) == []
    assert problems(text, entities={"CREDIT_CARD", "PERSON"}) == [
        "18: nothing finds the entity CREDIT_CARDS; is CREDIT_CARD meant?"
    ]
