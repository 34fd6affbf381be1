from typing import Any

import pytest
from azure.core.messaging import CloudEvent
from azure.servicebus import exceptions as sdk

from shared.adapters.service_bus import bus_errors, cloud_event
from shared.domain.errors import Unavailable
from shared.domain.import_record import Event
from tests.builders import a_record
from tests.fakes.clock import NEW_YEAR


SDK_ERRORS = [
    cls
    for cls in vars(sdk).values()
    if isinstance(cls, type) and issubclass(cls, sdk.ServiceBusError)
]


@pytest.mark.parametrize("error", SDK_ERRORS, ids=lambda cls: cls.__name__)
def test_no_sdk_error_gets_out(error: type[sdk.ServiceBusError]):
    """Whatever class a new SDK release adds, it leaves the adapter as a domain error."""
    raised = error.__new__(error)
    with pytest.raises(Unavailable), bus_errors():
        raise raised


def test_an_event_is_a_cloud_event():
    """azure-core, which we did not write, reads it back."""
    event = Event(seq=1, type="completed", time=NEW_YEAR, data={"n": 1})
    read: CloudEvent[Any] = CloudEvent.from_dict(dict(cloud_event(a_record(), event)))
    assert read.type == "device-identity-import.completed.v1"
    assert read.id == f"{a_record().id}:1"
    assert read.data == {"n": 1}
    assert read.time == NEW_YEAR
