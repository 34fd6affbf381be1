"""What a line does to the registry, by mode: Microsoft's table, exhaustively."""

from itertools import product

import pytest

from emulators.iot_hub import import_modes
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.export_import_device import ImportMode as Mode
from emulators.iot_hub.registry import Registry
from tests.emulators.iot_hub.lines import KEY_A, KEY_B, THUMBPRINT, a_wish, create, found


MISMATCH, MISSING, EXISTS = (
    ErrorCode.PreconditionFailed,
    ErrorCode.DeviceNotFound,
    ErrorCode.DeviceAlreadyExists,
)
#: mode → what happens when the identity exists (no, right, wrong ETag) and when it is missing.
TABLE = {
    Mode.CREATE_OR_UPDATE: ("written", "written", "written", "created"),
    Mode.CREATE: (EXISTS, EXISTS, EXISTS, "created"),
    Mode.UPDATE: ("written", "written", "written", MISSING),
    Mode.UPDATE_IF_MATCH_ETAG: ("written", "written", MISMATCH, MISSING),
    Mode.CREATE_OR_UPDATE_IF_MATCH_ETAG: ("written", "written", MISMATCH, "created"),
    Mode.DELETE: ("deleted", "deleted", "deleted", MISSING),
    Mode.DELETE_IF_MATCH_ETAG: ("deleted", "deleted", MISMATCH, MISSING),
    Mode.UPDATE_TWIN: ("twin written", "twin written", "twin written", MISSING),
    Mode.UPDATE_TWIN_IF_MATCH_ETAG: ("twin written", "twin written", MISMATCH, MISSING),
}
SITUATIONS = ("no ETag", "right ETag", "wrong ETag", "missing")
CASES = [
    pytest.param(mode, situation, TABLE[mode][place], id=f"{mode}, {situation}")
    for mode, (place, situation) in product(Mode, enumerate(SITUATIONS))
]
OF_MODULES = {
    EXISTS: ErrorCode.ModuleAlreadyExistsOnDevice,
    MISSING: ErrorCode.ModuleNotFound,
}


def outcome(registry, wish):
    """Apply a line and tell what became of the identity; a refusal must change nothing."""
    before = registry.find(wish.id, wish.module_id)
    try:
        import_modes.apply(registry, wish)
    except HubError as error:
        assert registry.find(wish.id, wish.module_id) == before
        return error.code
    after = registry.find(wish.id, wish.module_id)
    if before is None:
        return "created"
    if after is None:
        return "deleted"
    return "written" if after.etag != before.etag else "twin written"


def refusal(registry, wish):
    """Apply a line that must be refused."""
    with pytest.raises(HubError) as caught:
        import_modes.apply(registry, wish)
    return caught.value.code, caught.value.text


@pytest.mark.parametrize("module", ["", "m"], ids=["device", "module"])
@pytest.mark.parametrize(("mode", "situation", "expected"), CASES)
def test_the_nine_modes(registry, mode, situation, expected, module):
    """Nine modes in four situations, for devices and for modules."""
    if module:
        create(registry)
        expected = OF_MODULES.get(expected, expected)
    fields = {"moduleId": module, "importMode": mode}
    if "twin" in mode.lower():
        fields |= {"tags": {"a": 1}}
    if situation != "missing":
        identity = create(registry, moduleId=module)
        if situation == "right ETag":
            fields |= {"eTag": identity.etag, "twinETag": identity.twin_etag}
        if situation == "wrong ETag":
            fields |= {"eTag": "MA==", "twinETag": "AAAAAAAAAP8="}
    assert outcome(registry, a_wish(**fields)) == expected


def test_a_missing_device_is_named_in_the_error(registry):
    """As in real logs: `"errorCode":404001,"errorStatus":"a_device_id"`."""
    assert refusal(registry, a_wish("gone", importMode="delete")) == (MISSING, "gone")


def test_an_existing_device_is_named_in_the_error(registry):
    """The words of a live hub."""
    create(registry)
    text = "A device with ID 'd1' is already registered."
    assert refusal(registry, a_wish(importMode="create")) == (EXISTS, text)


def test_keys_that_are_given_stay_and_keys_that_are_not_are_made(registry):
    """On creation, harmless."""
    keys = {"symmetricKey": {"primaryKey": KEY_A, "secondaryKey": KEY_B}}
    given = create(registry, "given", authentication=keys)
    made = create(registry, "made", authentication={"symmetricKey": {"primaryKey": ""}})
    assert (given.primary_key, given.secondary_key) == (KEY_A, KEY_B)
    assert len({made.primary_key, made.secondary_key, ""}) == 3


@pytest.mark.parametrize("mode", ["createOrUpdate", "update"])
def test_an_update_without_authentication_makes_new_keys(registry, mode):
    """On an update, what breaks a live fleet; seen on a live hub."""
    before = create(registry)
    import_modes.apply(registry, a_wish(importMode=mode))
    assert found(registry).primary_key not in {"", before.primary_key}


def test_an_update_replaces_the_identity_and_keeps_generation_and_twin(registry):
    """Full replace: the reason that the line does not repeat is gone."""
    before = create(registry, statusReason="broken", tags={"a": 1})
    import_modes.apply(registry, a_wish(importMode="update", status="disabled"))
    after = found(registry)
    assert (after.status, after.status_reason) == ("disabled", None)
    assert after.generation_id == before.generation_id
    assert (after.tags, after.twin_etag) == (before.tags, before.twin_etag)
    assert after.version == before.version + 1


def test_a_device_that_comes_again_is_of_another_generation(registry):
    """Deleted and created anew, it is another device with the same id."""
    first = create(registry)
    import_modes.apply(registry, a_wish(importMode="delete"))
    assert create(registry).generation_id != first.generation_id


def test_a_device_takes_its_modules_along(registry):
    """Deleting a device deletes what is below it."""
    create(registry)
    create(registry, moduleId="m")
    import_modes.apply(registry, a_wish(importMode="delete"))
    assert len(registry) == 0


def test_a_twin_is_written_along_with_the_identity(registry):
    """`$metadata` and `$version` may come back from an export; they are not kept."""
    desired = {"rate": 5, "$version": 7, "$metadata": {"$lastUpdated": "2017"}}
    device = create(registry, tags={"site": "a"}, properties={"desired": desired})
    assert (device.tags, device.desired) == ('{"site": "a"}', '{"rate": 5}')


def test_a_twins_etag_is_judged_apart(registry):
    """Microsoft's page: a mismatch is logged, the identity is written all the same."""
    fresh = create(registry)
    import_modes.apply(registry, a_wish(twinETag=fresh.twin_etag, tags={"a": 1}))
    before = found(registry)
    assert before.tags == '{"a": 1}'
    wish = a_wish(status="disabled", twinETag="AAAAAAAAAP8=", tags={"a": 2})
    assert refusal(registry, wish)[0] is MISMATCH
    after = found(registry)
    assert (after.status, after.tags) == ("disabled", before.tags)


def test_a_twin_beyond_its_limits_is_refused_with_its_identity(registry):
    """That is known before anything is written."""
    create(registry)
    assert outcome(registry, a_wish(tags={"a": None})) is ErrorCode.ArgumentInvalid


def test_update_twin_replaces_sections_and_leaves_the_identity(registry):
    """A section that the line does not name stays."""
    before = create(registry, tags={"a": 1}, properties={"desired": {"b": 1}})
    import_modes.apply(registry, a_wish(importMode="updateTwin", tags={"c": 1}))
    after = found(registry)
    assert (after.tags, after.desired) == ('{"c": 1}', '{"b": 1}')
    assert (after.etag, after.primary_key) == (before.etag, before.primary_key)
    assert after.twin_etag > before.twin_etag


def test_the_hub_is_full_at_its_limit():
    """403002 for every line that would go over it; deleting makes room."""
    registry = Registry(limit=1)
    create(registry)
    code, text = refusal(registry, a_wish("d2"))
    assert code is ErrorCode.IotHubQuotaExceeded
    assert text == "Total number of devices on IotHub exceeded the allocated quota."
    import_modes.apply(registry, a_wish(importMode="delete"))
    create(registry, "d2")
    registry.close()


def test_a_module_needs_its_device(registry):
    """A module line before the line of its device is refused."""
    assert refusal(registry, a_wish(moduleId="m")) == (MISSING, "d1")


def test_type_none_means_sas_for_a_module(registry):
    """A live hub coerces it; for devices it is refused."""
    create(registry)
    module = create(registry, moduleId="m", authentication={"type": "none"})
    assert (module.authentication_type, bool(module.primary_key)) == ("sas", True)


PRINTS = {"x509Thumbprint": {"primaryThumbprint": THUMBPRINT}}
KEYS = {"symmetricKey": {"primaryKey": KEY_A, "secondaryKey": KEY_B}}


@pytest.mark.parametrize(
    ("authentication", "sort"),
    [
        (None, "sas"),
        ({}, "sas"),
        (KEYS, "sas"),
        (KEYS | {"x509Thumbprint": None}, "sas"),
        (PRINTS, "selfSigned"),
        ({"x509Thumbprint": {"primaryThumbprint": "0" * 64}}, "selfSigned"),
        (PRINTS | {"type": "selfSigned"}, "selfSigned"),
        ({"type": "selfSigned"}, "selfSigned"),
        ({"type": "certificateAuthority"}, "certificateAuthority"),
    ],
)
def test_what_a_device_may_prove_itself_with(registry, authentication, sort):
    """Only sas comes with keys."""
    device = create(registry, authentication=authentication)
    assert (device.authentication_type, bool(device.primary_key)) == (sort, sort == "sas")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"id": "half a key"}, "The device ID 'half a key' is not valid"),
        ({"id": ""}, "The device ID '' is not valid"),
        ({"id": "x" * 129}, "is not valid"),
        ({"id": "d\n"}, "is not valid"),
        ({"moduleId": "a/b"}, "The module ID 'a/b' is not valid"),
        ({"statusReason": "r" * 129}, "has more than 128 characters"),
        ({"authentication": KEYS | PRINTS}, "cannot specify both symmetric keys and thumbprints"),
        ({"authentication": {"type": "none"}}, "DeviceAuthenticationTypeIsMissing"),
        (
            {"authentication": {"symmetricKey": {"secondaryKey": KEY_B}}},
            "Either no keys or both keys can be set",
        ),
        (
            {"authentication": {"symmetricKey": {"primaryKey": "abc=", "secondaryKey": "def="}}},
            "Invalid device key length",
        ),
        (
            {"authentication": {"symmetricKey": {"primaryKey": "a" * 44, "secondaryKey": "ä"}}},
            "Invalid device key length",
        ),
        (
            {"authentication": {"x509Thumbprint": {"primaryThumbprint": "AB:CD"}}},
            "StringIsNotThumbprint",
        ),
        ({"authentication": PRINTS | {"type": "sas"}}, "has type sas"),
        ({"authentication": KEYS | {"type": "selfSigned"}}, "has type selfSigned"),
        ({"authentication": KEYS | {"type": "certificateAuthority"}}, "certificateAuthority"),
        ({"tags": {"a": None}}, "may not contain null"),
        ({"properties": {"desired": {"$bad": 1}}}, "a character that is not allowed"),
        ({"properties": {"reported": {"a b": 1}}}, "a character that is not allowed"),
    ],
)
def test_what_a_line_may_not_ask_for(registry, fields, words):
    """400004, and the registry stays empty."""
    code, text = refusal(registry, a_wish(**fields))
    assert code is ErrorCode.ArgumentInvalid
    assert words in text
    assert len(registry) == 0


def test_a_delete_does_not_care_what_else_the_line_says(registry):
    """Only the id is looked at."""
    create(registry)
    wish = a_wish(importMode="delete", statusReason="r" * 200, authentication=KEYS | PRINTS)
    assert outcome(registry, wish) == "deleted"
