"""Rules about auxiliary data (UTXOW)."""

from __future__ import annotations

from collections.abc import Iterator

from ..auxiliary_data import scripts_of
from ..context import Context
from ..machine import is_plutus_script
from ..model import blake2b_256
from ..refusals import Refused
from ..refusals import witnesses as refuse


def metadata_hash_matches(context: Context) -> Iterator[Refused]:
    """``MissingTxBodyMetadataHash``, ``MissingTxMetadata``, ``ConflictingMetadataHash``,
    ``InvalidMetadata`` (which since Alonzo is about Plutus scripts that are none)."""
    data, provided = (
        context.transaction.auxiliary_data,
        context.transaction.body.auxiliary_data_hash,
    )
    if data is None:
        if provided is not None:
            yield refuse.missing_metadata(provided)
        return
    computed = blake2b_256(data)
    if provided is None:
        yield refuse.missing_metadata_hash(computed)
    elif provided != computed:
        yield refuse.metadata_hash_mismatch(provided, computed)
    version = context.environment.parameters.protocol_version[0]
    if any(s.is_plutus and not is_plutus_script(s, version) for s in scripts_of(data)):
        yield refuse.invalid_metadata()
