import base64

from shared.adapters.iot_hub_client import shared_access_signature


KEY = base64.b64encode(b"k" * 32).decode()


def test_a_token_is_what_the_sdks_make():
    """The same as azure-iot-hub 2.7.0 (PyPI) and azure-iothub 1.16.6 (npm) make."""
    token = shared_access_signature("myhub.azure-devices.net", "iothubowner", KEY, 1_700_000_000)
    assert token == (
        "SharedAccessSignature sr=myhub.azure-devices.net"
        "&sig=Mhrrxwj71qffW5nNgMm1Sn6A7U1fLEerTxTag58RW7Q%3D&se=1700000000&skn=iothubowner"
    )


def test_a_host_with_a_port_is_signed_as_it_is_sent():
    """The PyPI SDK quotes the colon; the signature covers the quoted text."""
    token = shared_access_signature("localhost:8443", "iothubowner", KEY, 1_700_000_000)
    assert "sr=localhost%3A8443&sig=%2BnVMp9iMrxaVOdsUZbH08YmIX2RoFeSNyEe%2Fo%2B7oldU%3D" in token
