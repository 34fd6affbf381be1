"""The two contracts of the resource provider, and the API versions that stand for them."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final


class Contract(StrEnum):
    """How import and export are answered, and how the provider spells its own names.

    The Swagger of 2016-02-03 has 200 with a job; the reference page of that version has "always
    202 Accepted". OF_2016 is what the page says. No page says so of a later version.
    """

    CURRENT = "2023-06-30"  #: 200 with the job at once; camelCase.
    OF_2016 = "2016-02-03"  #: 202 with URLs to ask at; PascalCase.

    @staticmethod
    def of(api_version: str) -> "Contract":
        """Return the contract that an API version stands for."""
        return Contract.OF_2016 if api_version <= Contract.OF_2016 else Contract.CURRENT

    def spelled(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Spell the names of an object that the provider makes."""
        if self is Contract.CURRENT:
            return dict(body)
        return {name[0].upper() + name[1:]: value for name, value in body.items()}


#: What the service says it takes (azure-quickstart-templates#12630), and what came later: the
#: versions of azure-mgmt-iothub 4.0 and of azure-rest-api-specs.
API_VERSIONS: Final = (
    "2015-08-15-preview",
    "2016-02-03",
    "2017-01-19",
    "2017-07-01",
    "2018-01-22",
    "2018-04-01",
    "2018-04-01-preview",
    "2018-12-01-preview",
    "2019-03-22-preview",
    "2019-03-22",
    "2019-07-01-preview",
    "2019-11-04",
    "2020-01-01",
    "2020-03-01",
    "2020-04-01",
    "2020-06-15",
    "2020-07-10-preview",
    "2020-08-01",
    "2020-08-31-preview",
    "2020-08-31",
    "2021-02-01-preview",
    "2021-03-03-preview",
    "2021-03-31",
    "2021-07-01-preview",
    "2021-07-01",
    "2021-07-02-preview",
    "2021-07-02",
    "2022-04-30-preview",
    "2023-06-30-preview",
    "2023-06-30",
    "2025-08-01-preview",
    "2026-05-01-preview",
    "2026-10-01-preview",
)
#: Resource Manager's own rule for the form of a version.
WELL_FORMED: Final = re.compile(r"\d{4}-\d{2}-\d{2}(-\w+)?")
