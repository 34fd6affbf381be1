"""Every rule that a device file must keep, in one table.

The table is the only place that knows a rule's severity, its words and its source;
`docs/validation-rules.md` is made from it. The code that finds a broken rule names it by its code
and adds what it found; no secret may be among that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Final


class Severity(StrEnum):
    """What a broken rule does to its line."""

    ERROR = "error"  #: the line is rejected
    WARNING = "warning"  #: the line goes on, although it may not do what was meant
    NOTE = "note"  #: there is nothing to import, so the line is skipped


class Code(StrEnum):
    """Stable names of the rules. Receivers match on these: never rename one."""

    LINE_TOO_LONG = "line_too_long"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    WRONG_CELLS = "wrong_cells"
    BAD_QUOTES = "bad_quotes"
    DUPLICATE_FIELD = "duplicate_field"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_VALUE = "unknown_value"
    INVALID_ID = "invalid_id"
    INVALID_KEY = "invalid_key"
    INVALID_THUMBPRINT = "invalid_thumbprint"
    TOO_LONG = "too_long"
    ONE_KEY_ONLY = "one_key_only"
    MIXED_AUTHENTICATION = "mixed_authentication"
    WRONG_AUTHENTICATION = "wrong_authentication"
    ETAG_MISSING = "etag_missing"
    TWIN_KEY = "twin_key"
    TWIN_NULL = "twin_null"
    TWIN_NUMBER = "twin_number"
    TWIN_TEXT_TOO_LONG = "twin_text_too_long"
    TWIN_TOO_DEEP = "twin_too_deep"
    TWIN_TOO_LARGE = "twin_too_large"
    DUPLICATE_DEVICE = "duplicate_device"
    HEADER_ROW = "header_row"
    INVALID_IDENTIFIER = "invalid_identifier"

    DEFAULT_MODE_OVERWRITES = "default_mode_overwrites"
    NEW_KEYS = "new_keys"
    UPDATE_ENABLES = "update_enables"
    ETAG_UNUSED = "etag_unused"
    ETAG_QUOTED = "etag_quoted"
    NOTHING_TO_UPDATE = "nothing_to_update"
    EQUAL_KEYS = "equal_keys"
    SHA1_THUMBPRINT = "sha1_thumbprint"
    UNEQUAL_THUMBPRINTS = "unequal_thumbprints"
    NO_THUMBPRINT = "no_thumbprint"
    ID_NEEDS_QUOTING = "id_needs_quoting"
    REPORTED_IGNORED = "reported_ignored"
    TWIN_METADATA_DROPPED = "twin_metadata_dropped"
    TWIN_PROPERTY_LARGE = "twin_property_large"
    SCOPE_IGNORED = "scope_ignored"
    SCOPE_MISSING = "scope_missing"
    UNUSUAL_SCOPE = "unusual_scope"
    PARENT_SCOPES_IGNORED = "parent_scopes_ignored"
    SCOPE_NOT_TRANSLATED = "scope_not_translated"
    IDS_DIFFER_BY_CASE = "ids_differ_by_case"
    MODULE_ALONE = "module_alone"
    UNKNOWN_METADATA = "unknown_metadata"
    DOTS_REMOVED = "dots_removed"
    UNUSUAL_IMEI = "unusual_imei"

    BLANK_LINE = "blank_line"
    SYSTEM_MODULE = "system_module"
    EXPORT_NOTICE = "export_notice"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is about, what is said when it is broken, and where it comes from."""

    severity: Severity
    #: The field or fields, for the documentation.
    about: str
    #: Said to people, behind the name of the field; `{…}` is what was found.
    says: str
    source: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE
_JSON = "RFC 8259; the hub's reader wants one object a line (bulk identity how-to)"
_SCHEMA = "ExportImportDevice, service swagger 2021-04-12"
_REGISTRY = "RegistryManager.cs, C# service SDK"
_TWINS = "device twins, developer guide (2024-02)"
_HOW_TO = "bulk identity management how-to"
_CSV = "RFC 4180"
_INTUNE = "corporate-identifiers-add.md, Intune"
_LIVE = "observed at a live hub"
_EDGE = "azure-iot-sdk-csharp#2184 and PR#2040; observed at a live hub"

#: All rules by code, in the order in which they are documented.
RULES: Final[Mapping[Code, Rule]] = {
    Code.NOT_UTF8: Rule(
        _E, "line", "is not UTF-8 from byte {byte} on; save the file as UTF-8", _JSON
    ),
    Code.NOT_JSON: Rule(_E, "line", "is no JSON: {why}", _JSON),
    Code.NOT_AN_OBJECT: Rule(_E, "line", "must be one JSON object, {{ … }}", _JSON),
    Code.WRONG_CELLS: Rule(
        _E, "row of a CSV file", "has {cells} cells where there are {columns} columns", _CSV
    ),
    Code.BAD_QUOTES: Rule(
        _E,
        "row of a CSV file",
        "has a quote that is not closed, or not doubled inside of a cell, so {lines} lines of the "
        "file could not be read",
        _CSV,
    ),
    Code.LINE_TOO_LONG: Rule(
        _E, "line", "is longer than {limit} KB; is there a line end missing?", _TWINS
    ),
    Code.DUPLICATE_FIELD: Rule(
        _E,
        "any member",
        "stands there twice, and readers differ in which one they take; keep one",
        _JSON,
    ),
    Code.MISSING_FIELD: Rule(_E, "id", "is missing; every line needs it", _SCHEMA),
    Code.UNKNOWN_FIELD: Rule(
        _E,
        "any member outside of the twin",
        "is no field of a device, and the hub would ignore it; {hint}",
        _SCHEMA,
    ),
    Code.WRONG_TYPE: Rule(_E, "any field", "must be {expected}, not {found}", _SCHEMA),
    Code.UNKNOWN_VALUE: Rule(
        _E,
        "importMode, status, authentication.type",
        '"{found}" is not one of {words}{hint}',
        f"{_SCHEMA}; ImportMode.cs",
    ),
    Code.INVALID_ID: Rule(
        _E,
        "id, moduleId",
        '"{found}" ({length} characters) must be 1 to 128 of '
        "A-Z a-z 0-9 - : . + % _ # * ? ! ( ) , = @ ; $ '",
        _REGISTRY,
    ),
    Code.INVALID_KEY: Rule(
        _E,
        "primaryKey, secondaryKey",
        "is no base64 of 16 to 64 bytes; it has {length} characters",
        _REGISTRY,
    ),
    Code.INVALID_THUMBPRINT: Rule(
        _E,
        "primaryThumbprint, secondaryThumbprint",
        "must be 40 (SHA-1) or 64 (SHA-256) hexadecimal digits, without colons or spaces; it has "
        "{length} characters",
        f"{_REGISTRY}; {_LIVE}",
    ),
    Code.TOO_LONG: Rule(
        _E, "statusReason, details", "has {length} characters; shorten it to 128", _SCHEMA
    ),
    Code.ONE_KEY_ONLY: Rule(
        _E,
        "authentication.symmetricKey",
        "is missing; give both keys, or neither to have the hub make them",
        _REGISTRY,
    ),
    Code.MIXED_AUTHENTICATION: Rule(
        _E,
        "authentication",
        "has both symmetric keys and thumbprints; keep one of the two",
        _REGISTRY,
    ),
    Code.WRONG_AUTHENTICATION: Rule(
        _E,
        "authentication",
        "does not fit: type {type} {problem}",
        f"{_REGISTRY}; {_LIVE}",
    ),
    Code.ETAG_MISSING: Rule(
        _E,
        "eTag, twinETag",
        "is missing; importMode {mode} compares it with the hub's, so take it from an export",
        f"{_REGISTRY}; {_HOW_TO}",
    ),
    Code.TWIN_KEY: Rule(
        _E,
        "tags, properties",
        "is no name for a twin, which has at most 1,024 bytes and no '.', '$', '#', space or "
        "control character",
        f"{_TWINS}; {_LIVE}",
    ),
    Code.TWIN_NULL: Rule(
        _E,
        "tags, properties",
        "is null, which a twin that is written whole cannot hold; remove it",
        _LIVE,
    ),
    Code.TWIN_NUMBER: Rule(
        _E,
        "tags, properties",
        "is beyond what a twin keeps, for integers ±4,503,599,627,370,496; give it as a text",
        _TWINS,
    ),
    Code.TWIN_TEXT_TOO_LONG: Rule(
        _E, "tags, properties", "is a text of {length} bytes; a twin takes at most 4,096", _TWINS
    ),
    Code.TWIN_TOO_DEEP: Rule(
        _E, "tags, properties", "is nested deeper than 10 levels; make it flatter", _TWINS
    ),
    Code.TWIN_TOO_LARGE: Rule(
        _E,
        "tags, properties.desired, properties.reported",
        "has {size} bytes by the service's count, and may have {limit}; shorten names and texts",
        _TWINS,
    ),
    Code.DUPLICATE_DEVICE: Rule(
        _E,
        "id, moduleId",
        "stood on line {first} already; a file may name each device once",
        "BulkRegistry: DeviceDefinedMultipleTimes (400011); undefined for jobs",
    ),
    Code.HEADER_ROW: Rule(
        _E, "corporate identifiers", "is a header, which such a file has not; remove it", _INTUNE
    ),
    Code.INVALID_IDENTIFIER: Rule(
        _E,
        "corporate identifiers; id of configurations",
        "must be {expected}",
        f"{_INTUNE}; microsoft-graph-docs#14045",
    ),
    Code.DEFAULT_MODE_OVERWRITES: Rule(
        _W,
        "importMode",
        "is not given, so a device that exists is overwritten (createOrUpdate)",
        "ImportMode.cs; azure-docs#36979",
    ),
    Code.NEW_KEYS: Rule(
        _W,
        "authentication",
        "has no keys and no thumbprints, so the hub makes new keys; a device that exists cannot "
        "connect with its old ones any more",
        _LIVE,
    ),
    Code.UPDATE_ENABLES: Rule(
        _W,
        "status",
        "is not given, so a device that exists and is disabled becomes enabled",
        "the REST API's replace; the live import job asks for a status on every line",
    ),
    Code.ETAG_UNUSED: Rule(
        _W, "eTag", "is not compared by importMode create; remove it", _REGISTRY
    ),
    Code.ETAG_QUOTED: Rule(
        _W,
        "eTag, twinETag",
        "is in quotation marks, which the hub's own has not, so they may differ; remove them",
        "ExportImportDevice.cs, C# service SDK, which takes them off",
    ),
    Code.NOTHING_TO_UPDATE: Rule(
        _W,
        "tags, properties.desired",
        "is empty, and so is properties.desired, so importMode {mode} empties the twin",
        _HOW_TO,
    ),
    Code.EQUAL_KEYS: Rule(
        _W,
        "authentication.symmetricKey",
        "has the same key twice, so the keys cannot be rolled one after the other",
        _REGISTRY,
    ),
    Code.SHA1_THUMBPRINT: Rule(
        _W, "authentication.x509Thumbprint", "has a SHA-1; SHA-256 is safer", _REGISTRY
    ),
    Code.UNEQUAL_THUMBPRINTS: Rule(
        _W,
        "authentication.x509Thumbprint",
        "has a SHA-1 and a SHA-256; use SHA-256 for both",
        _REGISTRY,
    ),
    Code.NO_THUMBPRINT: Rule(
        _W,
        "authentication.x509Thumbprint",
        "is not given, so no certificate fits a selfSigned device",
        _REGISTRY,
    ),
    Code.ID_NEEDS_QUOTING: Rule(
        _W,
        "id, moduleId",
        "has one of # ? % +, which every address must quote; some tools forget to",
        _REGISTRY,
    ),
    Code.REPORTED_IGNORED: Rule(
        _W,
        "properties.reported",
        "belongs to the device, and an import may not set it; remove it",
        _SCHEMA,
    ),
    Code.TWIN_METADATA_DROPPED: Rule(
        _W,
        "properties.desired, properties.reported: $metadata, $version",
        "is the hub's own and was left out",
        _TWINS,
    ),
    Code.TWIN_PROPERTY_LARGE: Rule(
        _W,
        "tags, properties",
        "has {size} bytes; the quotas page names 4,096 for one property",
        "quotas and throttling, developer guide",
    ),
    Code.SCOPE_IGNORED: Rule(
        _W,
        "deviceScope",
        "is made by the hub when it creates an edge device; this one is ignored then",
        _EDGE,
    ),
    Code.SCOPE_MISSING: Rule(
        _W,
        "deviceScope",
        "is not given, and the hub may refuse to update an edge device without its own; take it "
        "from an export",
        _EDGE,
    ),
    Code.UNUSUAL_SCOPE: Rule(
        _W,
        "deviceScope, parentScopes",
        "names no parent: a scope begins with ms-azure-iot-edge:// and stands in the parent's own "
        "deviceScope",
        _EDGE,
    ),
    Code.PARENT_SCOPES_IGNORED: Rule(
        _W,
        "parentScopes",
        "is for edge devices and ignored here; a leaf names its parent in deviceScope",
        _EDGE,
    ),
    Code.SCOPE_NOT_TRANSLATED: Rule(
        _W,
        "deviceScope, parentScopes",
        "goes as it is, for this target cannot ask for scopes; one of another hub is refused",
        _EDGE,
    ),
    Code.IDS_DIFFER_BY_CASE: Rule(
        _W,
        "id",
        "differs only by case from line {first}; to the hub these are two devices",
        _REGISTRY,
    ),
    Code.MODULE_ALONE: Rule(
        _W,
        "moduleId",
        "belongs to a device that is not in this file, so the hub must have it already",
        _LIVE,
    ),
    Code.UNKNOWN_METADATA: Rule(
        _W,
        "metadata of the blob",
        '"{found}" is not known and was not used; known are {known}',
        "the allow-lists in defaults.py",
    ),
    Code.DOTS_REMOVED: Rule(
        _W, "serial number", "had dots, which Intune does not take; they were left out", _INTUNE
    ),
    Code.UNUSUAL_IMEI: Rule(_W, "IMEI", "is unusual and may be mistyped: {why}", "3GPP TS 23.003"),
    Code.BLANK_LINE: Rule(_N, "line", "is empty", _JSON),
    Code.SYSTEM_MODULE: Rule(
        _N,
        "moduleId",
        "{found} is a system module, which the hub makes itself; nothing is sent",
        "azure-iot-sdk-csharp#1146",
    ),
    Code.EXPORT_NOTICE: Rule(
        _N,
        "first line",
        "is plain text before the first device, as in an export without keys",
        "ImportExportDevicesSample, C# service SDK",
    ),
}


def in_general(says: str) -> str:
    """Return the words of a rule or refusal with `…` in place of what was found."""
    parts = Formatter().parse(says)
    words = "".join(text + ("" if found is None else "…") for text, found, *_ in parts)
    return re.sub("…( ?…)+", "…", words)
