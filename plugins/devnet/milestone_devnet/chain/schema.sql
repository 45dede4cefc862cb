-- One chain. The tip is the block of the greatest height; an output is unspent while
-- spent_height is null, so cutting off the newest blocks undoes them (Store.truncate).
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE blocks (
    height INTEGER PRIMARY KEY,
    slot INTEGER NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE,
    parent BLOB NOT NULL
);

CREATE TABLE transactions (
    id BLOB PRIMARY KEY,
    height INTEGER NOT NULL REFERENCES blocks,
    position INTEGER NOT NULL,
    cbor BLOB NOT NULL,
    UNIQUE (height, position)
) WITHOUT ROWID;

-- Metadata labels, as 8 bytes because SQLite has no unsigned integers of that size.
CREATE TABLE labels (
    label BLOB NOT NULL,
    transaction_id BLOB NOT NULL REFERENCES transactions ON DELETE CASCADE,
    PRIMARY KEY (label, transaction_id)
) WITHOUT ROWID;
CREATE INDEX labels_by_transaction ON labels (transaction_id);

CREATE TABLE outputs (
    transaction_id BLOB NOT NULL,
    output_index INTEGER NOT NULL,
    height INTEGER NOT NULL REFERENCES blocks,
    position INTEGER NOT NULL,
    address BLOB NOT NULL,
    raw BLOB NOT NULL,
    spent_height INTEGER REFERENCES blocks,
    spent_by BLOB,
    spent_input INTEGER,
    spent_redeemer BLOB,
    PRIMARY KEY (transaction_id, output_index)
) WITHOUT ROWID;
CREATE INDEX outputs_by_address ON outputs (address);
CREATE INDEX outputs_by_height ON outputs (height);
CREATE INDEX outputs_by_spent_height ON outputs (spent_height);

CREATE TABLE assets (
    policy BLOB NOT NULL,
    name BLOB NOT NULL,
    transaction_id BLOB NOT NULL,
    output_index INTEGER NOT NULL,
    PRIMARY KEY (policy, name, transaction_id, output_index),
    FOREIGN KEY (transaction_id, output_index) REFERENCES outputs ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX assets_by_output ON assets (transaction_id, output_index);

-- Accounts as they were after each change; deposit is null after a deregistration.
CREATE TABLE account_changes (
    height INTEGER NOT NULL REFERENCES blocks,
    position INTEGER NOT NULL,
    is_key INTEGER NOT NULL,
    hash BLOB NOT NULL,
    deposit INTEGER,
    rewards INTEGER,
    pool BLOB,
    representative BLOB
);

-- Delegate representatives, in the same way.
CREATE TABLE representative_changes (
    height INTEGER NOT NULL REFERENCES blocks,
    position INTEGER NOT NULL,
    is_key INTEGER NOT NULL,
    hash BLOB NOT NULL,
    deposit INTEGER,
    url TEXT,
    url_hash BLOB
);

-- What Kupo watches: not of the chain, so neither in snapshots nor undone with blocks.
CREATE TABLE watched (position INTEGER PRIMARY KEY, pattern TEXT NOT NULL UNIQUE);

CREATE TABLE datums (hash BLOB PRIMARY KEY, cbor BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE scripts (hash BLOB PRIMARY KEY, language TEXT NOT NULL, code BLOB NOT NULL)
    WITHOUT ROWID;
