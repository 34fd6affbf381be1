"""`/deviceManagement/importedDeviceIdentities`: the collection and its two actions.

Source: Graph beta reference. An action may be named with its namespace, as the admin center and
SDKs of 2022 and 2023 did.
"""

from collections.abc import Iterator
from typing import Final

from emulators.graph import access, bodies
from emulators.graph.answers import collection, entity
from emulators.graph.errors import GraphError, IntuneError, invalid_identifiers, not_found
from emulators.graph.identifiers import LONGEST_DESCRIPTION, recognised
from emulators.graph.identity import Device, ImportedDeviceIdentity
from emulators.graph.pages import page
from emulators.graph.routes.operation import NAMESPACE, ROOT, Handler, Operation
from emulators.graph.tenant import Tenant
from emulators.iot_hub.routes.operation import Answer, Call


COLLECTION: Final = f"{ROOT}/importedDeviceIdentities"
IDENTITY: Final = f"{COLLECTION}/{{id}}"
IMPORT: Final = "importDeviceIdentityList"
SEARCH: Final = "searchExistingIdentities"

_CONTEXT: Final = "deviceManagement/importedDeviceIdentities"


def _import(tenant: Tenant, call: Call) -> Answer:
    parameters, items = bodies.read(bodies.Import, IMPORT, call.body)
    devices = _devices(tenant, items)
    overwrite = parameters.overwrite_imported_device_identities
    with tenant.identities.transaction():
        kept = [
            tenant.identities.put(device, item.description, item.platform, overwrite=overwrite)
            for device, item in zip(devices, items, strict=True)
        ]
    context = "Collection(microsoft.graph.importedDeviceIdentityResult)"
    return collection(call, context, (identity.result() for identity in kept))


def _search(tenant: Tenant, call: Call) -> Answer:
    _, items = bodies.read(bodies.Search, SEARCH, call.body)
    found = (tenant.identities.find(device) for device in _devices(tenant, items))
    context = "Collection(microsoft.graph.importedDeviceIdentity)"
    return collection(call, context, (identity.shown() for identity in found if identity))


def _devices(tenant: Tenant, items: list[bodies.Item]) -> list[Device]:
    """Recognise the devices, all of them or none: one bad item is the end of the whole call."""
    if tenant.item_limit is not None and len(items) > tenant.item_limit:
        text = f"The request has more than {tenant.item_limit} identities"
        raise IntuneError(400, "BadRequest", text)
    devices = list(_recognised(tenant, items))
    if len(devices) < len(items):
        raise invalid_identifiers(len(items) - len(devices))
    return devices


def _recognised(tenant: Tenant, items: list[bodies.Item]) -> Iterator[Device]:
    for item in items:
        kind, identifier = item.imported_device_identity_type, item.imported_device_identifier
        device = recognised(kind, identifier, tenant.spelling)
        if device and len(item.description or "") <= LONGEST_DESCRIPTION:
            yield device


def _list(tenant: Tenant, call: Call) -> Answer:
    found, next_link = page(tenant.identities, call, COLLECTION)
    items = (identity.shown() for identity in found)
    return collection(call, _CONTEXT, items, next_link)


def _get(tenant: Tenant, call: Call) -> Answer:
    return entity(call, f"{_CONTEXT}/$entity", _identity(tenant, call).shown())


def _delete(tenant: Tenant, call: Call) -> Answer:
    if not tenant.identities.remove(call.path["id"]):
        raise not_found()
    return Answer(status=204)


def _identity(tenant: Tenant, call: Call) -> ImportedDeviceIdentity:
    identity = tenant.identities.get(call.path["id"])
    if identity is None:
        raise not_found()
    return identity


def _no_route(verb: str, template: str) -> Handler:
    """Refuse what the reference has and the service has not (microsoft-graph-docs#9821)."""
    text = (
        f"No OData route exists that match template {template} "
        f"with http verb {verb} for request {_CONTEXT}."
    )

    def refuse(_tenant: Tenant, _call: Call) -> Answer:
        raise GraphError(400, "No method match route template", text)

    return refuse


_CREATE: Final = _no_route("POST", "~/singleton/navigation")
_UPDATE: Final = _no_route("PATCH", "~/singleton/navigation/key")

OPERATIONS: Final = (
    *(
        Operation("POST", f"{COLLECTION}/{namespace}{action}", access.WRITE, handler)
        for action, handler in ((IMPORT, _import), (SEARCH, _search))
        for namespace in ("", NAMESPACE)
    ),
    Operation("GET", COLLECTION, access.READ, _list),
    Operation("POST", COLLECTION, access.WRITE, _CREATE),
    Operation("GET", IDENTITY, access.READ, _get),
    Operation("PATCH", IDENTITY, access.WRITE, _UPDATE),
    Operation("DELETE", IDENTITY, access.WRITE, _delete),
)
