"""Answers of a success, with the annotations of OData that clients look for."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from emulators.iot_hub.routes.operation import Answer, Call


#: OData's name for answers with little metadata (one of those in microsoft-graph-docs#4648).
_HEADERS: Final = {
    "content-type": (
        "application/json;odata.metadata=minimal;odata.streaming=true;"
        "IEEE754Compatible=false;charset=utf-8"
    )
}


def address(call: Call) -> str:
    """Return where the caller reached Graph, as it stands for https://graph.microsoft.com."""
    return f"https://{call.headers['host']}"


def entity(call: Call, context: str, body: Mapping[str, Any]) -> Answer:
    """Return the answer, with the address of its type in the metadata."""
    marked = {"@odata.context": f"{address(call)}/beta/$metadata#{context}", **body}
    return Answer(marked, headers=_HEADERS)


def collection(
    call: Call, context: str, items: Iterable[Any], next_link: str | None = None
) -> Answer:
    """Return a collection, with the link to its next page if it has one."""
    link = {"@odata.nextLink": next_link} if next_link else {}
    return entity(call, context, {**link, "value": list(items)})
