"""Named environments from a TOML file: production, staging, the one at home.

::

    [staging]
    gateway = "https://im.staging.example"
    endpoints = ["im1.staging.example:7000", "[2001:db8::7]:7000"]
    server_key = "hexadecimal, 64 digits"
    timeouts = { request = 5 }
    tls = { ca_file = "staging.pem" }

All but ``gateway`` may be left out, and every setting of `imnb.config` has its
place. The ``ca_file`` is looked for beside this file. No password and no token
belongs in there. ``Client("alice", environment="staging")`` logs in there, and
``client.use_environment("staging")`` goes there later; each environment has its own
store.
"""

import dataclasses
import pathlib
import tomllib
import urllib.parse
from collections.abc import Mapping
from typing import Any

import platformdirs

from imnb.config import (
    LOOPBACK_HOSTS,
    Backoff,
    Endpoint,
    Environment,
    Heartbeat,
    Limits,
    Timeouts,
    Tls,
)
from imnb.errors import ConfigError

FILE = "environments.toml"
LOCAL = "local"
GROUPS: Mapping[str, type[Any]] = {
    "limits": Limits,
    "timeouts": Timeouts,
    "backoff": Backoff,
    "heartbeat": Heartbeat,
}
PLAIN: Mapping[str, type[Any]] = {
    "gateway": str,
    "insecure": bool,
    "encrypt_store": bool,
}


def default_file() -> pathlib.Path:
    """Where the file is looked for: the platform's folder for configuration."""
    return platformdirs.user_config_path("imnb") / FILE


def load_environments(path: pathlib.Path | None = None) -> dict[str, Environment]:
    """The environments of a file, by name.

    Raises:
        ConfigError: the file cannot be read, or says something that makes no
            sense; names the file, the environment and the setting.
    """
    path = path or default_file()
    try:
        # TOML is UTF-8, whatever is usual here; some editors add a mark to it.
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except ValueError as error:  # TOML, or bytes that are no text
        raise ConfigError(f"{path} is no TOML: {error}") from error
    try:
        environments = {
            name: _environment(name, table) for name, table in tables.items()
        }
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    return {name: _beside(path, one) for name, one in environments.items()}


def named(name: str, path: pathlib.Path | None = None) -> Environment:
    """One environment of the file.

    Raises:
        ConfigError: there is none of that name, or no such file.
    """
    found = load_environments(path)
    if name not in found:
        raise ConfigError(_unknown(name, found, path or default_file()))
    return found[name]


def resolve(given: Environment | str) -> Environment:
    """What is meant by an environment, a gateway's URL, or a name of the file.

    Raises:
        ConfigError: nothing that there is.
    """
    if isinstance(given, Environment):
        return given
    if not isinstance(given, str):
        raise ConfigError(
            f"environment {given!r}: give the URL of a gateway (https://...), a name "
            f"from {default_file()}, or an imnb.Environment"
        )
    if "://" in given:
        return Environment(given, name_of(given))
    try:
        found = load_environments()
    except ConfigError as error:
        raise ConfigError(f"environment {given!r}: {error}") from None
    if given not in found:
        raise ConfigError(
            f"environment {given!r} is no URL of a gateway (https://...), and as a "
            f"name: {_unknown(given, found, default_file())}"
        )
    return found[given]


def name_of(gateway: str) -> str:
    """The name of an environment that is given as a URL only."""
    try:
        url = urllib.parse.urlsplit(gateway)
    except ValueError:  # brackets that do not match; the environment refuses it
        return LOCAL
    if not url.hostname or url.hostname in LOOPBACK_HOSTS:
        return LOCAL  # its port may be another one each time
    return url.netloc.rpartition("@")[2].lower()


def _unknown(name: str, found: Mapping[str, object], path: pathlib.Path) -> str:
    known = ", ".join(sorted(found)) or "none"
    return f"no environment {name!r} in {path}; there are: {known}"


def _beside(path: pathlib.Path, environment: Environment) -> Environment:
    """A file of authorities is looked for beside the file that names it."""
    tls = environment.tls
    if tls is None or not tls.ca_file:
        return environment
    file = path.parent / pathlib.Path(tls.ca_file).expanduser()
    tls = dataclasses.replace(tls, ca_file=str(file))
    return dataclasses.replace(environment, tls=tls)


def _environment(name: str, table: object) -> Environment:
    settings = _settings(table, Environment, name)
    if "name" in settings:
        raise ConfigError(f"[{name}] has no setting 'name': it is {name!r} already")
    if "gateway" not in settings:
        raise ConfigError(
            f'[{name}] needs a gateway, such as gateway = "https://im.example"'
        )
    for key, kind in PLAIN.items():
        if not isinstance(settings.get(key, kind()), kind):
            seen = settings[key]
            raise ConfigError(f"[{name}] {key} = {seen!r}: give a {kind.__name__}")
    for group, kind in GROUPS.items():
        if group in settings:
            where = f"{name}.{group}"
            settings[group] = _numbers(settings[group], kind, where)
    try:
        if "server_key" in settings:
            settings["server_key"] = _key(settings["server_key"])
        if "tls" in settings:
            settings["tls"] = _tls(settings["tls"], f"{name}.tls")
        if "endpoints" in settings:
            settings["endpoints"] = _endpoints(settings["endpoints"])
        return Environment(name=name, **settings)
    except (ConfigError, TypeError) as error:
        raise ConfigError(f"[{name}] {error}") from None


def _settings(table: object, kind: type[Any], where: str) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is no table: write [{where}] and settings below")
    known = [field.name for field in dataclasses.fields(kind)]
    for key in table:
        if key not in known:
            names = ", ".join(known)
            raise ConfigError(f"[{where}] has no setting {key!r}; there are: {names}")
    return dict(table)


def _numbers(table: object, kind: type[Any], where: str) -> Any:
    settings = _settings(table, kind, where)
    for key, value in settings.items():
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not value > 0
        ):
            raise ConfigError(f"[{where}] {key} = {value!r}: give a number above 0")
        is_whole = isinstance(getattr(kind(), key), int)
        if is_whole and not isinstance(value, int):
            raise ConfigError(f"[{where}] {key} = {value!r}: give a whole number")
    return kind(**settings)


def _tls(value: object, where: str) -> Tls | None:
    if isinstance(value, bool):
        return Tls() if value else None
    if not isinstance(value, dict):
        raise ConfigError(f"tls = {value!r}: give true, false or [{where}]")
    settings = _settings(value, Tls, where)
    for key, one in settings.items():
        kind = type(getattr(Tls(), key))
        if not isinstance(one, kind):
            raise ConfigError(f"[{where}] {key} = {one!r}: give a {kind.__name__}")
    return Tls(**settings)


def _key(value: object) -> bytes:
    try:
        return bytes.fromhex(value if isinstance(value, str) else "no")
    except ValueError:
        raise ConfigError("server_key: give 64 hexadecimal digits") from None


def _endpoints(value: object) -> tuple[Endpoint, ...]:
    if not isinstance(value, list):
        raise ConfigError('endpoints: give a list, e.g. ["im.example:7000"]')
    return tuple(_endpoint(one) for one in value)


def _endpoint(value: object) -> Endpoint:
    host, _, port = str(value).rpartition(":")
    if not port.isascii() or not port.isdigit():
        raise ConfigError(f"endpoint {value!r}: give HOST:PORT, or [IPV6]:PORT")
    return Endpoint(host.removeprefix("[").removesuffix("]"), int(port))
