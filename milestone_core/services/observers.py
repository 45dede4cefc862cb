"""The observer that a schedule names: its script, whether it can run, and its part in a release."""

from __future__ import annotations

from dataclasses import dataclass, replace

from milestone_core.domain.address import Credential
from milestone_core.domain.chain import Script, Utxo
from milestone_core.domain.schedule import PolicyChoice
from milestone_core.errors import BadInput, Misconfigured, NotFound, NotYet
from milestone_core.onchain import plutus_data
from milestone_core.ports import NOTHING_SAID, ObservedPolicy, Observer
from milestone_core.services import scripts
from milestone_core.services.context import Context
from milestone_core.transactions.draft import Draft, Withdrawal

_LANGUAGE = "plutus:v3"


@dataclass(frozen=True, slots=True)
class Observation:
    """What a release takes along for its observer. ``reference`` carries the script, or else the
    release itself has to."""

    withdrawal: Withdrawal
    script: Script
    reference: Utxo | None

    @property
    def size(self) -> int:
        """The bytes that it adds to a transaction, without the script's redeemer."""
        return 100 + (0 if self.reference else len(self.script.code))

    def join(self, draft: Draft) -> Draft:
        """The draft, with the observer's withdrawal."""
        withdrawals = (*draft.withdrawals, self.withdrawal)
        if self.reference is None:
            return replace(draft, withdrawals=withdrawals, scripts=(*draft.scripts, self.script))
        references = dict.fromkeys((*draft.reference_inputs, self.reference))
        return replace(draft, withdrawals=withdrawals, reference_inputs=tuple(references))


def observe(context: Context, policy: PolicyChoice) -> Observation | None:
    """What a release under that policy takes along; None where the policy names no observer.

    :raises NotFound: neither the policy nor the index knows the observer's script.
    :raises BadInput: the script is none that a release can run.
    :raises NotYet: its stake credential is not registered.
    """
    if policy.observer is None:
        return None
    observer = _observer(context, policy, policy.observer)
    shown = policy.observer.hex()
    if observer.script.language != _LANGUAGE:
        raise BadInput(
            f"the observer {shown} is a script of {observer.script.language}: no release could "
            "ever run it, and nothing would be paid",
            hint="An observer is a Plutus V3 script.",
        )
    balance = context.chain.rewards(Credential.script(policy.observer))
    if balance is None:
        raise NotYet(
            f"the stake credential of the observer {shown} is not registered: nobody can release",
            hint="Register it on chain first: a certificate and a deposit.",
        )
    withdrawal = Withdrawal(
        policy.observer,
        balance,
        lambda _: plutus_data.decode(observer.redeemer),
        f"the withdrawal of the observer {shown}",
    )
    return Observation(withdrawal, observer.script, scripts.carrying(context, policy.observer))


def _observer(context: Context, policy: PolicyChoice, script_hash: bytes) -> Observer:
    implementation = context.policy(policy)
    if isinstance(implementation, ObservedPolicy):
        observer = implementation.observer()
        if observer.script.hash != script_hash:
            raise Misconfigured(
                f"the policy {policy.name!r} has the observer {observer.script.hash.hex()} with "
                f"these settings, the schedule names {script_hash.hex()}",
                hint="Give the schedule the hash that its settings make.",
            )
        return observer
    script = context.utxo.script(script_hash)
    if script is None:
        raise NotFound(
            f"nobody here knows the script of the observer {script_hash.hex()}",
            hint="Install the plugin of its policy, or put the script on chain where Kupo sees it.",
        )
    return Observer(script, NOTHING_SAID)
