"""The configurations of a hub, over its restarts too when it has a file."""

import json
from pathlib import Path
from threading import RLock

from emulators.iot_hub.configuration import Configuration
from emulators.iot_hub.configuration_rules import check_spec
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.export_import_device import ImportMode
from emulators.iot_hub.import_configuration import ConfigurationSpec, ImportConfiguration
from emulators.iot_hub.tier import LIMITS


class Configurations:
    """Configurations in the order they came. Any thread may call any method."""

    def __init__(self, path: Path | None = None, limit: int = LIMITS.configurations) -> None:
        self.limit = limit
        self._path = path
        self._lock = RLock()
        self._kept = {kept.id: kept for kept in _load(path)}

    def all(self) -> list[Configuration]:
        """Return every configuration."""
        with self._lock:
            return list(self._kept.values())

    def find(self, configuration_id: str) -> Configuration:
        """Return one configuration.

        Raises:
            HubError: 404301.
        """
        with self._lock:
            if configuration_id not in self._kept:
                raise HubError(ErrorCode.ConfigurationNotFound, configuration_id)
            return self._kept[configuration_id]

    def create(self, spec: ConfigurationSpec) -> Configuration:
        """Add a configuration.

        Raises:
            HubError: 409401, 413101, or a rule is broken.
        """
        check_spec(spec)
        with self._lock:
            if spec.id in self._kept:
                text = f"A configuration with ID '{spec.id}' is already registered."
                raise HubError(ErrorCode.ConfigurationAlreadyExists, text)
            if len(self._kept) >= self.limit:
                text = f"The hub has {self.limit} configurations already"
                raise HubError(ErrorCode.ConfigurationCountLimitExceeded, text)
            return self._keep(Configuration.new(spec))

    def update(self, spec: ConfigurationSpec, etag: str) -> Configuration:
        """Overwrite a configuration whose ETag is the given one; `*` matches any.

        Raises:
            HubError: 404301, 412001, or a rule is broken.
        """
        check_spec(spec)
        with self._lock:
            return self._keep(self._matching(spec.id, etag).overwritten(spec))

    def delete(self, configuration_id: str, etag: str) -> None:
        """Forget a configuration whose ETag is the given one; `*` matches any.

        Raises:
            HubError: 404301 or 412001.
        """
        with self._lock:
            del self._kept[self._matching(configuration_id, etag).id]
            self._write()

    def apply(self, wish: ImportConfiguration) -> None:
        """Do what a line of an import job asks for; there is one mode (`ConfigurationImportMode`).

        Raises:
            HubError: The line is refused.
        """
        if wish.mode is not ImportMode.CREATE_OR_UPDATE_IF_MATCH_ETAG:
            text = f"A configuration cannot be imported with mode {wish.mode}"
            raise HubError(ErrorCode.ArgumentInvalid, text)
        with self._lock:
            if wish.spec.id in self._kept:
                self.update(wish.spec, (wish.etag or "*").strip('"'))
            else:
                self.create(wish.spec)

    def clear(self) -> None:
        """Forget all configurations."""
        with self._lock:
            self._kept.clear()
            self._write()

    def _matching(self, configuration_id: str, etag: str) -> Configuration:
        found = self.find(configuration_id)
        if etag not in {found.etag, "*"}:
            raise HubError(ErrorCode.PreconditionFailed, "PreconditionFailed")
        return found

    def _keep(self, configuration: Configuration) -> Configuration:
        self._kept[configuration.id] = configuration
        self._write()
        return configuration

    def _write(self) -> None:
        if self._path:
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps([kept.record() for kept in self._kept.values()]), "utf-8")
            fresh.replace(self._path)


def _load(path: Path | None) -> list[Configuration]:
    if path is None or not path.exists():
        return []
    return [Configuration.from_record(record) for record in json.loads(path.read_text("utf-8"))]
