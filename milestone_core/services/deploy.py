"""Deploy a schedule: reference scripts, programme, pages. Each step is found again if it is
interrupted, so running it twice never deploys twice."""

from __future__ import annotations

from dataclasses import dataclass

from milestone_core.files.records import ScheduleRecord
from milestone_core.onchain.contract import identity
from milestone_core.services import (
    building,
    distributions,
    observers,
    outcomes,
    rediscovery,
    scripts,
    sending,
    settling,
    wallets,
)
from milestone_core.services.context import Context
from milestone_core.services.publish import NO_SCHEDULE, publication
from milestone_core.services.sending import Operator, Sent
from milestone_core.transactions import deploy
from milestone_core.transactions.unsigned import Unsigned


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a deployment did, in order; ``record`` knows the ids that are on chain."""

    record: ScheduleRecord
    sent: tuple[Sent, ...]

    @property
    def complete(self) -> bool:
        return len(self.record.pages) == len(distributions.pages_of(self.record.schedule))


def deploy_schedule(context: Context, name: str, operator: Operator) -> Deployment:
    """Put a registered schedule on chain and lock its tokens.

    :raises NotFound: no such schedule here.
    :raises BadInput: none of the keys is the owner's.
    :raises InsufficientFunds: the owner cannot pay the tokens, the ADA or the fee.
    :raises NotYet, BadInput, NotFound: its observer is not registered, could never run, or nobody
        knows its script.
    """
    settling.settle(context, NO_SCHEDULE, operator.patience)
    settling.settle(context, name, operator.patience)
    record = _found_again(context, distributions.record_of(context, name))
    observers.observe(context, record.schedule.policy)  # one that cannot run blocks everything
    owner = distributions.owner_of(record.schedule)
    wallets.owned_output(wallets.open_wallet(context, operator.keys), owner)
    sent: list[Sent] = []
    for step in (_publish, *[_next_page] * len(distributions.pages_of(record.schedule))):
        record = distributions.record_of(context, name)
        unsigned, details = step(context, record, operator)
        if unsigned is None:
            continue
        done = sending.send(
            context,
            unsigned,
            operator,
            schedule=name,
            details=details,
            must_wait=True,
            built_on=record,
        )
        if done is None:
            break
        sent.append(done)
    return Deployment(distributions.record_of(context, name), tuple(sent))


def _found_again(context: Context, record: ScheduleRecord) -> ScheduleRecord:
    """A project that has lost its data must not lock the same tokens twice."""
    if record.programme is not None:
        return record
    found = rediscovery.on_chain(context, record)
    if found is None:
        return record
    context.tell(f"{record.key} is on chain already: {found.programme} is taken over as it is")
    distributions.keep(context, found)
    return found


Step = tuple[Unsigned | None, dict[str, str]]


def _publish(context: Context, _record: ScheduleRecord, operator: Operator) -> Step:
    published = scripts.find(context)
    if not published.missing:
        return None, {}
    return publication(context, published.missing, operator), {}


def _next_page(context: Context, record: ScheduleRecord, operator: Operator) -> Step:
    schedule, number = record.schedule, len(record.pages)
    if number == len(distributions.pages_of(schedule)):
        return None, {}
    contract, published = context.contract, scripts.find(context)
    wallet, at = wallets.open_wallet(context, operator.keys), building.moment(context)
    seed = wallets.owned_output(wallet, distributions.owner_of(schedule))
    programme = record.programme or identity(contract.programme.hash, seed.reference)
    page = distributions.expected_page(schedule, number, contract.registry.hash, programme)
    deadline = at.deadline(schedule.expiry)
    if record.programme is None:
        started = deploy.start(
            contract,
            distributions.expected_programme(schedule),
            page,
            seed,
            (published["programme"], published["registry"]),
            deadline,
        )
        draft, page_id = started.draft, started.page
    else:
        found = distributions.programme_on_chain(context, record)
        registered = deploy.register_page(
            contract, page, found.utxo, seed, (published["registry"],), deadline
        )
        draft, page_id = registered.draft, registered.page
    return building.build(context, draft, wallet, at), outcomes.deployed(programme, page_id)
