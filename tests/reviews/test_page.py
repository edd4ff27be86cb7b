"""The reviews page in a real browser, and what it refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from hushgate.client import Client, Verdict
from tests.reviews.test_holding_policies import CALL, DRAFT, policy  # noqa: F401 - a fixture
from tests.reviews.test_sampling import written

CALL = {**CALL, "agent_id": "draft-bot"}


@pytest.fixture(scope="module")
def address(serve, policy):  # noqa: F811
    with serve("--policy", str(policy), "--no-names") as listening:
        yield listening


@contextmanager
def opened(address):
    """The link of a page."""
    command = [sys.executable, "-m", "hushgate", "reviews", "page", "--by", "Sam", "--address", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as page:
        yield page.stdout.readline().strip()
        page.kill()


@pytest.fixture
def link(address):
    with opened(address) as there:
        yield there


@pytest.fixture
def browser(tmp_path):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("no chromium and chromedriver are installed")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
    for flag in (*flags, f"--user-data-dir={tmp_path}", "--window-size=1000,800"):
        options.add_argument(flag)
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    opened.implicitly_wait(20)  # a click does not wait for the page that it opens
    yield opened
    opened.quit()


def test_a_person_reads_and_approves_in_a_browser(address, link, browser):
    with Client(address) as client:
        review_id = client.review(text=f"<b>{DRAFT}</b>", **CALL).review_id

        browser.get(link)
        listed = browser.find_element("tag name", "body").text
        shot(browser, "list")
        browser.find_element("css selector", "td a").click()
        text = browser.find_element("tag name", "pre").text
        shot(browser, "one")
        browser.find_element("name", "reason").send_keys("the customer asked for it")
        browser.find_element("css selector", "button[value=PASSED]").click()
        said = browser.find_element("class name", "said").text
        sent = client.review(text=f"<b>{DRAFT}</b>", review_id=review_id, **CALL)

    assert "draft-bot" in listed
    assert text == "<b>The number is [CREDIT_CARD].</b>"
    assert "4111" not in browser.current_url
    assert said == "Decided."
    assert [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]] == []
    assert (sent.verdict, sent.text) == (Verdict.VERDICT_PASSED, f"<b>{DRAFT}</b>")


def test_a_person_calls_what_was_sent_good_or_bad_in_a_browser(serve, tmp_path, browser):
    call = {"tenant": "acme", "session_id": "s-1", "intent": "order_status"}
    with (
        serve("--policy", str(written(tmp_path, share=1.0)), "--no-names") as address,
        Client(address) as client,
        opened(address) as link,
    ):
        client.review(text=DRAFT, **call)
        browser.get(link)
        listed = browser.find_element("tag name", "body").text
        shot(browser, "samples")
        browser.find_element("css selector", "td a").click()
        text = browser.find_element("tag name", "pre").text
        shot(browser, "sample")
        browser.find_element("name", "reason").send_keys("cold in tone")
        [_, bad] = browser.find_elements("tag name", "button")
        bad.click()
        said = browser.find_element("class name", "said").text
        left = client.list_reviews(sampled=True).reviews

    assert "Nothing waits." in listed
    assert "Messages that were sent" in listed
    assert text == "The number is [CREDIT_CARD]."
    assert (said, list(left)) == ("Decided.", [])


def test_without_the_link_the_host_or_the_forms_proof_nothing_is_shown_or_decided(link):
    root = link.partition("/enter/")[0]
    requests = [
        urllib.request.Request(root + "/"),
        urllib.request.Request(root + "/enter/guess"),
        urllib.request.Request(link, headers={"Host": "evil.example.com"}),
        urllib.request.Request(root + "/review/x", data=b"verdict=PASSED&reason=x"),
    ]
    refused = []
    for request in requests:
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        refused.append(caught.value.code)
        assert caught.value.headers["Content-Security-Policy"].startswith("default-src 'none'")
        caught.value.close()

    assert refused == [403] * 4


def shot(browser, name: str) -> None:
    """A picture to look at, where somebody asks for one."""
    if place := os.environ.get("SHOTS", ""):
        browser.save_screenshot(Path(place, f"{name}.png"))
