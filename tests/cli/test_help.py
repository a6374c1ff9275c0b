"""Help and misuse of the command line, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

import click
import pytest
from rich.cells import cell_len

from cli.conftest import Done
from steelyard.cli.help import texts
from steelyard.cli.main import COMMANDS, cli
from steelyard.diagnostics.catalogue import translations

Command = Callable[..., Done]
WIDTH = 80
CLICK = ("Usage:", "Options", "Commands", "[OPTIONS]", "default: ", "required", "Show this message and exit.")


def commands() -> Iterator[click.Command]:
    """Every command and what is below it."""
    yield cli
    for name in COMMANDS:
        command: click.Command = import_module(f"steelyard.cli.{name}").command
        yield command
        if isinstance(command, click.Group):
            yield from command.commands.values()


def test_every_text_of_the_help_is_translated_and_no_other() -> None:
    shown = {text for command in commands() for text in texts(command)} | {*COMMANDS.values(), *CLICK}

    assert shown == set(translations("zh", "help"))


@pytest.mark.parametrize("name", ["", *COMMANDS, "table export"])
def test_help_is_in_chinese_and_fits_the_terminal(steelyard: Command, name: str) -> None:
    done = steelyard(*name.split(), "--help", "--lang", "zh")

    assert 0 == done.status
    assert done.out.startswith("用法：")
    assert "选项：" in done.out
    english = steelyard(*name.split(), "--help").out.splitlines()
    assert [] == [
        line for line in done.out.splitlines() if cell_len(line) > WIDTH and not line.strip().startswith("steelyard")
    ]
    examples = [line.strip().split("  ")[0] for line in english if line.strip().startswith("steelyard ")]
    assert [] == [line for line in examples if line not in done.out]


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (["evaluate", "x"], "the option `--cases` is missing", "缺少选项 `--cases`"),
        (["evaluate", "x", "--foo"], "there is no option `--foo`", "没有选项 `--foo`"),
        (["evaluate", "x", "--case", "y"], "did you mean `--cases`", "是否想写 `--cases`"),
        (["evaluate", "x", "--cases"], "the option `--cases` needs a value", "选项 `--cases` 后须有值"),
        (["evaluate", "x", "--cases", "y", "-q=1"], "there is no option `-=`", "没有选项 `-=`"),
        (["evaluate", "x", "--quiet=1"], "the option `--quiet` takes no value", "选项 `--quiet` 后不带值"),
        (["evaluate"], "the argument `RULESET` is missing", "缺少参数 `RULESET`"),
        (["evaluate", "x", "y", "--cases", "z"], "too many arguments: `y`", "参数过多：`y`"),
        (["evaluate", "x", "--cases", "y", "--verify", "-1"], "`--verify`: -1 is less than 0", "`--verify`：-1 小于 0"),
        (["evaluate", "x", "--cases", "y", "--verify", "a"], "'a' is no whole number", "'a' 不是整数"),
        (
            ["check", "x", "--format", "xml"],
            "'xml' is none of `text`, `json`, `sarif`, `junit`, `github`, `gitlab`",
            "'xml' 不是 `text`, `json`, `sarif`, `junit`, `github`, `gitlab` 之一",
        ),
        (["chekc"], "did you mean `check`", "是否想写 `check`"),
        (
            ["evaluate", "x", "--cases", "y", "--set", "a"],
            "`--set` takes `NAME=VALUE`",
            "`--set` 的写法是 `NAME=VALUE`",
        ),
        (["evaluate", "x", "--cases", "y", "-o", "s.doc"], "`s.doc`", "`s.doc`"),
    ],
)
def test_misuse_is_told_in_both_languages(steelyard: Command, words: list[str], english: str, chinese: str) -> None:
    for lang, said in (("en", english), ("zh", chinese)):
        done = (
            steelyard(*words, f"--lang={lang}")
            if words != ["evaluate", "x", "--cases"]
            else steelyard("--lang", lang, *words)
        )
        assert (2, "") == (done.status, done.out)
        assert said in done.err, done.err
        assert ("error: " if lang == "en" else "错误: ") in done.err
