"""What stays when the rest goes: the database, its password, and the bucket for files."""

from typing import Any

from modelyard.deploy.targets.ecs.network import data_group, data_subnets, kept_network
from modelyard.deploy.targets.ecs.parts import (
    BLOBS,
    DATABASE,
    PASSWORD,
    Resources,
    Wish,
    attribute,
    ref,
    resource,
    text,
)

USER = "modelyard"
PASSWORD_LENGTH = 32
KEPT_ALWAYS = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
"""Whoever deletes the stack by hand does not delete the data with it."""
KEPT_OR_COPIED = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Snapshot"}
KEPT_NAMES = frozenset(
    {
        *("Network", "DataSubnetA", "DataSubnetB", "DataGroup", "DatabaseSubnets"),
        *(DATABASE, PASSWORD, BLOBS),
    }
)
"""What `destroy` leaves unless it is told."""


def data(wish: Wish) -> Resources:
    """Give what holds people's work, and what that stands in."""
    found: Resources = {**kept_network(wish), BLOBS: _bucket()}
    if wish.settings.has_own_database:
        found |= data_group(wish) | {
            PASSWORD: _password(),
            "DatabaseSubnets": _database_subnets(wish),
            DATABASE: _database(wish),
        }
    return found


def data_environment(wish: Wish) -> dict[str, Any]:
    """Give the variables by which tasks find it; the password is not among them."""
    found: dict[str, Any] = {"MODELYARD_BLOBS": text(f"s3://${{{BLOBS}}}/blobs")}
    if wish.settings.has_own_database:
        address = f"postgresql://{USER}@${{Host}}/{USER}?sslmode=require"
        host = attribute("Endpoint.Address", DATABASE)
        found["MODELYARD_DATABASE_URL"] = text(address, Host=host)
    return found


def data_secrets(wish: Wish) -> dict[str, Any]:
    """Give the variables that ECS fills with secrets when a task starts, by where each is."""
    if not wish.settings.has_own_database:
        return {}
    return {"PGPASSWORD": text(f"${{{PASSWORD}}}:password::")}


def _bucket() -> dict[str, Any]:
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    left_over = {"DaysAfterInitiation": 7}
    return resource(
        "S3::Bucket",
        {
            "PublicAccessBlockConfiguration": dict.fromkeys(closed, True),
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
            "LifecycleConfiguration": {
                "Rules": [{"Status": "Enabled", "AbortIncompleteMultipartUpload": left_over}]
            },
        },
        **KEPT_ALWAYS,
    )


def _password() -> dict[str, Any]:
    """Have a password made that nobody has seen: not even who deploys."""
    made = {
        "SecretStringTemplate": f'{{"username": "{USER}"}}',
        "GenerateStringKey": "password",
        "PasswordLength": PASSWORD_LENGTH,
        "ExcludePunctuation": True,
    }
    return resource(
        "SecretsManager::Secret",
        {"Description": "The database's password.", "GenerateSecretString": made},
        **KEPT_ALWAYS,
    )


def _database_subnets(wish: Wish) -> dict[str, Any]:
    return resource(
        "RDS::DBSubnetGroup",
        {
            "DBSubnetGroupDescription": "Where the database stands.",
            "SubnetIds": data_subnets(wish),
        },
    )


def _database(wish: Wish) -> dict[str, Any]:
    settings = wish.settings
    password = f"{{{{resolve:secretsmanager:${{{PASSWORD}}}:SecretString:password}}}}"
    return resource(
        "RDS::DBInstance",
        {
            "Engine": "postgres",
            "EngineVersion": settings.database_version,
            "DBInstanceClass": settings.database_class,
            "DBName": USER,
            "MasterUsername": USER,
            "MasterUserPassword": text(password),
            "AllocatedStorage": str(settings.database_gib),
            "StorageType": "gp3",
            "StorageEncrypted": True,
            "MultiAZ": settings.database_standby,
            "BackupRetentionPeriod": settings.backup_days,
            "CopyTagsToSnapshot": True,
            "PubliclyAccessible": False,
            "AutoMinorVersionUpgrade": True,
            "DBSubnetGroupName": ref("DatabaseSubnets"),
            "VPCSecurityGroups": [attribute("GroupId", "DataGroup")],
        },
        **KEPT_OR_COPIED,
    )
