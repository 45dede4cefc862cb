"""What Ogmios's errors mean for a transaction, as our errors."""

from __future__ import annotations

from milestone_core.api import BadAnswer, ScriptRefused, TransactionRefused, one_line
from milestone_ogmios.connection import RpcError
from milestone_ogmios.fields import Field
from milestone_ogmios.rules import RULES, pointer

UNDECODABLE = -32602
_LEDGER = range(3000, 4000)
_SCRIPTS_FAILED = 3010
_SCRIPT_SAID_NO = 3012
_TRACES = 5


def is_refusal(error: RpcError) -> bool:
    """Whether the error is a verdict on the transaction, and not a trouble of the server's."""
    return error.code in _LEDGER or error.code == UNDECODABLE


def refusal(error: RpcError) -> TransactionRefused:
    """The verdict of the ledger, with its figures and what to do.

    It never fails itself: where the data is not as documented, the server's own words serve.
    """
    sentence, hint = _explain(error.code, error.message, error.data)
    number = f"{'rule' if error.code in _LEDGER else 'error'} {error.code}"
    return TransactionRefused(
        f"the ledger refuses the transaction: {sentence} ({number})",
        ledger_code=error.code,
        hint=hint,
        data=error.data.value,
    )


def evaluation_refusal(error: RpcError) -> TransactionRefused | ScriptRefused:
    """The verdict of an evaluation: a script said no, or the transaction is built wrongly.

    :raises BadAnswer: the list of scripts is not as documented.
    """
    if error.code != _SCRIPTS_FAILED:
        return refusal(error)
    failures = [_Failure(entry) for entry in error.data.items()]
    if not failures:
        raise error.data.odd("at least one script")
    refused = [failure for failure in failures if failure.code == _SCRIPT_SAID_NO]
    sentence = "; ".join(f"{f.name}: {f.sentence}" for f in failures)
    if refused:
        return ScriptRefused(
            f"the contract refuses the transaction: {one_line(sentence, 1000)}",
            redeemers=[failure.pointer for failure in refused],
            hint="Where the contract traces, it names the rule that was broken.",
            data=error.data.value,
        )
    return TransactionRefused(
        f"the scripts of the transaction cannot be run: {one_line(sentence, 1000)}",
        ledger_code=failures[0].code,
        hint=failures[0].hint,
        data=error.data.value,
    )


class _Failure:
    """One script that did not run through."""

    def __init__(self, entry: Field) -> None:
        error = entry["error"]
        self.pointer = pointer(entry["validator"])
        self.name = one_line("{}:{}".format(*self.pointer))
        self.code = error["code"].integer()
        data = Field(error.raw("data"), error.path + ".data")
        if self.code == _SCRIPT_SAID_NO:
            self.sentence, self.hint = _said(data), ""
        else:
            message = one_line(error["message"].text())
            self.sentence, self.hint = _explain(self.code, message, data)


def _said(data: Field) -> str:
    traces = [one_line(trace.text(), 200) for trace in data["traces"].items()]
    if traces:
        return "traces " + ", ".join(repr(trace) for trace in traces[-_TRACES:])
    return one_line(data["validationError"].text(), 200)


def _explain(code: int, message: str, data: Field) -> tuple[str, str]:
    rule = RULES.get(code)
    if rule is None:
        return message, ""
    try:
        return rule.say(data), rule.hint
    except BadAnswer:
        return message, rule.hint
