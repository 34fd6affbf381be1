"""Everything the hub refuses with: one table of names and numbers, and the body it sends."""

from enum import IntEnum
from uuid import uuid4

from emulators.iot_hub import ticks


class ErrorCode(IntEnum):
    """The service's names and numbers; the first three digits are the HTTP status.

    Source: Microsoft's page "Troubleshoot Azure IoT Hub error codes" and `ErrorCode.cs` of the
    C# SDK. HTTP bodies and bulk results carry the name, importErrors.log the number.
    """

    InvalidProtocolVersion = 400001
    ArgumentInvalid = 400004
    BlobContainerValidationError = 400008
    DeviceDefinedMultipleTimes = 400011
    DeserializationError = 400012
    BulkRegistryOperationFailure = 400013
    InvalidDeviceScope = 400028
    ManagedIdentityNotEnabled = 400032
    InvalidConfigurationTargetCondition = 400401
    InvalidConfigurationContent = 400402
    InvalidConfigurationCustomMetricsQuery = 400404
    IotHubUnauthorizedAccess = 401002
    SystemModuleModifyUnauthorizedAccess = 401100
    IotHubQuotaExceeded = 403002
    JobQuotaExceeded = 403003
    OperationNotAvailableInCurrentTier = 403010
    DeviceNotFound = 404001
    JobNotFound = 404002
    ModuleNotFound = 404010
    ConfigurationNotFound = 404301
    DeviceAlreadyExists = 409001
    ModuleAlreadyExistsOnDevice = 409301
    ConfigurationAlreadyExists = 409401
    PreconditionFailed = 412001
    TooManyDevices = 413002
    TooManyModulesOnDevice = 413003
    ConfigurationCountLimitExceeded = 413101
    ThrottlingBacklogTimeout = 429003
    ServerError = 500001
    ServiceUnavailable = 503001

    @property
    def http_status(self) -> int:
        """The status that an HTTP answer with this error has."""
        return self // 1000


class HubError(Exception):
    """The hub refuses a request or a line; the text is for people."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    def body(self) -> dict[str, str]:
        """Return the JSON body of the HTTP answer."""
        return {
            "Message": f"ErrorCode:{self.code.name};{self.text}",
            "ExceptionMessage": self.tracking(),
        }

    def tracking(self) -> str:
        """Return the line by which the service's operators find a request again."""
        return f"Tracking ID:{uuid4().hex}-G:0-TimeStamp:{ticks.american(ticks.now())}"


def throttled(operation_type: str) -> HubError:
    """Say that operations of a kind come too fast.

    Words of a live hub, which said CRUD of bulk calls (Iot-Telemetry-Simulator#39) and
    ConfigurationWrite of configurations; what it calls the other kinds was not seen.
    """
    text = "The request has been throttled. Wait 10 seconds and try again. "
    return HubError(ErrorCode.ThrottlingBacklogTimeout, f"{text}Operation type: {operation_type}")


def not_in_tier() -> HubError:
    """Say that a hub of a Basic tier has no such thing (words of Microsoft's list of errors)."""
    text = "The operation is not available in the current tier."
    return HubError(ErrorCode.OperationNotAvailableInCurrentTier, text)


class JobRefused(HubError):
    """A job was not created. Its text wraps the answer of the service behind the hub."""

    def tracking(self) -> str:
        """Return nothing: these bodies carry no tracking line."""
        return ""


def job_quota_exceeded() -> JobRefused:
    """Say that another import or export job is active (body observed on a live hub)."""
    return JobRefused(
        ErrorCode.JobQuotaExceeded,
        "Error: 403 ErrorCode: JobQuotaExceeded\nMessage: Job quota has been exceeded\n"
        f"Timestamp: {ticks.american(ticks.now())}\nTracking ID: ",
    )


def container_refused(message: str) -> JobRefused:
    """Say what the hub cannot do with a container (body in the Azure CLI's tests)."""
    return JobRefused(
        ErrorCode.BlobContainerValidationError,
        f"Error: 400 ErrorCode: BlobContainerValidationError\r\nMessage: {message}\r\n"
        f"Timestamp: {ticks.american(ticks.now())}\r\nPublic Message: {message}",
    )
