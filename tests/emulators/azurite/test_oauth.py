"""HTTPS with tokens: what user-delegation SAS needs, proven end to end."""

from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.blob import (
    BlobClient,
    BlobServiceClient,
    ContainerSasPermissions,
    generate_container_sas,
)

from emulators.azurite import serve
from tests.entra import UnsignedToken, make_certificate


NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the PEM files of a certificate for 127.0.0.1, and of its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def azurite(certificate):
    """Run one Azurite with HTTPS for the whole module."""
    with serve(certificate=certificate) as running:
        yield running


@pytest.fixture
def verify(certificate):
    """Return what clients need to trust the certificate."""
    return str(certificate[0])


def test_a_user_delegation_sas_reads(azurite, verify):
    """A key is issued for a token, a SAS made of it reads a blob and may not write one."""
    client = BlobServiceClient(
        azurite.blob_endpoint, credential=UnsignedToken(), connection_verify=verify
    )
    client.create_container("drop").upload_blob("a.txt", b"hello")
    key = client.get_user_delegation_key(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    sas = generate_container_sas(
        "devstoreaccount1",
        "drop",
        user_delegation_key=key,
        permission=ContainerSasPermissions(read=True),
        expiry=NOW + timedelta(hours=1),
    )
    url = f"{azurite.blob_endpoint}/drop/a.txt?{sas}"
    blob = BlobClient.from_blob_url(url, connection_verify=verify)
    assert blob.download_blob().readall() == b"hello"
    with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
        blob.upload_blob(b"changed", overwrite=True)


def test_a_token_for_another_service_is_refused(azurite, verify):
    """The claims are checked, though not the signature."""
    credential = UnsignedToken("https://iothubs.azure.net")
    client = BlobServiceClient(
        azurite.blob_endpoint, credential=credential, connection_verify=verify
    )
    with pytest.raises(ClientAuthenticationError):
        client.get_service_properties()


def test_the_connection_string_says_https(azurite, verify):
    """Clients built from the connection string use TLS as well."""
    text = azurite.connection_string
    assert text.startswith("DefaultEndpointsProtocol=https;")
    with BlobServiceClient.from_connection_string(text, connection_verify=verify) as client:
        client.create_container("by-key").close()
