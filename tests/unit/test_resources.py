"""The shipped folders are found in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard import resources


def test_checkout_has_both_folders() -> None:
    assert resources.rulesets().is_dir()
    assert resources.templates().is_dir()
    assert resources.rulesets().parent == resources.templates().parent


def test_wheel_s_own_folders_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_rulesets").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)

    assert tmp_path / "_rulesets" == resources.rulesets()
    assert resources.templates().name == "templates"
