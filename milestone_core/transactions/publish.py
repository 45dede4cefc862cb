"""Publish the validators as reference scripts."""

from __future__ import annotations

from collections.abc import Sequence

from milestone_core.domain.chain import Output, Value
from milestone_core.onchain.contract import Contract, script_of
from milestone_core.ports import CompiledValidator
from milestone_core.transactions.draft import Draft


def publish_scripts(
    contract: Contract, validators: Sequence[CompiledValidator], valid_until: int
) -> Draft:
    """One output for each validator, at the distribution script and without a datum.

    Nobody can ever spend such an output: the scripts stay for good, and so does their ADA.

    :param valid_until: a slot; with an end, one that got lost can be known not to land any more.
    """
    address = contract.distribution_address
    return Draft(
        outputs=tuple(Output(address, Value(), script=script_of(v)) for v in validators),
        valid_until=valid_until,
        purpose="publication of the reference scripts",
    )
