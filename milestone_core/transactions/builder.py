"""From a draft to a balanced transaction with exact units, exact fee, collateral and change.

Units depend on the transaction and the fee on the units, so it goes round: assemble, evaluate,
assemble with what came out, until nothing changes. The last evaluation is of the very body that
will be signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from milestone_core.domain.address import Credential, RewardAccount
from milestone_core.domain.chain import (
    Output,
    OutputReference,
    ProtocolParameters,
    RedeemerUnits,
    Units,
    Utxo,
    Value,
)
from milestone_core.errors import BadAnswer, InsufficientFunds, Refused, ScriptRefused
from milestone_core.onchain import plutus_data
from milestone_core.transactions import encoding, fees, wallet
from milestone_core.transactions.draft import Draft, Layout, MakeRedeemer
from milestone_core.transactions.encoding import Body, Redeemer
from milestone_core.transactions.keys import SigningKey
from milestone_core.transactions.unsigned import Unsigned
from milestone_core.transactions.wallet import Wallet

Evaluate = Callable[[bytes], Sequence[RedeemerUnits]]
Pointer = tuple[str, int]

_MAX_ROUNDS = 20
_PLENTY = 2**50
_MAX_FEE = 20_000_000
"""Lovelace. The largest transaction, with all the units that it may take, costs a sixth of it: a
node that asks for more is mistaken about its parameters, or hostile. So is one that wants more as
collateral, of which that transaction puts up a quarter."""
_MOST_PER_UTXO_BYTE, _MOST_COLLATERAL = 3 * 4_310, 3 * 150
"""Three times mainnet's: lovelace per byte of an output, collateral in percent of the fee. They
decide how much of the payer's ADA goes to beneficiaries, and how much is at stake."""
_LANGUAGE = "plutus:v3"


def build(
    draft: Draft, own: Wallet, parameters: ProtocolParameters, evaluate: Evaluate
) -> Unsigned:
    """Balance a draft.

    Outputs with less lovelace than the ledger wants are raised to it.

    :param own: who pays the fee, gets the change and puts up the collateral.
    :param evaluate: runs the scripts of an unsigned transaction (CBOR), as the chain would.
    :raises InsufficientFunds: the wallet cannot pay fee, outputs or collateral.
    :raises ScriptRefused: a validator said no; the message names what it guards.
    :raises BadAnswer: the evaluation is of another transaction; no honest chain asks for such a
        fee, so much ADA in an output, or such a collateral.
    :raises Refused: the transaction is larger, or takes more units, than the chain allows.
    """
    _check_parameters(parameters)
    draft = replace(draft, outputs=tuple(with_least_ada(o, parameters) for o in draft.outputs))
    # From below: a guess that is too high would ask a poor wallet for what it need not have.
    fee, units = parameters.fee_constant, dict[Pointer, Units]()
    too_low: set[int] = set()
    like: Unsigned | None = None
    for _ in range(_MAX_ROUNDS):
        try:
            unsigned = _assemble(draft, own, parameters, fee, units, like)
        except InsufficientFunds:
            # Say what is lacking for the whole fee and change, not for the guess that was tried.
            fee = _fee_of_the_rich(draft, own, parameters)
            _balance(draft, own, parameters, fee, reserve=_least_change(own, parameters))
            raise
        least = _least_fee(unsigned, parameters)
        if least > fee:
            too_low.add(fee)
        if least > fee or (least < fee and least not in too_low):
            fee = least
            continue
        if least < fee and like is None:
            # For a lower fee others of the wallet's outputs are chosen, which make it dearer again.
            fee, too_low, like = least, set(), unsigned
            continue
        fresh = _evaluate(unsigned, evaluate)
        if fresh == units:
            _check_limits(unsigned, parameters)
            return unsigned
        units, too_low, like = fresh, set(), None
    raise Refused(f"the {draft.purpose} cannot be balanced: its cost changes with every fee")


def _fee_of_the_rich(draft: Draft, own: Wallet, parameters: ProtocolParameters) -> int:
    """The fee, but for the scripts' units, if the wallet had one more output with enough of all."""
    wanted = _total(output.value for output in draft.outputs)
    plenty = Value(_PLENTY, wanted.assets)
    extra = Utxo(OutputReference(bytes(32), 0), Output(own.change, plenty))
    rich = replace(own, utxos=(*own.utxos, extra))
    fee = parameters.fee_constant
    for _ in range(_MAX_ROUNDS):
        least = _least_fee(_assemble(draft, rich, parameters, fee, {}), parameters)
        if least <= fee:
            break
        fee = least
    return fee


def with_least_ada(output: Output, parameters: ProtocolParameters) -> Output:
    """The output, raised to the least lovelace that the ledger wants if it has less.

    A vault or a programme that goes on has its old lovelace, which may be too little today.
    """
    lovelace = output.value.lovelace
    while True:
        raised = replace(output, value=Value(lovelace, output.value.assets))
        least = fees.least_lovelace(parameters, encoding.output_size(raised))
        if lovelace >= least:
            return raised
        lovelace = least


def _assemble(
    draft: Draft,
    own: Wallet,
    parameters: ProtocolParameters,
    fee: int,
    units: Mapping[Pointer, Units],
    like: Unsigned | None = None,
) -> Unsigned:
    """The transaction with that fee, of no other inputs and collateral than ``like`` if given."""
    payer = own if like is None else _only(own, like.inputs)
    surety = own if like is None else _only(own, like.put_up)
    inputs, change = _balance(draft, payer, parameters, fee)
    layout = Layout(
        tuple(sorted(utxo.reference for utxo in inputs)),
        tuple(sorted(utxo.reference for utxo in draft.reference_inputs)),
    )
    redeemers = tuple(
        Redeemer(*pointer, plutus_data.encode(make(layout)), units.get(pointer, Units(0, 0)))
        for pointer, make, _ in _scripts(draft, layout)
    )
    guard = wallet.collateral(surety, parameters, fee) if redeemers else None
    put_up = guard.inputs if guard else ()
    body = Body(
        inputs=layout.inputs,
        reference_inputs=layout.reference_inputs,
        outputs=(*draft.outputs, *change),
        fee=fee,
        mint=draft.minted.assets,
        withdrawals={
            bytes(RewardAccount(own.change.network, Credential.script(w.script_hash))): w.balance
            for w in draft.withdrawals
        },
        collateral=tuple(sorted(utxo.reference for utxo in put_up)),
        collateral_return=guard.returned if guard else None,
        total_collateral=guard.total if guard else None,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        integrity_hash=_integrity_hash(redeemers, parameters),
    )
    return Unsigned(
        draft=draft,
        layout=layout,
        body=encoding.encode_body(body),
        redeemers=redeemers,
        fee=fee,
        inputs=inputs,
        put_up=put_up,
        signers=_signers(own, (*inputs, *put_up)),
    )


def _only(own: Wallet, utxos: Sequence[Utxo]) -> Wallet:
    return replace(own, utxos=tuple(utxo for utxo in own.utxos if utxo in utxos))


def _balance(
    draft: Draft, own: Wallet, parameters: ProtocolParameters, fee: int, reserve: int = 0
) -> tuple[tuple[Utxo, ...], tuple[Output, ...]]:
    """All inputs, and the change if there is any, of at least ``reserve`` lovelace."""
    scripted = tuple(item.utxo for item in draft.script_inputs)
    given = _total(utxo.output.value for utxo in scripted) + draft.minted + draft.withdrawn
    needed = _total(output.value for output in draft.outputs) + Value(fee) - given
    while True:
        chosen = wallet.cover(own, needed + Value(reserve), draft.wallet_inputs)
        rest = _total(utxo.output.value for utxo in chosen) - needed
        if rest == Value():
            return (*scripted, *chosen), ()
        change = Output(own.change, rest)
        least = fees.least_lovelace(parameters, encoding.output_size(change))
        if rest.lovelace >= least:
            return (*scripted, *chosen), (change,)
        reserve = least


def _least_change(own: Wallet, parameters: ProtocolParameters) -> int:
    """The least lovelace that change without assets must have."""
    size = encoding.output_size(Output(own.change, Value(_PLENTY)))
    return fees.least_lovelace(parameters, size)


def _scripts(draft: Draft, layout: Layout) -> Iterable[tuple[Pointer, MakeRedeemer, str]]:
    """Every script that runs: where, what makes its redeemer, and its label."""
    for item in draft.script_inputs:
        index = layout.input_index(item.utxo.reference)
        yield ("spend", index), item.redeemer, item.label
    policies = sorted(minting.policy for minting in draft.minting)
    for minting in draft.minting:
        yield ("mint", policies.index(minting.policy)), minting.redeemer, minting.label
    accounts = sorted(withdrawal.script_hash for withdrawal in draft.withdrawals)
    for withdrawal in draft.withdrawals:
        index = accounts.index(withdrawal.script_hash)
        yield ("withdraw", index), withdrawal.redeemer, withdrawal.label


def _integrity_hash(
    redeemers: tuple[Redeemer, ...], parameters: ProtocolParameters
) -> bytes | None:
    if not redeemers:
        return None
    return encoding.integrity_hash(
        encoding.encode_redeemers(redeemers), parameters.cost_models[_LANGUAGE]
    )


def _signers(own: Wallet, spent: Iterable[Utxo]) -> tuple[SigningKey, ...]:
    credentials = {utxo.output.address.payment for utxo in spent}
    return tuple(key for key in own.keys if key.credential in credentials)


def _least_fee(unsigned: Unsigned, parameters: ProtocolParameters) -> int:
    seen = {u.reference: u for u in (*unsigned.inputs, *unsigned.draft.reference_inputs)}
    scripts = (utxo.output.script for utxo in seen.values())
    return fees.least_fee(
        parameters,
        size=unsigned.signed_size,
        units=unsigned.units,
        reference_scripts=sum(len(script.code) for script in scripts if script),
    )


def _evaluate(unsigned: Unsigned, evaluate: Evaluate) -> dict[Pointer, Units]:
    if not unsigned.redeemers:
        return {}
    try:
        answers = evaluate(unsigned.cbor())
    except ScriptRefused as refusal:
        labels = _labels(unsigned)
        named = [
            f"{labels.get((purpose, index), 'a script')} ({purpose} {index})"
            for purpose, index in refusal.redeemers
        ]
        raise ScriptRefused(
            f"the contract refuses the {unsigned.draft.purpose}: it does not allow "
            f"{' and '.join(named)}",
            redeemers=refusal.redeemers,
            hint=refusal.hint,
            data=refusal.details.get("data"),
        ) from refusal
    units = {(answer.purpose, answer.index): answer.units for answer in answers}
    if units.keys() != {(redeemer.purpose, redeemer.index) for redeemer in unsigned.redeemers}:
        raise BadAnswer("the chain evaluated other redeemers than the transaction has")
    return units


def _labels(unsigned: Unsigned) -> dict[Pointer, str]:
    return {pointer: label for pointer, _, label in _scripts(unsigned.draft, unsigned.layout)}


def _check_parameters(parameters: ProtocolParameters) -> None:
    """Refuse what would give away the payer's ADA if a node lies about it."""
    asked = {
        "lovelace per byte of an output": (
            parameters.lovelace_per_utxo_byte,
            _MOST_PER_UTXO_BYTE,
        ),
        "percent of the fee as collateral": (
            parameters.collateral_percentage,
            _MOST_COLLATERAL,
        ),
    }
    for what, (value, most) in asked.items():
        if value > most:
            raise BadAnswer(
                f"the node asks for {value} {what}, and no honest one for more than {most}: "
                "nothing is signed",
                hint="Ask another node for the protocol parameters, and compare them.",
                details={"asked": value, "limit": most},
            )


def _check_limits(unsigned: Unsigned, parameters: ProtocolParameters) -> None:
    purpose, size = unsigned.draft.purpose, unsigned.signed_size
    at_stake = fees.collateral_for(parameters, unsigned.fee) if unsigned.redeemers else 0
    for what, lovelace in (("costs", unsigned.fee), ("stakes a collateral of", at_stake)):
        if lovelace > _MAX_FEE:
            raise BadAnswer(
                f"by the node's parameters the {purpose} {what} {lovelace} lovelace, and nothing "
                f"honest asks for more than {_MAX_FEE}: nothing is signed",
                hint="Ask another node for the protocol parameters, and compare them.",
                details={"lovelace": lovelace, "limit": _MAX_FEE},
            )
    if size > parameters.max_transaction_size:
        raise Refused(
            f"the {purpose} takes {size} bytes, a transaction may have "
            f"{parameters.max_transaction_size}",
            hint="Do less in one transaction.",
            details={"size": size, "limit": parameters.max_transaction_size},
        )
    used, most = unsigned.units, parameters.max_units
    if used.memory > most.memory or used.steps > most.steps:
        labels = _labels(unsigned)
        each = {
            labels[redeemer.purpose, redeemer.index]: [redeemer.units.memory, redeemer.units.steps]
            for redeemer in unsigned.redeemers
        }
        raise Refused(
            f"the {purpose} takes {used.memory} memory and {used.steps} steps, "
            f"a transaction may take {most.memory} and {most.steps}: {each}",
            hint="Do less in one transaction.",
            details={"units": each, "limit": [most.memory, most.steps]},
        )


def _total(values: Iterable[Value]) -> Value:
    return sum(values, Value())
