"""What the demonstration shows, in order: a sentence why, and then a command."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from milestone_core.app import App
from milestone_core.demo import forced, promise
from milestone_core.demo.devnet import RunningDevnet
from milestone_core.demo.forced import Refusal
from milestone_core.demo.promise import BENEFICIARIES, EVERYBODY, NAME, Dates
from milestone_core.demo.reckoning import Reckoning, reckon
from milestone_core.demo.stage import Stage, Surprise
from milestone_core.domain.address import Address
from milestone_core.services import building

NOT_YET = 5
_ADA = {"owner": 500, "bob": 50}
_TOKENS = 1_000_000
_LOVELACE = 1_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a demonstration did: what the contract refused, and where the money went."""

    refusals: tuple[Refusal, ...]
    reckoning: Reckoning


@dataclass
class Scenario:
    """One run of it, in the current folder, against a devnet that runs already."""

    stage: Stage
    devnet: RunningDevnet
    addresses: dict[str, str] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    def play(self) -> Outcome:
        """Everything, from the first key to the last coin.

        :raises Surprise: something did not go as it should.
        """
        self._network()
        policy = self._people()
        dates = self._schedule(policy)
        self._lock()
        self._too_early()
        self._attest()
        self._prove()
        self._pay(dates)
        self._second_milestone(dates)
        self._close(dates)
        with self._app() as app:
            people = {who: Address.parse(text) for who, text in self.addresses.items()}
            funded = _LOVELACE * sum(_ADA.values())
            found = reckon(app, NAME, people, BENEFICIARIES, funded)
        return Outcome(tuple(self.refusals), found)

    def _network(self) -> None:
        stage, devnet = self.stage, self.devnet
        stage.show(devnet.announced)
        stage.tell("A project folder that knows where these servers are.")
        urls = ("--ogmios", devnet.ogmios, "--kupo", devnet.kupo)
        stage.command("init", ".", "--network", "devnet", *urls, only="wrote")
        stage.tell("Is everything there? Yes; the contract's scripts come on chain in chapter 4.")
        stage.command("doctor")

    def _people(self) -> str:
        """Make keys, fund two of them, and answer the policy id of the test token."""
        stage = self.stage
        stage.chapter("2. People")
        stage.tell(
            "Keys for the owner, three oracles (ann, ben, cas) and five beneficiaries. From here "
            "on $ALICE stands for Alice's address, and so on; long ids are cut."
        )
        for who in EVERYBODY:
            printed = stage.command("devnet", "key", who, only="address")
            self.addresses[who] = _told(printed, "address")
            stage.names[self.addresses[who]] = who.upper()
            stage.keys[Address.parse(self.addresses[who]).payment.hash.hex()] = who.upper()
        Path("names.sh").write_text(promise.shell_names(self.addresses))
        stage.tell(
            "The faucet pays the owner ADA and 10,000 test tokens, and Bob ADA for fees. Alice "
            "gets nothing: she will be paid without ever owning ADA of her own."
        )
        owner = (self.addresses["owner"], "--ada", str(_ADA["owner"]), "--token", str(_TOKENS))
        policy = _told(self._devnet("fund", *owner), "policy")
        self._devnet("fund", self.addresses["bob"], "--ada", str(_ADA["bob"]))
        return policy

    def _schedule(self, policy: str) -> Dates:
        stage = self.stage
        with self._app() as app:
            dates = Dates(building.moment(app).now)
        stage.chapter("3. A promise")
        stage.tell(
            "A schedule with two milestones. For each, two of the three oracles must attest the "
            "same evidence. Before the expiry the owner cannot take back what is promised."
        )
        toml = promise.schedule_toml(self.addresses, policy, dates)
        stage.write_file(f"{NAME}.toml", toml)
        stage.tell(
            f"And a spreadsheet of five people. Today is {dates.today}; {dates.cliff} is a cliff, "
            "before which Alice, Bob and Erin get nothing."
        )
        stage.write_file("people.csv", promise.rows_csv(self.addresses, dates))
        stage.tell("Is it in order? If not, every mistake would be told at once.")
        files = (f"{NAME}.toml", "--csv", "people.csv")
        stage.command("schedule", "check", *files)
        stage.tell("Registering keeps it here, and asks no server.")
        stage.command("register", *files)
        return dates

    def _lock(self) -> None:
        stage = self.stage
        stage.chapter("4. Locking the tokens")
        stage.tell("The owner puts the contract's scripts, the programme and the tokens on chain.")
        stage.command("deploy", NAME, "--key", "owner.skey", "--yes")
        stage.tell("Where it stands, and who must act next.")
        stage.command("status", NAME)

    def _too_early(self) -> None:
        stage = self.stage
        stage.chapter("5. Too early, without proof")
        stage.tell("Carol's tokens are due by date, but nobody has attested: the program refuses.")
        self._release("carol", exit=NOT_YET)
        self._force(
            "carol",
            "What if somebody leaves our program out? The same transaction, built by force "
            "through the library, is refused by the contract itself when the chain evaluates it.",
        )

    def _attest(self) -> None:
        stage = self.stage
        stage.chapter("6. The oracles attest")
        Path("alpha.txt").write_text("The first version: https://example.org/releases/1.0\n")
        stage.tell("What they sign names the programme, the milestone and the evidence's hash.")
        self._message("alpha")
        self._sign("alpha", "ann")
        stage.command("commit", NAME, "alpha-ann.json")
        stage.tell("One signature is not enough.")
        self._release("carol", exit=NOT_YET)
        stage.tell("A second oracle makes the quorum.")
        self._sign("alpha", "ben")
        stage.command("commit", NAME, "alpha-ben.json")

    def _prove(self) -> None:
        stage = self.stage
        stage.chapter("7. Proof")
        stage.tell(
            "The quorum goes on chain, and the contract checks both signatures. From now on "
            "nobody needs the oracles' files. Bob pays the fee; anybody could."
        )
        stage.command("prove", NAME, "alpha", "--key", "bob.skey", "--yes")
        stage.tell("Carol may claim. Alice and Bob are proven too, and wait for the cliff.")
        stage.command("calculate", NAME)
        stage.tell("Bob tries to be early, and is refused by the program,")
        self._release("bob", exit=NOT_YET)
        self._force("bob", "and, built by force, by the contract.")

    def _pay(self, dates: Dates) -> None:
        stage = self.stage
        stage.chapter("8. Time passes")
        stage.tell("The devnet's clock jumps beyond the cliff, to the third instalment.")
        self._devnet("advance", "--to", dates.third_instalment)
        stage.tell(
            "Bob collects his own. This is the review that every command shows before it signs, "
            "read from the bytes that will be signed."
        )
        self._release("bob", review=True)
        stage.tell(
            "Bob has Alice paid as well, three instalments of six, with the fee and the ADA that "
            "has to lie with tokens: she has none. He wants to see a second block, and in that "
            "wait the program is killed (SIGKILL): the transaction is on its way."
        )
        alice = ("--beneficiary", self.addresses["alice"], "--key", "bob.skey", "--yes")
        stage.killed("release", NAME, *alice, "--confirmations", "2", after="waiting for")
        stage.tell("Its bytes were written down before they were sent: the chain is asked.")
        stage.command("resume")
        stage.tell("Run again, the command finds that she is paid, and pays nothing twice.")
        self._release("alice", exit=NOT_YET)
        stage.command("status", NAME)

    def _second_milestone(self, dates: Dates) -> None:
        stage = self.stage
        stage.chapter("9. The second milestone")
        Path("beta.txt").write_text("The auditor's report, signed and dated.\n")
        stage.tell("Ann and Ben attest the audit; Ann's file arrives with one digit changed.")
        self._message("beta")
        self._sign("beta", "ann")
        self._sign("beta", "ben")
        promise.damage(Path("beta-ann.json"))
        stage.command("commit", NAME, "beta-ann.json", "beta-ben.json")
        stage.tell(
            "Its form is right, so that only the contract can tell. It refuses the proof; the "
            "program finds out which of the signatures is bad, by having each evaluated alone, and "
            "names the oracle."
        )
        stage.command("prove", NAME, "beta", "--key", "bob.skey", "--yes", exit=NOT_YET)
        stage.tell("Cas signs instead: the good one of Ben counts on.")
        self._sign("beta", "cas")
        stage.command("commit", NAME, "beta-cas.json")
        stage.tell("More time passes, until the last instalment.")
        self._devnet("advance", "--to", dates.last_instalment)
        stage.tell("One command proves what has a quorum and pays everybody what is due.")
        stage.command("release", NAME, "--key", "bob.skey", "--yes")

    def _close(self, dates: Dates) -> None:
        stage = self.stage
        stage.chapter("10. Closing")
        stage.tell("All is paid, so the owner closes the distribution: its ADA comes back.")
        self._reclaim()
        stage.tell("The programme outlives the expiry by 90 days; then it is closed as well.")
        self._devnet("advance", "--to", dates.after_the_programme)
        self._reclaim()
        stage.command("status", NAME)

    def _release(self, who: str, *, exit: int = 0, review: bool = False) -> None:
        whose = ("--beneficiary", self.addresses[who])
        arguments = ("release", NAME, *whose, "--key", "bob.skey", "--yes")
        self.stage.command(*arguments, exit=exit, review=review)

    def _force(self, who: str, sentence: str) -> None:
        self.stage.tell(sentence)
        with self._app() as app:
            refusal = forced.release(app, NAME, Address.parse(self.addresses[who]), "bob.skey")
        self.refusals.append(refusal)
        self.stage.show(f">>> {refusal.call}")
        self.stage.show(f"ScriptRefused: {refusal.message}")
        self.stage.show(f"redeemer: {refusal.redeemer}")

    def _message(self, milestone: str) -> None:
        evidence = ("--evidence", f"{milestone}.txt")
        arguments = ("oracle", "message", NAME, milestone, *evidence)
        self.stage.command(*arguments, into=f"{milestone}.json")

    def _sign(self, milestone: str, oracle: str) -> None:
        arguments = ("oracle", "sign", f"{milestone}.json", "--key", f"{oracle}.skey")
        self.stage.command(*arguments, into=f"{milestone}-{oracle}.json")

    def _reclaim(self) -> None:
        self.stage.command("reclaim", NAME, "--key", "owner.skey", "--yes")

    def _devnet(self, *arguments: str) -> str:
        port = ("--control-port", self.devnet.control_port)
        return self.stage.command("devnet", *arguments, *port)

    def _app(self) -> App:
        return App(os.environ, Path.cwd(), tell=lambda _: None, warn=self.stage.show)


def _told(printed: str, label: str) -> str:
    """What a command printed beside ``label``."""
    for line in printed.splitlines():
        name, _, value = line.partition(" ")
        if name == label:
            return value.strip()
    raise Surprise(f"no {label!r} was printed: {printed}")
