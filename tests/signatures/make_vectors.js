// Writes wallet_signatures.json: attestations signed by two implementations of CIP-8 that are not
// ours, for the programme validator that contracts/plutus.json has now. Nothing of the project's
// own code takes part: the message is spelled out here. Keys are test keys, of repeated bytes.
//
//   npm ci && npm run vectors

import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import emurgo from "@emurgo/cardano-message-signing-nodejs";
import strica from "@stricahq/cip08";
import blake from "blakejs";

const MILESTONE = Buffer.from("design");
const NAME = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const EVIDENCE = hash("the report\n", 32);
const KEY_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex"); // PKCS #8, Ed25519
const HASH = 28;

function hash(content, size) {
  return Buffer.from(blake.blake2b(Buffer.from(content), undefined, size));
}

function programmePolicy() {
  const path = new URL("../../contracts/plutus.json", import.meta.url);
  const { validators } = JSON.parse(readFileSync(path));
  return Buffer.from(validators.find((v) => v.title === "programme.programme.spend").hash, "hex");
}

function payloadFor(policy) {
  const round = Buffer.alloc(4);
  const digest = hash(Buffer.concat([policy, NAME, round, hash(MILESTONE, 32), EVIDENCE]), 32);
  return Buffer.from(`milestone attestation v1 ${digest.toString("hex")}`);
}

function oracle(number) {
  const seed = Buffer.alloc(32, number);
  const key = createPrivateKey({ key: Buffer.concat([KEY_PREFIX, seed]), format: "der", type: "pkcs8" });
  const verification = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return { sign: (message) => sign(null, message, key), verification };
}

// What a wallet names itself by in the protected header.
function addresses(verification) {
  const payment = hash(verification, HASH);
  const stake = hash("a stake key", HASH);
  return {
    "key hash": payment,
    "enterprise address": Buffer.concat([Buffer.from([0x60]), payment]),
    "base address": Buffer.concat([Buffer.from([0x00]), payment, stake]),
  };
}

function byEmurgo(address, payload, key) {
  const protectedHeaders = emurgo.HeaderMap.new();
  protectedHeaders.set_algorithm_id(emurgo.Label.from_algorithm_id(emurgo.AlgorithmId.EdDSA));
  protectedHeaders.set_header(emurgo.Label.new_text("address"), emurgo.CBORValue.new_bytes(address));
  const headers = emurgo.Headers.new(
    emurgo.ProtectedHeaderMap.new(protectedHeaders),
    emurgo.HeaderMap.new(),
  );
  const builder = emurgo.COSESign1Builder.new(headers, payload, false);
  const signature = key.sign(Buffer.from(builder.make_data_to_sign().to_bytes()));
  return Buffer.from(builder.build(signature).to_bytes());
}

function byStrica(address, payload, key) {
  const message = new strica.CoseSign1({
    protectedMap: new Map([[1, -8], ["address", address]]),
    unProtectedMap: new Map([["hashed", false]]),
    payload,
  });
  return message.buildMessage(key.sign(message.createSigStructure()));
}

const MAKERS = {
  "@emurgo/cardano-message-signing-nodejs": byEmurgo,
  "@stricahq/cip08": byStrica,
};

const policy = programmePolicy();
const payload = payloadFor(policy);
const signatures = Object.entries(MAKERS).flatMap(([library, make], column) =>
  ["key hash", "enterprise address", "base address"].map((header, row) => {
    const key = oracle(1 + row + 3 * column);
    const coseSign1 = make(addresses(key.verification)[header], payload, key);
    return {
      library,
      header,
      verification_key: key.verification.toString("hex"),
      cose_sign1: Buffer.from(coseSign1).toString("hex"),
    };
  }),
);
const vectors = {
  programme_policy: policy.toString("hex"),
  programme_name: NAME.toString("hex"),
  milestone: MILESTONE.toString(),
  evidence: EVIDENCE.toString("hex"),
  payload: payload.toString(),
  signatures,
};
const output = new URL("wallet_signatures.json", import.meta.url);
writeFileSync(output, `${JSON.stringify(vectors, undefined, 2)}\n`);
