"""HTTPS with tokens: what user-delegation SAS needs, proven end to end."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.blob import (
    BlobClient,
    BlobServiceClient,
    ContainerSasPermissions,
    generate_container_sas,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emulators.azurite import serve


NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the PEM files of a self-signed certificate for 127.0.0.1, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


class UnsignedToken:
    """A credential whose token has the right claims and no signature."""

    def __init__(self, audience="https://storage.azure.com"):
        self.audience = audience

    def get_token(self, *_scopes, **_options):
        now = int(time.time())
        claims = {
            "aud": self.audience,
            "iss": "https://sts.windows.net/00000000-0000-0000-0000-000000000000/",
            "oid": "11111111-1111-1111-1111-111111111111",
            "tid": "00000000-0000-0000-0000-000000000000",
            "nbf": now - 60,
            "iat": now - 60,
            "exp": now + 3600,
        }
        parts = ({"alg": "RS256", "typ": "JWT"}, claims)
        words = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
        return AccessToken(
            ".".join([*(word.rstrip("=") for word in words), "unsigned"]), now + 3600
        )


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
