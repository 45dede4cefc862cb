"""What certificates and withdrawals do to the reward accounts (rules CERTS and DELEG)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .addresses import reward_credential
from .model import Certificate, CertificateKind, Credential
from .parameters import Parameters
from .refusals import Refused
from .refusals import accounts as refuse
from .state import Account, AccountChange, AccountView

_REGISTRATIONS = (CertificateKind.STAKE_REGISTRATION, CertificateKind.REGISTRATION)


class AccountBook:
    """The accounts that one transaction touches, followed through its certificates in order.

    ``deposits`` and ``refunds`` are in lovelace. What breaks a rule is collected in
    ``failures`` and has no effect.
    """

    def __init__(self, accounts: AccountView, parameters: Parameters) -> None:
        self._accounts = accounts
        self._parameters = parameters
        self._after: dict[Credential, Account | None] = {}
        self.deposits = 0
        self.refunds = 0
        self.failures: list[Refused] = []

    def changes(self) -> dict[Credential, AccountChange]:
        """The accounts before and after, of those that are touched."""
        return {
            credential: AccountChange(self._accounts.get(credential), after)
            for credential, after in self._after.items()
        }

    def withdraw(self, withdrawals: Mapping[bytes, int]) -> None:
        """Take the rewards of accounts: all of them or nothing, even if that is zero."""
        wrong: dict[bytes, int] = {}
        for account_bytes, amount in withdrawals.items():
            credential = reward_credential(account_bytes)
            account = self._account(credential)
            if account is None or account.rewards != amount:
                wrong[account_bytes] = amount
            else:
                self._after[credential] = account._replace(rewards=0)
        if wrong:
            self.failures.append(refuse.incomplete_withdrawals(wrong))

    def follow(self, certificates: Iterable[Certificate]) -> None:
        """Do what the certificates say, in their order."""
        for certificate in certificates:
            if certificate.credential is None or isinstance(certificate.kind, int):
                self.failures.append(refuse.unsupported(f"certificates of kind {certificate.kind}"))
            elif certificate.kind in _REGISTRATIONS:
                self._register(certificate.credential, certificate.deposit)
            elif certificate.kind is CertificateKind.STAKE_DELEGATION:
                self._delegate(certificate)
            else:
                self._deregister(certificate.credential, certificate.deposit)

    def _account(self, credential: Credential) -> Account | None:
        if credential in self._after:
            return self._after[credential]
        return self._accounts.get(credential)

    def _register(self, credential: Credential, stated: int | None) -> None:
        deposit = self._parameters.stake_credential_deposit
        self.deposits += deposit
        if stated not in (None, deposit):
            self.failures.append(refuse.credential_deposit_mismatch(stated or 0, deposit))
        if self._account(credential) is not None:
            self.failures.append(refuse.credential_already_registered(credential))
        else:
            self._after[credential] = Account(deposit)

    def _deregister(self, credential: Credential, stated: int | None) -> None:
        account = self._account(credential)
        if account is None:
            self.failures.append(refuse.unknown_credential(credential))
            return
        if stated not in (None, account.deposit):
            self.failures.append(refuse.credential_deposit_mismatch(stated or 0, account.deposit))
        if account.rewards:
            self.failures.append(refuse.non_empty_reward_account(account.rewards))
        self.refunds += account.deposit
        self._after[credential] = None

    def _delegate(self, certificate: Certificate) -> None:
        """There are no pools here, so no pool is known."""
        if certificate.credential is not None and self._account(certificate.credential) is None:
            self.failures.append(refuse.unknown_credential(certificate.credential))
        self.failures.append(refuse.unknown_stake_pool(certificate.pool or b""))
