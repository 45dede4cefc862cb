"""Rules about auxiliary data (UTXOW)."""

from __future__ import annotations

from collections.abc import Iterator

from .. import cbor
from ..auxiliary_data import is_valid_auxiliary_data
from ..context import Context
from ..model import blake2b_256
from ..refusals import Refused
from ..refusals import witnesses as refuse


def metadata_hash_matches(context: Context) -> Iterator[Refused]:
    """``MissingTxBodyMetadataHash``, ``MissingTxMetadata``, ``ConflictingMetadataHash``,
    ``InvalidMetadata``."""
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
    try:
        valid = is_valid_auxiliary_data(data)
    except cbor.Malformed:
        valid = False
    if not valid:
        yield refuse.invalid_metadata()
