"""What certificates and withdrawals do to accounts and representatives (CERTS, DELEG, GOVCERT)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .addresses import reward_credential
from .model import Certificate, CertificateKind, Credential
from .refusals import Refused
from .refusals import accounts as refuse
from .state import Account, Change, Environment, LedgerView, Mandate

_REGISTRATIONS = (
    CertificateKind.STAKE_REGISTRATION,
    CertificateKind.REGISTRATION,
    CertificateKind.REGISTRATION_STAKE_DELEGATION,
    CertificateKind.REGISTRATION_VOTE_DELEGATION,
    CertificateKind.REGISTRATION_STAKE_VOTE_DELEGATION,
)


class AccountBook:
    """What one transaction registers and delegates, followed through its certificates in order.

    ``deposits`` and ``refunds`` are in lovelace. What breaks a rule is collected in
    ``failures`` and has no effect.
    """

    def __init__(self, state: LedgerView, environment: Environment) -> None:
        self._state = state
        self._parameters = environment.parameters
        self._pools = environment.pools
        self._accounts: dict[Credential, Account | None] = {}
        self._representatives: dict[Credential, Mandate | None] = {}
        self.deposits = 0
        self.refunds = 0
        self.failures: list[Refused] = []

    def account_changes(self) -> dict[Credential, Change[Account]]:
        """The accounts before and after, of those that are touched."""
        before = self._state.accounts
        return {c: Change(before.get(c), after) for c, after in self._accounts.items()}

    def representative_changes(self) -> dict[Credential, Change[Mandate]]:
        """The representatives before and after, of those that are touched."""
        before = self._state.representatives
        return {c: Change(before.get(c), after) for c, after in self._representatives.items()}

    def withdraw(self, withdrawals: Mapping[bytes, int]) -> None:
        """Take the rewards of accounts: all of them or nothing, even if that is zero."""
        wrong: dict[bytes, int] = {}
        for account_bytes, amount in withdrawals.items():
            credential = reward_credential(account_bytes)
            account = self._account(credential)
            if account is None or account.rewards != amount:
                wrong[account_bytes] = amount
            else:
                self._accounts[credential] = account._replace(rewards=0)
        if wrong:
            self.failures.append(refuse.incomplete_withdrawals(wrong))

    def follow(self, certificates: Iterable[Certificate]) -> None:
        """Do what the certificates say, in their order; unsupported ones do nothing."""
        for certificate in certificates:
            if certificate.credential is None:
                continue
            if certificate.kind in _REGISTRATIONS:
                self._register(certificate.credential, certificate.deposit)
            if certificate.delegates:
                self._delegate(certificate.credential, certificate)
            elif certificate.kind is CertificateKind.REPRESENTATIVE_REGISTRATION:
                self._register_representative(certificate.credential, certificate)
            elif certificate.kind is CertificateKind.REPRESENTATIVE_RETIREMENT:
                self._retire_representative(certificate.credential, certificate.deposit)
            elif certificate.kind is CertificateKind.REPRESENTATIVE_UPDATE:
                self._update_representative(certificate.credential, certificate)
            elif certificate.kind not in _REGISTRATIONS:
                self._deregister(certificate.credential, certificate.deposit)

    def _account(self, credential: Credential) -> Account | None:
        if credential in self._accounts:
            return self._accounts[credential]
        return self._state.accounts.get(credential)

    def _representative(self, credential: Credential) -> Mandate | None:
        if credential in self._representatives:
            return self._representatives[credential]
        return self._state.representatives.get(credential)

    def _register(self, credential: Credential, stated: int | None) -> None:
        deposit = self._parameters.stake_credential_deposit
        self.deposits += deposit
        if stated not in (None, deposit):
            self.failures.append(refuse.credential_deposit_mismatch(stated or 0))
        if self._account(credential) is not None:
            self.failures.append(refuse.credential_already_registered(credential))
        else:
            self._accounts[credential] = Account(deposit)

    def _deregister(self, credential: Credential, stated: int | None) -> None:
        account = self._account(credential)
        if account is None:
            self.failures.append(refuse.unknown_credential(credential))
            return
        if stated not in (None, account.deposit):
            self.failures.append(refuse.credential_deposit_mismatch(stated or 0))
        if account.rewards:
            self.failures.append(refuse.non_empty_reward_account(account.rewards))
        self.refunds += account.deposit
        self._accounts[credential] = None

    def _delegate(self, credential: Credential, certificate: Certificate) -> None:
        pool, representative = certificate.pool, certificate.representative
        if pool is not None and pool not in self._pools:
            self.failures.append(refuse.unknown_stake_pool(pool))
        if (
            isinstance(representative, Credential)
            and self._representative(representative) is None
            and not self._parameters.is_bootstrap_phase
        ):
            self.failures.append(refuse.unknown_credential(representative))
        account = self._account(credential)
        if account is None:
            self.failures.append(refuse.unknown_credential(credential))
            return
        self._accounts[credential] = account._replace(
            pool=pool or account.pool, representative=representative or account.representative
        )

    def _register_representative(self, credential: Credential, certificate: Certificate) -> None:
        deposit, stated = self._parameters.drep_deposit, certificate.deposit or 0
        self.deposits += deposit
        if self._representative(credential) is not None:
            self.failures.append(refuse.representative_already_registered(credential))
        if stated != deposit:
            self.failures.append(refuse.representative_deposit_mismatch(stated, deposit))
        self._representatives[credential] = Mandate(deposit, certificate.anchor)

    def _retire_representative(self, credential: Credential, stated: int | None) -> None:
        """Whoever delegated to it delegates to nobody then."""
        mandate = self._representative(credential)
        if mandate is None:
            self.failures.append(refuse.unknown_representative(credential))
            return
        if stated != mandate.deposit:
            mismatch = refuse.representative_deposit_mismatch(stated or 0, mandate.deposit)
            self.failures.append(mismatch)
        self.refunds += mandate.deposit
        self._representatives[credential] = None
        for delegator, account in {**dict(self._state.accounts.items()), **self._accounts}.items():
            if account is not None and account.representative == credential:
                self._accounts[delegator] = account._replace(representative=None)

    def _update_representative(self, credential: Credential, certificate: Certificate) -> None:
        mandate = self._representative(credential)
        if mandate is None:
            self.failures.append(refuse.unknown_representative(credential))
        else:
            self._representatives[credential] = mandate._replace(anchor=certificate.anchor)
