"""People, models and settings that the tests of records share."""

import pytest

from modelyard.accounts.actor import SCOPES_OF, Actor
from modelyard.scenarios.setting import Content, Dated, OutputSetting, Setting

ON_BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
"""Where the kind of database may make a difference."""
HOUSE = """
from decimal import Decimal
from typing import Annotated

from modelyard.whatif import *


@what_if(title="House")
def house(
    price: Annotated[Decimal, Money("USD", minimum=1000, maximum=1_000_000)] = Decimal(200_000),
    deposit: Annotated[Decimal, Money("USD", minimum=0, maximum="price * 0.5")] = Decimal(50_000),
    fee: Annotated[Decimal, Percent(locked=True)] = Decimal("0.02"),
    borrowed: Annotated[Decimal, Money("USD", derived="price - deposit")] = None,
) -> Annotated[Decimal, Money("USD")]:
    return cents(borrowed * (1 + fee))
"""
BROKEN = """
import nothing_of_that_name
"""


def person(name: str, role: str = "analyst") -> Actor:
    """Somebody who is signed in."""
    return Actor(
        kind="user",
        email=f"{name}@example.com",
        name=name,
        role=role,
        scopes=SCOPES_OF[role],
    )


ANA, BEN, OWNER = person("ana"), person("ben"), person("olga", "owner")


def house_content(fee: str = "0.03", **more: object) -> Content:
    """Settings on top of the house."""
    settings = (
        Setting(name="fee", values=(Dated(value=fee),)),
        Setting(name="price", maximum=500_000, title="Price of the house"),
    )
    return Content(based_on="house", settings=settings, **more)


SHOP = Content(
    title="Shop",
    settings=(
        Setting(name="price", values=(Dated(value="20"),), kind="money", unit="EUR", exact=True,
                minimum=1, maximum=100),
        Setting(name="visitors", values=(Dated(value=1000),), kind="integer", minimum=0),
        Setting(name="share", values=(Dated(value=0.1),), kind="percent", minimum=0, maximum=1,
                state="locked"),
        Setting(name="buyers", formula="visitors * share", state="derived"),
    ),
    outputs=(
        OutputSetting(name="revenue", formula="buyers * price", kind="money", unit="EUR",
                      exact=True),
        OutputSetting(name="net", formula="revenue * 0.81", kind="money", unit="EUR", exact=True),
    ),
)  # fmt: skip
"""A model without code."""
