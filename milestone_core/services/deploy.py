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
from milestone_core.services.publish import publish
from milestone_core.services.sending import Operator, Sent
from milestone_core.transactions import deploy


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
    settling.settle(context, name, operator.patience)
    record = _found_again(context, distributions.record_of(context, name))
    observers.observe(context, record.schedule.policy)  # one that cannot run blocks everything
    owner = distributions.owner_of(record.schedule)
    wallets.owned_output(wallets.open_wallet(context, operator.keys), owner)
    publication = publish(context, operator, must_wait=True)
    if publication.published and publication.sent is None:
        return Deployment(record, ())  # not approved: no page can be built without them
    sent = [publication.sent] if publication.sent else []
    with sending.after(sent):
        for _ in distributions.pages_of(record.schedule):
            done = _deploy_next_page(context, name, operator)
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


def _deploy_next_page(context: Context, name: str, operator: Operator) -> Sent | None:
    """Put the first page that is not there on chain, with the programme if that is not.

    :return: None if all are there, or if it was not approved.
    """
    record = distributions.record_of(context, name)
    schedule, number = record.schedule, len(record.pages)
    if number == len(distributions.pages_of(schedule)):
        return None
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
    return sending.send(
        context,
        building.build(context, draft, wallet, at),
        operator,
        schedule=name,
        details=outcomes.deployed(programme, page_id),
        must_wait=True,
        built_on=record,
    )
