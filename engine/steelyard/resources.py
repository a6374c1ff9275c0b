"""Where the shipped rulesets and templates are: inside the wheel, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent


def rulesets() -> Path:
    """The folder of the shipped rulesets, one folder a policy."""
    return _folder("rulesets")


def templates() -> Path:
    """The folder of the report templates."""
    return _folder("templates")


def _folder(name: str) -> Path:
    """The installed folder where there is one (a wheel holds it as `_NAME`), else the checkout's."""
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _CHECKOUT / name
