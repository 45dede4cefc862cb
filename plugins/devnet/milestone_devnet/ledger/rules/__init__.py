"""The rules of phase 1. Each looks at the whole transaction and yields what it finds broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..context import Context
from ..refusals import Refused
from . import accounts, collateral, data, inputs, metadata, scripts, signatures, validity, value

Rule = Callable[[Context], Iterator[Refused]]

# In the ledger's order (LEDGER, CERTS, UTXOW, UTXO), which decides between equals.
PHASE_ONE: tuple[Rule, ...] = (
    accounts.treasury_is_as_stated,
    inputs.reference_scripts_are_bounded,
    accounts.keys_that_withdraw_delegate_their_vote,
    accounts.certificates_and_withdrawals_are_possible,
    accounts.governance_is_not_used,
    scripts.native_scripts_agree,
    scripts.needed_scripts_are_there,
    data.datums_are_there,
    data.redeemers_are_exact,
    signatures.signatures_verify,
    signatures.required_keys_sign,
    metadata.metadata_hash_matches,
    scripts.plutus_scripts_are_well_formed,
    data.script_integrity_hash_matches,
    inputs.references_are_not_spent,
    validity.is_in_its_interval,
    inputs.has_inputs,
    value.fee_is_paid,
    collateral.collateral_is_good,
    inputs.inputs_exist,
    value.value_is_conserved,
    value.outputs_hold_enough,
    value.values_are_not_too_large,
    validity.byron_addresses_are_short,
    validity.is_for_this_network,
    validity.is_not_too_large,
    collateral.units_are_bounded,
    collateral.collateral_inputs_are_few,
)


def broken_rules(context: Context) -> Iterator[Refused]:
    """All that is broken, as the ledger collects it."""
    for rule in PHASE_ONE:
        yield from rule(context)
