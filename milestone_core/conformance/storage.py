"""The conformance tests of a ``Storage``."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milestone_core.api import BadInput, Storage
from milestone_core.conformance import documents as examples
from milestone_core.conformance.storage_processes import StorageProcesses

_ODD_KEYS = ["a/b", "../up", "Ünïcode ✓", "%", "'; --", " ", "\0", "1" * 500]

_entries = st.dictionaries(
    st.tuples(examples.names, examples.names), examples.documents, max_size=3
)


class StorageConformance(StorageProcesses):
    """What every storage must do. Subclass, and set ``plugin`` to the entry point's module::

        class TestPostgres(StorageConformance):
            plugin = "milestone_storage_postgres.plugin"

    A store is made by the provider with its default settings, in an empty data folder.
    """

    # Documents

    def test_what_was_never_put_is_not_there(self, store: Storage) -> None:
        assert store.read("schedules", "grants") is None
        assert list(store.scan("schedules")) == []

    def test_every_document_comes_back_as_it_was_put(self, tmp_path: Path) -> None:
        store = self.open(tmp_path)

        @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
        @given(_entries)
        def check(entries: dict[tuple[str, str], dict[str, Any]]) -> None:
            with store.transaction() as transaction:
                for (collection, key), document in entries.items():
                    transaction.put(collection, key, document)
                for (collection, key), document in entries.items():
                    assert transaction.read(collection, key) == document
            for (collection, key), document in entries.items():
                found = store.read(collection, key)
                assert found == document
                # True == 1, and they are not the same in JSON.
                assert repr(found) == repr(document)
                assert (key, document) in list(store.scan(collection))

        check()
        store.close()

    @pytest.mark.parametrize("key", _ODD_KEYS)
    def test_any_text_is_a_key_and_a_collection(self, store: Storage, key: str) -> None:
        with store.transaction() as transaction:
            transaction.put(key, key, {"key": key})
        assert store.read(key, key) == {"key": key}
        assert list(store.scan(key)) == [(key, {"key": key})]

    def test_keys_that_look_alike_are_different_keys(self, store: Storage) -> None:
        keys = ["a", "A", "a ", "é", "e\u0301", "1", "01"]
        with store.transaction() as transaction:
            for key in keys:
                transaction.put("names", key, {"key": key})
        assert [key for key, _ in store.scan("names")] == sorted(keys)
        assert all(store.read("names", key) == {"key": key} for key in keys)

    def test_a_scan_is_by_key_and_of_one_collection(self, store: Storage) -> None:
        keys = ["b", "a", "Z", "10", "9", "é", "a/b", "\uffff", "\U0001f600"]
        with store.transaction() as transaction:
            for key in keys:
                transaction.put("wanted", key, {"key": key})
                transaction.put("other", key, {})
        assert list(store.scan("wanted")) == [(key, {"key": key}) for key in sorted(keys)]

    def test_a_second_put_replaces_the_whole_document(self, store: Storage) -> None:
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"first": 1, "same": 1})
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"second": 2, "same": 2})
            assert transaction.read("schedules", "grants") == {"second": 2, "same": 2}
        assert list(store.scan("schedules")) == [("grants", {"second": 2, "same": 2})]

    def test_a_deleted_document_is_gone_and_may_be_put_again(self, store: Storage) -> None:
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"first": 1})
            transaction.put("schedules", "others", {})
        with store.transaction() as transaction:
            transaction.delete("schedules", "grants")
            assert transaction.read("schedules", "grants") is None
        assert [key for key, _ in store.scan("schedules")] == ["others"]
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"second": 2})
        assert store.read("schedules", "grants") == {"second": 2}

    def test_deleting_what_is_not_there_is_no_error(self, store: Storage) -> None:
        with store.transaction() as transaction:
            transaction.delete("schedules", "grants")
        assert list(store.scan("schedules")) == []

    @pytest.mark.parametrize("what", examples.NO_DOCUMENTS)
    def test_what_is_no_document_is_refused_when_it_is_put(self, store: Storage, what: str) -> None:
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"good": 1})
            with pytest.raises((TypeError, BadInput)):
                transaction.put("schedules", "grants", examples.NO_DOCUMENTS[what])
        assert store.read("schedules", "grants") == {"good": 1}

    @pytest.mark.parametrize("what", examples.NO_NAMES)
    def test_what_is_no_name_is_refused(self, store: Storage, what: str) -> None:
        name = examples.NO_NAMES[what]
        with store.transaction() as transaction:
            for collection, key in ((name, "key"), ("collection", name)):
                with pytest.raises((TypeError, BadInput)):
                    transaction.put(collection, key, {})
                with pytest.raises((TypeError, BadInput)):
                    transaction.delete(collection, key)
                with pytest.raises((TypeError, BadInput)):
                    transaction.read(collection, key)
                with pytest.raises((TypeError, BadInput)):
                    store.read(collection, key)
        with pytest.raises((TypeError, BadInput)):
            store.scan(name)

    def test_a_deep_document_is_kept_and_one_beyond_all_sense_refused(self, store: Storage) -> None:
        with store.transaction() as transaction:
            transaction.put("deep", "good", examples.nested(50))
            with pytest.raises(BadInput):
                transaction.put("deep", "bad", examples.nested(100_000))
        assert list(store.scan("deep")) == [("good", examples.nested(50))]

    def test_what_is_put_and_read_is_a_copy(self, store: Storage) -> None:
        document: dict[str, Any] = {"rows": [1], "inner": {"a": 1}}
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", document)
            document["rows"].append(2)
            seen: Any = transaction.read("schedules", "grants")
            seen["rows"].append(3)
            seen["inner"]["b"] = 3
        later: Any = store.read("schedules", "grants")
        later["rows"].append(4)
        assert store.read("schedules", "grants") == {"rows": [1], "inner": {"a": 1}}

    # Transactions

    def test_a_transaction_is_seen_by_others_when_it_ends(self, store: Storage) -> None:
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {})
            assert transaction.read("schedules", "grants") == {}
            assert store.read("schedules", "grants") is None
            assert list(store.scan("schedules")) == []
        assert store.read("schedules", "grants") == {}

    @pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt, SystemExit])
    def test_a_transaction_that_raises_is_undone(
        self, store: Storage, error: type[BaseException]
    ) -> None:
        with store.transaction() as transaction:
            transaction.put("schedules", "kept", {"old": 1})
        raised = error("in the block")

        def fail() -> None:
            with store.transaction() as transaction:
                transaction.put("schedules", "new", {})
                transaction.put("schedules", "kept", {"new": 1})
                transaction.delete("schedules", "kept")
                raise raised

        with pytest.raises(error) as caught:
            fail()
        assert caught.value is raised
        assert list(store.scan("schedules")) == [("kept", {"old": 1})]
        with store.transaction() as transaction:
            transaction.put("schedules", "after", {})
        assert [key for key, _ in store.scan("schedules")] == ["after", "kept"]

    def test_a_transaction_takes_no_more_once_it_has_ended(self, store: Storage) -> None:
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {})
        with pytest.raises(Exception):  # noqa: B017, PT011  # which error is the backend's affair
            transaction.put("schedules", "late", {})
        assert store.read("schedules", "late") is None

    # Openings and threads

    def test_what_was_stored_is_there_after_reopening(self, data_dir: Path) -> None:
        store = self.open(data_dir)
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"amount": "1"})
        store.close()
        store.close()  # a second time is no error
        again = self.open(data_dir)
        assert again.read("schedules", "grants") == {"amount": "1"}
        assert again.location() == store.location() != ""
        again.close()

    def test_two_openings_in_one_process_are_one_store(
        self, store: Storage, data_dir: Path
    ) -> None:
        other = self.open(data_dir)
        for number in range(6):
            writer, reader = (store, other) if number % 2 else (other, store)
            with writer.transaction() as transaction:
                seen = transaction.read("counters", "n")
                assert seen == ({"n": number} if number else None)
                transaction.put("counters", "n", {"n": number + 1})
            assert reader.read("counters", "n") == {"n": number + 1}
        other.close()
        with store.transaction() as transaction:
            transaction.put("counters", "n", {"n": 7})
        assert store.read("counters", "n") == {"n": 7}

    def test_threads_write_one_after_the_other(self, store: Storage, data_dir: Path) -> None:
        stores = [store, self.open(data_dir)]
        failures: list[BaseException] = []

        def add(mine: Storage) -> None:
            try:
                for _ in range(8):
                    with mine.transaction() as transaction:
                        seen: Any = transaction.read("counters", "n") or {"n": 0}
                        transaction.put("counters", "n", {"n": seen["n"] + 1})
                    mine.scan("counters")
            except BaseException as error:  # noqa: BLE001  # told by the assertion below
                failures.append(error)

        threads = [threading.Thread(target=add, args=(stores[i % 2],)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert store.read("counters", "n") == {"n": 48}
        stores[1].close()

    def test_readers_do_not_wait_for_a_writer(self, store: Storage, data_dir: Path) -> None:
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"old": 1})
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"new": 1})
            start = time.monotonic()
            reader = self.open(data_dir)
            assert reader.read("schedules", "grants") == {"old": 1}
            assert list(reader.scan("schedules")) == [("grants", {"old": 1})]
            reader.close()
            assert time.monotonic() - start < 1
