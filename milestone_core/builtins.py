"""The backends that come with the program, registered as a plugin like any other."""

from __future__ import annotations

from milestone_core.hookspecs import hookimpl
from milestone_core.onchain.blueprint import BlueprintSettings, load_blueprint
from milestone_core.ports import ContractLoader
from milestone_core.providers import Provider, Surroundings


def _load_blueprint(settings: BlueprintSettings, _surroundings: Surroundings) -> ContractLoader:
    return load_blueprint(settings.path)


@hookimpl
def milestone_contract_loader() -> list[Provider[ContractLoader]]:
    summary = "the compiled contract from a CIP-57 blueprint"
    return [Provider("blueprint", summary, create=_load_blueprint, settings=BlueprintSettings)]
