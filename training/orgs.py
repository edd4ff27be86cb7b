"""Decides what organisations are called: the well-known ones, and ones put together the way that such names are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.names import held_out, pick, places, regions

if TYPE_CHECKING:
    import random

LISTS = Path(__file__).parent / "lists"
SUFFIXES = ("Ltd", "Ltd", "Limited", "Inc", "Inc.", "LLC", "PLC", "plc", "Group", "Corp", "Corp.", "Corporation", "& Co", "& Sons",
            "and Sons", "GmbH", "AG", "S.A.", "SA", "S.p.A.", "BV", "N.V.", "AB", "Oy", "A/S", "Pty Ltd", "Pvt Ltd", "Holdings",
            "Partners", "Associates", "Company", "Co.", "LLP", "International", "Industries", "Enterprises", "Solutions", "Systems",
            "Technologies", "Consulting", "Services", "Logistics", "Software", "Labs", "Media", "Capital", "Ventures", "Foundation")
TRADES = ("Bank", "Insurance", "Motors", "Airlines", "Airways", "Energy", "Electric", "Foods", "Pharma", "Pharmaceuticals", "Telecom",
          "Mobile", "Broadband", "Travel", "Hotels", "Realty", "Properties", "Financial", "Credit Union", "Savings Bank", "Mutual",
          "Records", "Pictures", "Studios", "Press", "Publishing", "Books", "Times", "Herald", "Gazette", "Post", "Tribune", "Brewery",
          "Bakery", "Pizza", "Coffee", "Grill", "Kitchen", "Sandwiches", "Dental", "Clinic", "Hospital", "Medical Center", "Care Home",
          "Plumbing", "Roofing", "Auto", "Garage", "Salon", "Fitness", "Gym", "Pharmacy", "Hardware", "Furniture", "Steel", "Mining",
          "Oil", "Gas", "Water", "Power", "Railway", "Shipping", "Freight", "Couriers", "Solar", "Robotics", "Games", "Designs",
          "Health", "Law", "Recruitment", "Security", "Cleaning", "Landscaping", "Catering", "Construction", "Architects")
STEMS = ("north", "blue", "red", "green", "silver", "gold", "bright", "clear", "true", "fast", "smart", "next", "open", "cloud", "data",
         "info", "net", "web", "cyber", "meta", "nano", "bio", "eco", "geo", "sun", "star", "moon", "sky", "sea", "river", "stone", "iron",
         "fire", "ice", "wind", "oak", "pine", "fox", "wolf", "bear", "eagle", "lion", "apex", "alpha", "omni", "uni", "inter", "trans",
         "pan", "micro", "macro", "quick", "safe", "trust", "home", "life", "health", "med", "pay", "fin", "cash", "trade", "shop", "food",
         "fresh", "think", "know", "place", "walk", "road", "way", "path", "bridge", "gate", "port", "tower", "peak", "field", "wood")
TAILS = ("num", "ify", "ly", "io", "ware", "soft", "tech", "corp", "net", "works", "base", "hub", "link", "wave", "point", "line", "stack",
         "forge", "craft", "mart", "cart", "box", "loop", "scape", "shift", "sight", "spark", "stream", "view", "wise", "yard", "ara", "ex",
         "is", "on", "ora", "era", "ent", "ium", "us", "eta", "ico", "sys", "gen", "dyne", "tron")
ADJECTIVES = ("United", "National", "Royal", "American", "British", "Canadian", "Australian", "Pacific", "Atlantic", "Northern", "Southern",
              "Eastern", "Western", "Central", "International", "Global", "World", "European", "African", "Asian", "Imperial", "General",
              "First", "Federal", "Continental", "Metropolitan", "Universal", "Liberty", "Premier", "Summit", "Pinnacle", "Heritage", "Golden",
              "New", "Free", "Democratic", "Socialist", "Christian", "Islamic", "Jewish", "Catholic", "Irish", "Scottish", "Welsh", "French",
              "German", "Italian", "Spanish", "Japanese", "Chinese", "Indian", "Mexican", "Brazilian", "Russian", "Swedish", "Dutch")
BODIES = ("Party", "Union", "League", "Association", "Federation", "Society", "Institute", "Council", "Committee", "Commission", "Agency",
          "Authority", "Foundation", "Trust", "Alliance", "Front", "Movement", "Army", "Navy", "Air Force", "Guard", "Police", "Academy",
          "Academy of Sciences", "Museum", "Library", "Theatre", "Opera", "Ballet", "Orchestra", "Symphony", "Football Association",
          "Cycling Federation", "Olympic Committee", "Cricket Board", "Broadcasting Corporation", "Chamber of Commerce", "Stock Exchange",
          "Workers' Union", "Congress", "Assembly", "Parliament", "Senate", "Church", "Medical Association", "Bar Association", "Geographic Society")
FIELDS = ("Defence", "Defense", "Finance", "Health", "Education", "Justice", "Agriculture", "Labour", "Labor", "Transport", "Energy",
          "Foreign Affairs", "the Interior", "Culture", "State", "Commerce", "Veterans Affairs", "Homeland Security", "Environment")
BEASTS = ("Tigers", "Lions", "Bears", "Eagles", "Hawks", "Falcons", "Wolves", "Bulls", "Rams", "Sharks", "Panthers", "Jaguars", "Wildcats",
          "Bulldogs", "Huskies", "Cougars", "Mustangs", "Broncos", "Colts", "Cardinals", "Orioles", "Ravens", "Blue Jays", "Hornets", "Bees",
          "Warriors", "Knights", "Kings", "Royals", "Rangers", "Raiders", "Pirates", "Vikings", "Saints", "Devils", "Giants", "Titans", "Rockets",
          "Stars", "Comets", "Thunder", "Storm", "Heat", "Flames", "Rovers", "Wanderers", "Hurricanes", "Spartans", "Trojans", "Crusaders")
CLUBS = ("United", "City", "Town", "FC", "F.C.", "AFC", "Athletic", "Rovers", "Wanderers", "Albion", "Rangers", "County", "Hotspur", "Dynamo",
         "Sporting Club", "RFC", "Cricket Club", "Football Club", "Hockey Club", "SC", "CF", "Harriers", "Villa", "Argyle", "Orient")
PLURALS = ("Strangers", "Shadows", "Lanterns", "Mirrors", "Sailors", "Widows", "Orphans", "Rebels", "Ghosts", "Poets", "Thieves", "Dreamers",
           "Drifters", "Engines", "Machines", "Satellites", "Wolves", "Ravens", "Roses", "Thorns", "Pilots", "Kings", "Daughters", "Sons",
           "Brothers", "Sisters", "Monkeys", "Beetles", "Crickets", "Animals", "Killers", "Strokes", "Doors", "Walls", "Windows", "Rivers")
LETTERS = "ABCDEFGHIJKLMNOPRSTUVW"


@cache
def known() -> dict[str, tuple[str, ...]]:
    """Well-known organisations, by kind."""
    lines = (LISTS / "organizations.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(":", 1) for line in lines if line and not line.startswith("#"))
    return {kind: tuple(word.strip() for word in words.split(",")) for kind, words in pairs}


def well_known(random_: random.Random, *, out: bool, kind: str = "") -> str:
    """A well-known organisation of a kind, or of any."""
    return pick(random_, known()[kind or random_.choice(sorted(known()))], out=out)


def _last(random_: random.Random, *, out: bool) -> str:
    return pick(random_, random_.choice(regions()).last, out=out, skew=1.5)


def _city(random_: random.Random, *, out: bool) -> str:
    return pick(random_, places().cities, out=out, skew=2.0)


def coined(random_: random.Random) -> str:
    """A made-up company name of one word or two."""
    while True:
        stem, tail = random_.choice(STEMS), random_.choice(STEMS + TAILS * 2)
        word = stem.capitalize() + (tail.capitalize() if random_.random() < 0.35 else tail)
        if not held_out(word):
            return word


def acronym(random_: random.Random) -> str:
    """Two to five capital letters, now and then with full stops."""
    letters = random_.choices(LETTERS, k=random_.choice((2, 3, 3, 3, 4, 4, 5)))
    return "".join(letter + "." for letter in letters) if random_.random() < 0.08 else "".join(letters)


def company(random_: random.Random, *, out: bool) -> str:
    """A company's name: after people, places, or made up."""
    last, city, brand = _last(random_, out=out), _city(random_, out=out), coined(random_)
    suffix, trade = random_.choice(SUFFIXES), random_.choice(TRADES)
    return random_.choice((
        f"{last} {suffix}", f"{last} {suffix}", f"{last}, {_last(random_, out=out)} and {_last(random_, out=out)}", f"{last}-{_last(random_, out=out)}",
        f"{last} & {_last(random_, out=out)}", f"{last} and {_last(random_, out=out)}", f"{last} {trade}", f"{city} {trade}", f"{brand} {trade}", f"{brand} {suffix}",
        f"{random_.choice(ADJECTIVES)} {trade}", f"{random_.choice(ADJECTIVES)} {trade} {suffix}", f"{last}'s", f"{last}'s {trade}",
        f"The {city} {trade}", f"{brand}", f"{brand}", f"{brand} {coined(random_)}", f"{city} {trade} {suffix}", f"{acronym(random_)} {suffix}",
        f"{acronym(random_)} {trade}", f"{brand}.com", f"{last} {trade} {suffix}", f"Bank of {city}",
    ))


def body(random_: random.Random, *, out: bool) -> str:
    """A public body, party, school, hospital or society."""
    city, last, adjective = _city(random_, out=out), _last(random_, out=out), random_.choice(ADJECTIVES)
    country = pick(random_, places().countries, out=out)
    state = pick(random_, places().states, out=out)
    return random_.choice((
        f"{adjective} {random_.choice(BODIES)}", f"{adjective} {random_.choice(ADJECTIVES)} {random_.choice(BODIES)}", f"{city} {random_.choice(BODIES)}",
        f"{last} {random_.choice(BODIES)}", f"{random_.choice(BODIES)} of {country}", f"{country} {random_.choice(BODIES)}",
        f"Ministry of {random_.choice(FIELDS)}", f"Department of {random_.choice(FIELDS)}", f"{adjective} Department of {random_.choice(FIELDS)}",
        f"University of {city}", f"University of {state}", f"{city} University", f"{state} State University", f"{state} State", f"{last} University", f"{last} College",
        f"St. {last}'s College", f"{city} High School", f"{last} Elementary School", f"{last} High School", f"{city} College", f"{city} School of Art",
        f"{city} General Hospital", f"St {last} Hospital", f"{last} Memorial Hospital", f"{city} City Council", f"{city} Police Department", f"{city} Police",
        f"{adjective} Institute of {random_.choice(('Technology', 'Science', 'Physics', 'Music', 'Art', 'History'))}", f"{last} Institute", f"{last} Foundation",
        f"{city} Court", f"{city} District Court", f"{city} Court of Appeal", f"{random_.randint(1, 40)}th Infantry Division", f"{random_.randint(4, 99)}th Regiment",
        acronym(random_), acronym(random_), f"{adjective} Council of {random_.choice(('Churches', 'Europe', 'Ministers', 'Trent'))}", f"{last} Society", f"Friends of {city}",
    ))


def team(random_: random.Random, *, out: bool) -> str:
    """A sports team or club, in full or as fans say it."""
    city, beast = _city(random_, out=out), random_.choice(BEASTS)
    return random_.choice((
        f"{city} {beast}", f"{city} {random_.choice(CLUBS)}", f"{city} {random_.choice(CLUBS)}", beast, f"FC {city}", f"Real {city}", f"Sporting {city}", f"{city} {beast}",
        f"{pick(random_, places().states, out=out)} {beast}", well_known(random_, out=out, kind="team"),
    ))


def band(random_: random.Random, *, out: bool) -> str:
    """A band, an orchestra or a label."""
    plural, last = random_.choice(PLURALS), _last(random_, out=out)
    return random_.choice((
        f"The {plural}", f"The {random_.choice(STEMS).capitalize()} {plural}", f"{random_.choice(STEMS).capitalize()} {plural}", f"The {last} {random_.choice(('Band', 'Trio', 'Quartet', 'Brothers', 'Sisters'))}",
        f"{_city(random_, out=out)} {random_.choice(('Symphony', 'Philharmonic', 'Orchestra', 'Choir'))}", f"{random_.choice(STEMS).capitalize()} {last}",
        f"{last} Records", f"{coined(random_)} Records", well_known(random_, out=out, kind="band"), coined(random_),
    ))
